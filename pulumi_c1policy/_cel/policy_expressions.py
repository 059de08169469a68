"""The expressions of a policy, and the check of all of them.

The model's `Field.cel` tells which field is an expression, and its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.remarks import Remark, format_remark
from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN, has_unknown


class Expression(NamedTuple):
    """One expression of a policy.

    Attributes:
        path: Its path, from the policy down.
        place: The kind of its place.
        text: The expression.
        alternatives: For an approver or a provisioner: the other expressions of its list.
        has_fallback: For an approver or a provisioner: there are users for the case that nobody is
            found, or there may be, because a value is unknown.
    """

    path: Path
    place: Place
    text: str
    alternatives: tuple[str, ...] = ()
    has_fallback: bool = False


@dataclass(frozen=True, slots=True)
class Located:
    """A remark on an expression of a policy."""

    path: Path
    expression: str
    remark: Remark

    def __str__(self) -> str:
        return format_remark(self.expression, self.remark)


def check_policy(inputs: Tree) -> list[Located]:
    """List the problems and doubts about the expressions of a policy, in the order of its fields.

    Args:
        inputs: The inputs as written; unknown expressions are left out.

    Raises:
        CheckerUnavailableError: There is an expression, and the type checker is not installed
            or does not work.
    """
    return [
        Located(found.path, found.text, remark)
        for found in list_expressions(POLICY, inputs)
        for remark in _check_expression(found)
    ]


def list_expressions(message: Message, tree: Value) -> list[Expression]:
    """List every expression in the tree of a message; other values are skipped."""
    found: list[Expression] = []
    _gather(message, tree, (), found)
    return found


def _gather(message: Message, tree: Value, path: Path, found: list[Expression]) -> None:
    if not isinstance(tree, dict):
        return
    expressive = message.expressive
    for name, value in tree.items():
        field = expressive.get(name)
        if field is None or value is None:
            continue
        kind, below = field.type, (*path, name)
        if field.cel:
            found += _at_field(field, value, tree, below)
        elif not isinstance(kind, Message):
            continue
        elif field.shape == "one":
            _gather(kind, value, below, found)
        elif field.shape == "list" and isinstance(value, list):
            for index, item in enumerate(value):
                _gather(kind, item, (*below, index), found)
        elif field.shape == "map" and isinstance(value, dict):
            for key, item in value.items():
                _gather(kind, item, (*below, Key(key)), found)


def _at_field(field: Field, value: Value, siblings: Tree, path: Path) -> Iterator[Expression]:
    place = Place(field.cel)
    if field.type is Scalar.STRUCT:
        yield from (Expression(leaf, place, text) for leaf, text in _list_texts(value, path))
    elif field.shape == "list" and isinstance(value, list):
        texts = [item for item in value if isinstance(item, str)]
        has_fallback = len(texts) < len(value) or _has_fallback(place, siblings)
        for index, item in enumerate(value):
            if isinstance(item, str):
                others = tuple(value[:index] + value[index + 1 :])
                yield Expression((*path, index), place, item, others, has_fallback)
    elif isinstance(value, str) and value:
        yield Expression(path, place, value)


def _list_texts(value: Value, path: Path) -> Iterator[tuple[Path, str]]:
    """List every text in free-form data; other values are no expressions."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _list_texts(item, (*path, Key(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _list_texts(item, (*path, index))


def _has_fallback(place: Place, siblings: Tree) -> bool:
    """Return whether there are users or groups for the case that no expression finds anybody."""
    users = siblings.get("fallback_user_ids")
    if place is Place.PROVISIONER:
        return bool(users) or has_unknown(users)
    groups = siblings.get("fallback_group_ids")
    asks_groups = siblings.get("is_group_fallback_enabled") in (True, UNKNOWN)
    is_on = siblings.get("fallback") in (True, UNKNOWN)
    return is_on and (bool(users) or (asks_groups and bool(groups)))


def _check_expression(found: Expression) -> list[Remark]:
    """Check an expression together with the others of its list.

    The tenant tries them in order until one finds somebody, so one that always does is enough.
    """
    has_fallback = found.has_fallback or any(
        _surely_finds(text, found.place) for text in found.alternatives
    )
    return checker.check(found.text, found.place, has_fallback=has_fallback)


def _surely_finds(text: str, place: Place) -> bool:
    remarks = checker.check(text, place)
    return not checker.rejects(remarks) and all(r.rule != checker.CAN_BE_EMPTY for r in remarks)
