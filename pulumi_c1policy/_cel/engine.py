"""The compilation of an expression, with unknown functions set aside.

The library stops at a function that it does not know, and a tenant may know functions that we do
not. Such functions, and the contents of their loops, are declared with any arguments and result,
and the expression is compiled again. `type_errors` words the errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pulumi_c1policy._cel import cel_library
from pulumi_c1policy._cel.environment import Environment, load_environment
from pulumi_c1policy._cel.syntax_tree import Node, decode
from pulumi_c1policy._cel.uses import Use, find_uses

_TOO_DEEP = "it is nested too deep"
# The library stops at 32 levels; other CEL implementations at 250.
_RECURSION = ("Exceeded max recursion depth", "Expression recursion limit exceeded")


@dataclass(frozen=True, slots=True)
class RawError:
    """An error of the library, which is not shown to people."""

    text: str
    at: int
    """The offset in the text."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a compilation."""

    tree: Node | None
    """The expression, unless it cannot be parsed or checked."""
    errors: tuple[RawError, ...] = ()
    missing: tuple[Use, ...] = ()
    """Calls of functions that the library does not know with this number of arguments."""
    unchecked: str = ""
    """The reason why the expression cannot be checked here, if there is one."""
    beyond: int | None = None
    """The first place at which the expression goes beyond the documentation, if there is one."""
    compiled: Any = None
    """The library's own form of the expression, if it passed the type check."""


def compile_expression(source: str) -> Outcome:
    """Compile an expression for any place.

    Raises:
        cel_library.CheckerUnavailableError: The library is missing or does not work.
    """
    compiled = _compile(cel_library.load_standard(), source)
    if not isinstance(compiled, list):
        return _decoded(compiled)
    beyond = min(error.at for error in compiled)
    wider = cel_library.load_extended(cel_library.Extras())
    compiled = _compile(wider, source)
    if not isinstance(compiled, list):
        return replace(_decoded(compiled), beyond=beyond)
    parsed = _compile(wider, source, parse_only=True)
    if isinstance(parsed, list):
        return _refused(parsed)
    outcome = _decoded(parsed)
    if outcome.tree is None:
        return outcome
    extras, missing = _put_aside(outcome.tree, compiled, load_environment())
    if extras != cel_library.Extras():
        try:
            widest = cel_library.load_extended(extras)
        except cel_library.CheckerUnavailableError:
            return Outcome(None, unchecked="what it calls cannot be declared to the checker")
        compiled = _compile(widest, source)
        if not isinstance(compiled, list):
            return replace(_decoded(compiled), missing=missing)
    return Outcome(outcome.tree, tuple(compiled), missing)


def parse(source: str) -> Outcome:
    """Parse an expression without checking its names and types.

    Raises:
        cel_library.CheckerUnavailableError: The library is missing or does not work.
    """
    parsed = _compile(cel_library.load_standard(), source, parse_only=True)
    if isinstance(parsed, list):
        parsed = _compile(cel_library.load_extended(cel_library.Extras()), source, parse_only=True)
    return _refused(parsed) if isinstance(parsed, list) else _decoded(parsed)


def evaluate_constant(compiled: Any) -> bool | None:  # noqa: ANN401
    """Return the value of a condition that depends on no variable, or None.

    It is evaluated without any variable: a missing one is an error, and `&&` and `||` drop errors
    that cannot change their result.
    """
    try:
        result = compiled.eval().value()
    except RuntimeError:
        return None
    return result if isinstance(result, bool) else None


def fails_always(source: str) -> bool:
    """Return whether the evaluation of an expression of literals fails."""
    try:
        kind = cel_library.load_standard().compile(source).eval().type().name()
    except RuntimeError:
        return True
    return bool(kind == "ERROR")


def _compile(env: Any, source: str, *, parse_only: bool = False) -> Any:  # noqa: ANN401
    """Return the compiled expression, or the list of errors."""
    try:
        return env.compile(source, disable_check=parse_only)
    except RuntimeError as error:
        return _raw_errors(source, str(error))


def _decoded(compiled: Any) -> Outcome:  # noqa: ANN401
    from google.protobuf.message import DecodeError

    try:
        return Outcome(decode(compiled.serialize()), compiled=compiled)
    except (DecodeError, RecursionError):
        return Outcome(None, unchecked=_TOO_DEEP)


def _refused(errors: list[RawError]) -> Outcome:
    too_deep = any(phrase in error.text for error in errors for phrase in _RECURSION)
    return Outcome(None, unchecked=_TOO_DEEP) if too_deep else Outcome(None, tuple(errors))


_ERROR = re.compile(r"^(?:INVALID_ARGUMENT: )?ERROR: <input>:(-?\d+):(-?\d+): (.*)$")


def _raw_errors(source: str, text: str) -> list[RawError]:
    starts = [0, *(place.end() for place in re.finditer("\n", source))]
    found = []
    for line in text.split("\n"):
        if match := _ERROR.match(line):
            number, column = int(match[1]), int(match[2])
            start = starts[min(max(number, 1), len(starts)) - 1]
            told = match[3].removesuffix(" [INVALID_ARGUMENT]")
            found.append(RawError(told, start + max(column, 1) - 1))
    return found or [RawError(text, 0)]


_UNDECLARED = "undeclared reference to "


def _put_aside(
    tree: Node, errors: list[RawError], facts: Environment
) -> tuple[cel_library.Extras, tuple[Use, ...]]:
    undeclared = {error.at for error in errors if error.text.startswith(_UNDECLARED)}
    missing = [
        use
        for use in find_uses(tree, facts)
        if use.kind == "function"
        and (
            use.node.at in undeclared
            or (not use.member and _get_first_word(use.node).at in undeclared)
        )
    ]
    stands = frozenset(
        cel_library.Stand(use.name, use.count, use.member, _get_result_type(use, facts))
        for use in missing
    )
    names = frozenset(name for use in missing for name in _list_loop_names(use, facts))
    return cel_library.Extras(stands, names), tuple(missing)


def _get_first_word(node: Node) -> Node:
    """Return the first word of a dotted name.

    The library reports `time.format(x)` there: with one argument `format` is a function of a value,
    and it takes `time` for one.
    """
    while node.kind in ("call", "field") and node.target is not None:
        node = node.target
    return node


def _get_result_type(use: Use, facts: Environment) -> str:
    """Return the type of a known function although the number of its arguments is wrong."""
    known = {s.returns for s in facts.signatures.get(use.name, ()) if s.member is use.member}
    return known.pop() if len(known) == 1 else "dyn"


def _list_loop_names(use: Use, facts: Environment) -> list[str]:
    """List the names that an unknown macro seems to bind: `x.sortBy(item, item.email)` binds
    `item`.
    """
    if not use.member or use.count < 2:
        return []
    names = []
    for part in use.node.parts[:-1]:
        if part.kind != "name" or part.name in facts.variables or part.name in facts.constants:
            break
        names.append(part.name)
    return names
