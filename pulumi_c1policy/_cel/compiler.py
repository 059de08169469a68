"""Compilation of an expression, also if it uses functions that this release does not know.

The library stops at an unknown function, but a newer tenant may have it. So unknown functions, and
the names that they seem to bind, are declared with the type `dyn`, and the expression is compiled
again. `type_errors` turns the errors into messages for users.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pulumi_c1policy._cel import cel_library
from pulumi_c1policy._cel.environment import Environment, load_environment
from pulumi_c1policy._cel.name_uses import NameUse, find_uses
from pulumi_c1policy._cel.syntax_tree import Node, decode

_TOO_DEEP = "it is nested too deeply"
# The library's limit is 32 levels; that of other CEL implementations is 250.
_RECURSION = ("Exceeded max recursion depth", "Expression recursion limit exceeded")


@dataclass(frozen=True, slots=True)
class RawError:
    """An error of the library; its text is not fit for users.

    Attributes:
        text: The text, without the position.
        offset: The offset that it refers to, in characters.
    """

    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Compilation:
    """The result of compiling an expression.

    Attributes:
        tree: The syntax tree; None if the expression cannot be parsed or checked.
        errors: The errors of the library.
        missing: The calls of functions that are not known with that number of arguments.
        unchecked_reason: The reason why the expression cannot be checked, or "".
        undocumented_offset: The offset of the first use of undocumented CEL, if there is one.
        compiled: The library's compiled expression, if it passed the type check.
    """

    tree: Node | None
    errors: tuple[RawError, ...] = ()
    missing: tuple[NameUse, ...] = ()
    unchecked_reason: str = ""
    undocumented_offset: int | None = None
    compiled: Any = None


def compile_expression(source: str) -> Compilation:
    """Compile `source` with the variables of all places.

    Raises:
        CheckerUnavailableError: The library is missing or does not work.
    """
    compiled = _compile(cel_library.get_standard_environment(), source)
    if not isinstance(compiled, list):
        return _decode(compiled)
    undocumented_offset = min(error.offset for error in compiled)
    wider = cel_library.get_extended_environment(cel_library.Extras())
    compiled = _compile(wider, source)
    if not isinstance(compiled, list):
        return replace(_decode(compiled), undocumented_offset=undocumented_offset)
    parsed = _compile(wider, source, parse_only=True)
    if isinstance(parsed, list):
        return _report_errors(parsed)
    compilation = _decode(parsed)
    if compilation.tree is None:
        return compilation
    extras, missing = _declare_missing(compilation.tree, compiled, load_environment())
    if extras != cel_library.Extras():
        try:
            widest = cel_library.get_extended_environment(extras)
        except cel_library.CheckerUnavailableError:
            return Compilation(
                None, unchecked_reason="the library cannot declare a function that it calls"
            )
        compiled = _compile(widest, source)
        if not isinstance(compiled, list):
            return replace(_decode(compiled), missing=missing)
    return Compilation(compilation.tree, tuple(compiled), missing)


def parse(source: str) -> Compilation:
    """Parse `source` without checking its names and types.

    Raises:
        CheckerUnavailableError: The library is missing or does not work.
    """
    parsed = _compile(cel_library.get_standard_environment(), source, parse_only=True)
    if isinstance(parsed, list):
        parsed = _compile(
            cel_library.get_extended_environment(cel_library.Extras()), source, parse_only=True
        )
    return _report_errors(parsed) if isinstance(parsed, list) else _decode(parsed)


def evaluate_constant(compiled: Any) -> bool | None:  # noqa: ANN401
    """Return the value of a condition that does not depend on its variables, else None.

    The condition is evaluated without variables. An operand that needs one is an error, and `&&`
    and `||` ignore an error that cannot change their result.
    """
    try:
        result = compiled.eval().value()
    except RuntimeError:
        return None
    return result if isinstance(result, bool) else None


def fails_to_evaluate(source: str) -> bool:
    """Return whether the evaluation of an expression of literals fails."""
    try:
        kind = cel_library.get_standard_environment().compile(source).eval().type().name()
    except RuntimeError:
        return True
    return bool(kind == "ERROR")


def _compile(env: Any, source: str, *, parse_only: bool = False) -> Any:  # noqa: ANN401
    """Compile an expression; return the library's object, or a list of `RawError`."""
    try:
        return env.compile(source, disable_check=parse_only)
    except RuntimeError as error:
        return _parse_errors(source, str(error))


def _decode(compiled: Any) -> Compilation:  # noqa: ANN401
    from google.protobuf.message import DecodeError

    try:
        return Compilation(decode(compiled.serialize()), compiled=compiled)
    except (DecodeError, RecursionError):
        return Compilation(None, unchecked_reason=_TOO_DEEP)


def _report_errors(errors: list[RawError]) -> Compilation:
    too_deep = any(phrase in error.text for error in errors for phrase in _RECURSION)
    return (
        Compilation(None, unchecked_reason=_TOO_DEEP)
        if too_deep
        else Compilation(None, tuple(errors))
    )


_ERROR = re.compile(r"^(?:INVALID_ARGUMENT: )?ERROR: <input>:(-?\d+):(-?\d+): (.*)$")


def _parse_errors(source: str, text: str) -> list[RawError]:
    starts = [0, *(place.end() for place in re.finditer("\n", source))]
    found = []
    for line in text.split("\n"):
        if match := _ERROR.match(line):
            number, column = int(match[1]), int(match[2])
            start = starts[min(max(number, 1), len(starts)) - 1]
            text = match[3].removesuffix(" [INVALID_ARGUMENT]")
            found.append(RawError(text, start + max(column, 1) - 1))
    return found or [RawError(text, 0)]


_UNDECLARED = "undeclared reference to "


def _declare_missing(
    tree: Node, errors: list[RawError], facts: Environment
) -> tuple[cel_library.Extras, tuple[NameUse, ...]]:
    undeclared = {error.offset for error in errors if error.text.startswith(_UNDECLARED)}
    missing = [
        use
        for use in find_uses(tree, facts)
        if use.kind == "function"
        and (
            use.node.offset in undeclared
            or (not use.is_member and _find_root(use.node).offset in undeclared)
        )
    ]
    stand_ins = frozenset(
        cel_library.StandIn(
            use.name, use.argument_count, use.is_member, _guess_return_type(use, facts)
        )
        for use in missing
    )
    names = frozenset(name for use in missing for name in _guess_loop_names(use, facts))
    return cel_library.Extras(stand_ins, names), tuple(missing)


def _find_root(node: Node) -> Node:
    """Return the first word of a dotted name.

    The library reports the error of `time.format(x)` there: `format` with one argument is a member
    function, so it treats `time` as a variable.
    """
    while node.kind in ("call", "field") and node.target is not None:
        node = node.target
    return node


def _guess_return_type(use: NameUse, facts: Environment) -> str:
    """Return the type of a call of a known function with a wrong number of arguments."""
    known = {s.returns for s in facts.signatures.get(use.name, ()) if s.is_member is use.is_member}
    return known.pop() if len(known) == 1 else "dyn"


def _guess_loop_names(use: NameUse, facts: Environment) -> list[str]:
    """Return the names that an unknown macro seems to bind: `item` in `x.sortBy(item, item.id)`."""
    if not use.is_member or use.argument_count < 2:
        return []
    names = []
    for part in use.node.parts[:-1]:
        if part.kind != "name" or part.name in facts.variables or part.name in facts.constants:
            break
        names.append(part.name)
    return names
