"""The expressions of a policy, wherever they stand in it, and the check of all of them.

Which field is an expression, and for which place, is told by the model's `Field.cel`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.diagnostics import Diagnostic, format_diagnostic
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN, has_unknown


class Expression(NamedTuple):
    """One expression of a policy.

    Attributes:
        path: Where it stands, from the policy down.
        place: What kind of place that is.
        text: The expression.
        alternatives: Of an approver or a provisioner: the other expressions of its list.
        has_fallback: Of an approver or a provisioner: users are named for when nobody is found,
            or may be, since a value is not known yet.
    """

    path: Path
    place: Place
    text: str
    alternatives: tuple[str, ...] = ()
    has_fallback: bool = False


@dataclass(frozen=True, slots=True)
class LocatedDiagnostic:
    """A remark on an expression of a policy."""

    path: Path
    expression: str
    diagnostic: Diagnostic

    def __str__(self) -> str:
        return format_diagnostic(self.expression, self.diagnostic)


def check_policy(inputs: Tree) -> list[LocatedDiagnostic]:
    """List what is wrong or doubtful about the expressions of a policy, in the order of its fields.

    Args:
        inputs: What the program wrote; expressions that are unknown are left out.

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
    """Every expression below `tree`, which is a `message`; what is no message is passed over."""
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
        elif not isinstance(kind, Message):
            continue
        elif field.shape == "one":
            _collect(kind, value, below, found)
        elif field.shape == "list" and isinstance(value, list):
            for index, item in enumerate(value):
                _collect(kind, item, (*below, index), found)
        elif field.shape == "map" and isinstance(value, dict):
            for key, item in value.items():
                _collect(kind, item, (*below, Key(key)), found)


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
    """Every text in free-form data; other values are no expressions."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _iterate_texts(item, (*path, Key(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _iterate_texts(item, (*path, index))


def _has_fallback(place: Place, siblings: Tree) -> bool:
    """Whether users or groups are named for when no expression finds anybody."""
    users = siblings.get("fallback_user_ids")
    if place is Place.PROVISIONER:
        return bool(users) or has_unknown(users)
    groups = siblings.get("fallback_group_ids")
    asks_groups = siblings.get("is_group_fallback_enabled") in (True, UNKNOWN)
    is_on = siblings.get("fallback") in (True, UNKNOWN)
    return is_on and (bool(users) or (asks_groups and bool(groups)))


def _check_expression(found: Expression) -> list[Diagnostic]:
    """The remarks on an expression, seen with the others of its list.

    Expressions are asked in turn until one finds somebody, so one that always does is enough.
    """
    has_fallback = found.has_fallback or any(
        _always_finds_somebody(text, found.place) for text in found.alternatives
    )
    return checker.check(found.text, found.place, has_fallback=has_fallback)


def _always_finds_somebody(text: str, place: Place) -> bool:
    remarks = checker.check(text, place)
    return not checker.has_error(remarks) and all(r.rule != checker.CAN_BE_EMPTY for r in remarks)
