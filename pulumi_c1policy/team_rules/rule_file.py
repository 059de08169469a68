"""The team rules in a Python file."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TypeAlias, TypeVar, get_args, get_type_hints

from pulumi_c1policy._findings.finding import Severity
from pulumi_c1policy._findings.rule_registry import RULES
from pulumi_c1policy.errors import C1PolicyError
from pulumi_c1policy.team_rules.checked_policy import CheckedPolicy
from pulumi_c1policy.team_rules.problem import Problem, Problems

RuleFunction: TypeAlias = Callable[[CheckedPolicy], Problems]
"""The function of a rule."""

_FORM = "`def name_of_the_rule(policy: CheckedPolicy) -> Problems:`"
_HELPERS = "begin the name of a helper with an underscore"
_MARK = "__c1policy_severity__"
_MODULE = "c1policy_team_rules"

_Function = TypeVar("_Function", bound=RuleFunction)


class TeamRuleError(C1PolicyError):
    """A file has no usable rules, or a rule fails. The text names the file, the rule and line."""


@dataclass(frozen=True, slots=True)
class TeamRule:
    """A team rule.

    Attributes:
        id: Its id, in kebab-case.
        function: The function that checks a policy.
        severity: The severity of its problems unless a user sets another.
        description: The first line of its docstring, or its id in words.
        place: The file and the line of the function.
    """

    id: str
    function: RuleFunction
    severity: Severity
    description: str
    place: str


def warning(function: _Function) -> _Function:
    """Make the problems of a rule warnings: they are shown and stop nothing."""
    setattr(function, _MARK, "warning")
    return function


def load_rules(path: Path) -> list[TeamRule]:
    """Import a file and return its rules in the order of the file.

    The modules beside the file can be imported, as if Python ran the file.

    Raises:
        TeamRuleError: The file cannot be imported, has no rules, or has an unsuitable function.
    """
    if not path.is_file():
        raise TeamRuleError(f"{path} is not a file.", "Give a Python file with team rules.")
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    if spec is None or spec.loader is None:
        raise TeamRuleError(f"{path} is not a Python file.", "Give a file that ends in `.py`.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise TeamRuleError(
            f"{path} cannot be imported: {_locate(error, path)}{type(error).__name__}: {error}.",
            f"Correct the file so that `python {path}` runs.",
        ) from error
    finally:
        if folder in sys.path:
            sys.path.remove(folder)
    return collect_rules(module)


def collect_rules(module: ModuleType) -> list[TeamRule]:
    """Return the rules of a module: its public functions, and imported functions that are rules.

    Raises:
        TeamRuleError: There is none, or a public function of the module is unsuitable.
    """
    found: dict[str, TeamRule] = {}
    for name, value in vars(module).items():
        is_function = isinstance(value, FunctionType) or hasattr(value, "__wrapped__")
        if name.startswith("_") or not is_function:
            continue
        problem = _explain_unsuitable(value)
        if problem and value.__module__ == module.__name__:
            raise TeamRuleError(
                f"{_describe_place(value)}: the function {name} {problem}.",
                f"Write a rule as {_FORM}; {_HELPERS}.",
            )
        if not problem:
            rule = _make_rule(name, value)
            if rule.id in found:
                raise TeamRuleError(
                    f"{rule.place}: another function of the file has the id {rule.id}, too.",
                    "Give one of them another name.",
                )
            found[rule.id] = rule
    if not found:
        raise TeamRuleError(
            f"{module.__file__} has no team rules.", f"Write a rule as {_FORM} and a body."
        )
    return list(found.values())


def _make_rule(name: str, function: FunctionType) -> TeamRule:
    rule = name.strip("_").replace("_", "-").lower()
    if rule in RULES:
        raise TeamRuleError(
            f"{_describe_place(function)}: {name} has the id of a built-in rule, {rule}.",
            "Give the function another name.",
        )
    lines = (inspect.getdoc(function) or rule.replace("-", " ").capitalize() + ".").splitlines()
    severity: Severity = getattr(function, _MARK, "error")
    return TeamRule(rule, function, severity, lines[0], _describe_place(function))


def _explain_unsuitable(function: object) -> str | None:
    """Return the reason why a function is no rule, as the rest of a sentence."""
    if not isinstance(function, FunctionType):
        return f"is wrapped by {type(function).__name__}, and not a plain function"
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return "is async"
    try:
        hints = get_type_hints(function)
    except Exception as error:  # noqa: BLE001 (annotations are any code)
        return f"has annotations that cannot be evaluated ({type(error).__name__}: {error})"
    parameters = list(inspect.signature(function).parameters.values())
    if len(parameters) != 1 or parameters[0].kind not in (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ):
        return "does not take one policy as its only parameter"
    if hints.get(parameters[0].name) is not CheckedPolicy:
        return f"does not annotate its parameter {parameters[0].name} as CheckedPolicy"
    if get_args(hints.get("return"))[:1] != (Problem,):
        return "does not annotate its result as Problems"
    return None


def _describe_place(function: Callable[..., object]) -> str:
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename}, line {code.co_firstlineno}"


def _locate(error: BaseException, path: Path) -> str:
    """Return the line of a file at which an error was raised, or "" if it has none."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == path
    ]
    return f"line {lines[-1]}: " if lines else ""
