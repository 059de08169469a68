"""The differences between two policies, leaf by leaf. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from pulumi_c1policy._model.normalize import ABSENT, are_equal, canonicalize
from pulumi_c1policy._model.paths import Key, Path, format_path, get_sort_key
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value

# A module constant: looking up an enum member is slow in Python 3.11.
_STRUCT = Scalar.STRUCT


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two policies.

    `before` and `after` are in canonical form. `before` is None for an added value, `after` for a
    deleted one. An unordered list is one leaf.
    """

    kind: Literal["add", "update", "delete"]
    path: Path
    before: Value = None
    after: Value = None

    @property
    def field(self) -> str:
        """The top-level field that contains the change."""
        return str(self.path[0])

    def __str__(self) -> str:
        return f"{self.kind} {format_path(self.path)}"


def compare(message: Message, before: Tree, after: Tree) -> list[Change]:
    """List the changes from `before` to `after`, in the order of the paths.

    Args:
        message: The message of both.
        before: One tree, in any spelling.
        after: The other; an unknown value in it differs from everything.

    Returns:
        The changes; empty if both are semantically equal.
    """
    before, after = _drop_identical(message, before, after)
    found = _compare_messages(
        message, canonicalize(message, before), canonicalize(message, after), ()
    )
    return sorted(found, key=lambda change: get_sort_key(change.path))


def _drop_identical(message: Message, before: Tree, after: Tree) -> tuple[Tree, Tree]:
    """Drop the fields that are identical on both sides: usually most of them."""
    if message.conditional or any(field.alias_of for field in message.fields.values()):
        return before, after  # A field may decide about another.
    alike = {n for n in before.keys() & after.keys() if are_equal(before[n], after[n])}
    return (
        {name: value for name, value in before.items() if name not in alike},
        {name: value for name, value in after.items() if name not in alike},
    )


def _compare_messages(message: Message, before: Tree, after: Tree, path: Path) -> Iterator[Change]:
    for name in before.keys() | after.keys():
        sides = before.get(name, ABSENT), after.get(name, ABSENT)
        yield from _compare_fields(message.fields[name], *sides, (*path, name))


def _compare_fields(field: Field, before: Value, after: Value, path: Path) -> Iterator[Change]:
    if field.unordered:
        yield from _compare_leaves(before, after, path)
    elif isinstance(before, dict) and isinstance(after, dict) and field.shape == "map":
        for key in before.keys() | after.keys():
            sides = before.get(key, ABSENT), after.get(key, ABSENT)
            yield from _compare_values(field, *sides, (*path, Key(key)))
    elif isinstance(before, list) and isinstance(after, list) and field.shape == "list":
        for index, sides in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from _compare_values(field, *sides, (*path, index))
    else:
        yield from _compare_values(field, before, after, path)


def _compare_values(field: Field, before: Value, after: Value, path: Path) -> Iterator[Change]:
    kind = field.type
    if isinstance(kind, Message) and isinstance(before, dict) and isinstance(after, dict):
        yield from _compare_messages(kind, before, after, path)
    elif kind is _STRUCT:
        yield from _compare_data(before, after, path)
    else:
        yield from _compare_leaves(before, after, path)


def _compare_data(before: Value, after: Value, path: Path) -> Iterator[Change]:
    """Compare free-form JSON, in which a zero differs from an absent value."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            sides = before.get(key, ABSENT), after.get(key, ABSENT)
            yield from _compare_data(*sides, (*path, Key(key)))
    elif isinstance(before, list) and isinstance(after, list):
        for index, sides in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from _compare_data(*sides, (*path, index))
    else:
        yield from _compare_leaves(before, after, path)


def _compare_leaves(before: Value, after: Value, path: Path) -> Iterator[Change]:
    if before is ABSENT:
        if after is not ABSENT:
            yield Change("add", path, after=after)
    elif after is ABSENT:
        yield Change("delete", path, before=before)
    elif not are_equal(before, after):
        yield Change("update", path, before, after)
