"""The expressions of a policy and their check.

The model's `Field.cel` marks the fields that hold expressions and gives their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.diagnostics import Diagnostic, format_diagnostic
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._model.field_values import iterate_items
from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN, has_unknown


class Expression(NamedTuple):
    """One expression of a policy.

    Attributes:
        path: The property path, from the policy down.
        place: The kind of place.
        text: The expression.
        alternatives: For an approver or a provisioner: the other expressions of its list.
        has_fallback: For an approver or a provisioner: whether the policy has a fallback, or may
            have one because a value is unknown.
    """

    path: Path
    place: Place
    text: str
    alternatives: tuple[str, ...] = ()
    has_fallback: bool = False


@dataclass(frozen=True, slots=True)
class LocatedDiagnostic:
    """A diagnostic with the expression and its path in the policy."""

    path: Path
    expression: str
    diagnostic: Diagnostic

    def __str__(self) -> str:
        return format_diagnostic(self.expression, self.diagnostic)


def check_policy(inputs: Tree) -> list[LocatedDiagnostic]:
    """Check the expressions of a policy, in the order of its fields.

    Args:
        inputs: The inputs of the program. Unknown expressions are not checked.

    Raises:
        CheckerUnavailableError: There is an expression, and the type checker is not installed
            or does not work.
    """
    return [
        LocatedDiagnostic(found.path, found.text, diagnostic)
        for found in find_expressions(POLICY, inputs)
        for diagnostic in _check_expression(found)
    ]


def find_expressions(message: Message, tree: Value) -> list[Expression]:
    """List the expressions in `tree`, a value of `message`; values of a wrong type are skipped."""
    found: list[Expression] = []
    _collect(message, tree, (), found)
    return found


def _collect(message: Message, tree: Value, path: Path, found: list[Expression]) -> None:
    if not isinstance(tree, dict):
        return
    expressive = message.expressive
    for name, value in tree.items():
        field = expressive.get(name)
        if field is None or value is None:
            continue
        kind, below = field.type, (*path, name)
        if field.cel:
            found += _read_field(field, value, tree, below)
        elif isinstance(kind, Message):
            for place, item in iterate_items(field, value, below):
                _collect(kind, item, place, found)


def _read_field(field: Field, value: Value, siblings: Tree, path: Path) -> Iterator[Expression]:
    place = Place(field.cel)
    if field.type is Scalar.STRUCT:
        yield from (Expression(leaf, place, text) for leaf, text in _iterate_texts(value, path))
    elif field.shape == "list" and isinstance(value, list):
        texts = [item for item in value if isinstance(item, str)]
        has_fallback = len(texts) < len(value) or _has_fallback(place, siblings)
        for index, item in enumerate(value):
            if isinstance(item, str):
                others = tuple(value[:index] + value[index + 1 :])
                yield Expression((*path, index), place, item, others, has_fallback)
    elif isinstance(value, str) and value:
        yield Expression(path, place, value)


def _iterate_texts(value: Value, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield each string in free-form data; other values are not expressions."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _iterate_texts(item, (*path, Key(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _iterate_texts(item, (*path, index))


def _has_fallback(place: Place, siblings: Tree) -> bool:
    """Return whether the fields next to the expressions set a fallback, or may set one."""
    users = siblings.get("fallback_user_ids")
    if place is Place.PROVISIONER:
        return bool(users) or has_unknown(users)
    groups = siblings.get("fallback_group_ids")
    asks_groups = siblings.get("is_group_fallback_enabled") in (True, UNKNOWN)
    is_on = siblings.get("fallback") in (True, UNKNOWN)
    return is_on and (bool(users) or (asks_groups and bool(groups)))


def _check_expression(found: Expression) -> list[Diagnostic]:
    """Check an expression together with the others of its list.

    The tenant evaluates them in turn until one returns users, so one that always does is enough.
    """
    has_fallback = found.has_fallback or any(
        _always_finds_somebody(text, found.place) for text in found.alternatives
    )
    return checker.check(found.text, found.place, has_fallback=has_fallback)


def _always_finds_somebody(text: str, place: Place) -> bool:
    found = checker.check(text, place)
    return not checker.has_error(found) and all(each.rule != checker.CAN_BE_EMPTY for each in found)
