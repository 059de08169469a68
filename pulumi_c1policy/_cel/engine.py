"""Compiling an expression, so far as it can be: what is unknown is put aside, the rest is checked.

The library stops at a function that it does not know, and a tenant may know functions that we do not.
So such functions, and what stands in their loops, are declared as taking and returning anything,
and the expression is compiled again. This module says nothing to a person; see `type_errors`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pulumi_c1policy._cel import library
from pulumi_c1policy._cel.environment import Environment, load
from pulumi_c1policy._cel.syntax_tree import Node, decode
from pulumi_c1policy._cel.uses import Use, uses


@dataclass(frozen=True, slots=True)
class RawError:
    """What the library says, which is not for the eyes of a person."""

    text: str
    at: int
    """The offset that it points to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an expression."""

    tree: Node | None
    """The expression, unless it cannot be parsed or is too deep."""
    errors: tuple[RawError, ...] = ()
    missing: tuple[Use, ...] = ()
    """Calls of functions that the library does not know with so many arguments."""
    too_deep: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether the types in the tree can be relied on."""
        return self.tree is not None and not self.errors


def compile_expression(source: str) -> Outcome:
    """Compile `source` for any place.

    Raises:
        library.CheckerUnavailableError: The library is missing or does not work.
    """
    compiled = _compile(library.standard(), source)
    if not isinstance(compiled, list):
        return _decoded(compiled)
    wider = library.extended(library.Extras())
    compiled = _compile(wider, source)
    if not isinstance(compiled, list):
        return _decoded(compiled)
    parsed = _compile(wider, source, parse_only=True)
    if isinstance(parsed, list):
        return _refused(parsed)
    outcome = _decoded(parsed)
    if outcome.tree is None:
        return outcome
    extras, missing = _put_aside(outcome.tree, compiled, load())
    if extras != library.Extras():
        compiled = _compile(library.extended(extras), source)
        if not isinstance(compiled, list):
            return Outcome(_decoded(compiled).tree or outcome.tree, (), missing)
    return Outcome(outcome.tree, tuple(compiled), missing)


def parse(source: str) -> Outcome:
    """Parse `source` without asking whether its names and types are right.

    Raises:
        library.CheckerUnavailableError: The library is missing or does not work.
    """
    parsed = _compile(library.standard(), source, parse_only=True)
    if isinstance(parsed, list):
        parsed = _compile(library.extended(library.Extras()), source, parse_only=True)
    return _refused(parsed) if isinstance(parsed, list) else _decoded(parsed)


def always(source: str) -> bool | None:
    """What a condition is whatever its variables are, or None if it depends on them.

    Evaluated without any variable: what needs one is an error, and `&&` and `||` drop the errors
    that cannot change their result.
    """
    try:
        result = library.standard().compile(source).eval().value()
    except RuntimeError:
        return None
    return result if isinstance(result, bool) else None


def fails(source: str) -> bool:
    """Whether an expression of literals alone fails when it is evaluated."""
    try:
        kind = library.standard().compile(source).eval().type().name()
    except RuntimeError:
        return True
    return bool(kind == "ERROR")


def _compile(env: Any, source: str, *, parse_only: bool = False) -> Any:  # noqa: ANN401
    """The compiled expression, or the list of errors."""
    try:
        return env.compile(source, disable_check=parse_only)
    except RuntimeError as error:
        return _raw_errors(source, str(error))


def _decoded(compiled: Any) -> Outcome:  # noqa: ANN401
    from google.protobuf.message import DecodeError

    try:
        return Outcome(decode(compiled.serialize()))
    except (DecodeError, RecursionError):
        return Outcome(None, too_deep=True)


def _refused(errors: list[RawError]) -> Outcome:
    too_deep = any("recursion" in error.text for error in errors)
    return Outcome(None, () if too_deep else tuple(errors), too_deep=too_deep)


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
) -> tuple[library.Extras, tuple[Use, ...]]:
    undeclared = {error.at for error in errors if error.text.startswith(_UNDECLARED)}
    missing = [
        use
        for use in uses(tree, facts)
        if use.kind == "function" and use.node.at in undeclared
    ]
    stands = frozenset(
        library.Stand(use.name, use.count, use.member, _returns(use, facts)) for use in missing
    )
    names = frozenset(name for use in missing for name in _loop_names(use, facts))
    return library.Extras(stands, names), tuple(missing)


def _returns(use: Use, facts: Environment) -> str:
    """What a call of a known function returns although its arguments are too many or too few."""
    known = {s.returns for s in facts.signatures.get(use.name, ()) if s.member is use.member}
    return known.pop() if len(known) == 1 else "dyn"


def _loop_names(use: Use, facts: Environment) -> list[str]:
    """The names that an unknown macro seems to bind: `x.sortBy(item, item.email)` binds `item`."""
    if not use.member or use.count < 2:  # noqa: PLR2004 (a name, and what is done with it)
        return []
    names = []
    for part in use.node.parts[:-1]:
        if part.kind != "name" or part.name in facts.variables or part.name in facts.constants:
            break
        names.append(part.name)
    return names
