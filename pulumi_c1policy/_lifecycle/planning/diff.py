"""The differences between two policies, leaf by leaf. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from pulumi_c1policy._lifecycle.planning.normalize import ABSENT, canonical, equal
from pulumi_c1policy._model.paths import Key, Path, order, text
from pulumi_c1policy._model.schema import Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value

# By a name of our own: Python 3.11 takes long to find a member in its enum.
_STRUCT = Scalar.STRUCT


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two policies.

    `before` and `after` are in canonical form; of an added thing `before` is None, of a deleted
    one `after`. A list whose order means nothing is one leaf.
    """

    kind: Literal["add", "update", "delete"]
    path: Path
    before: Value = None
    after: Value = None

    @property
    def field(self) -> str:
        """The policy's own field in which the change lies."""
        return str(self.path[0])

    def __str__(self) -> str:
        return f"{self.kind} {text(self.path)}"


def compare(message: Message, before: Tree, after: Tree) -> list[Change]:
    """What has to change in `before` to get `after`, in the order of the paths.

    Args:
        message: What both are.
        before: The one side, in any spelling.
        after: The other; an unknown value in it differs from everything.

    Returns:
        The changes; empty where both are semantically equal.
    """
    before, after = _unlike(message, before, after)
    found = _message(message, canonical(message, before), canonical(message, after), ())
    return sorted(found, key=lambda change: order(change.path))


def _unlike(message: Message, before: Tree, after: Tree) -> tuple[Tree, Tree]:
    """Both without the fields that are the same to the letter: most of them, most of the time."""
    if message.conditional or any(field.alias_of for field in message.fields.values()):
        return before, after  # There a field may decide about another.
    alike = {n for n in before.keys() & after.keys() if equal(before[n], after[n])}
    return (
        {name: value for name, value in before.items() if name not in alike},
        {name: value for name, value in after.items() if name not in alike},
    )


def _message(message: Message, before: Tree, after: Tree, path: Path) -> Iterator[Change]:
    for name in before.keys() | after.keys():
        sides = before.get(name, ABSENT), after.get(name, ABSENT)
        yield from _field(message.fields[name], *sides, (*path, name))


def _field(field: Field, before: Value, after: Value, path: Path) -> Iterator[Change]:
    if field.unordered:
        yield from _leaf(before, after, path)
    elif isinstance(before, dict) and isinstance(after, dict) and field.shape == "map":
        for key in before.keys() | after.keys():
            sides = before.get(key, ABSENT), after.get(key, ABSENT)
            yield from _value(field, *sides, (*path, Key(key)))
    elif isinstance(before, list) and isinstance(after, list) and field.shape == "list":
        for index, sides in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from _value(field, *sides, (*path, index))
    else:
        yield from _value(field, before, after, path)


def _value(field: Field, before: Value, after: Value, path: Path) -> Iterator[Change]:
    kind = field.type
    if isinstance(kind, Message) and isinstance(before, dict) and isinstance(after, dict):
        yield from _message(kind, before, after, path)
    elif kind is _STRUCT:
        yield from _data(before, after, path)
    else:
        yield from _leaf(before, after, path)


def _data(before: Value, after: Value, path: Path) -> Iterator[Change]:
    """Free-form JSON, in which every zero means something."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            sides = before.get(key, ABSENT), after.get(key, ABSENT)
            yield from _data(*sides, (*path, Key(key)))
    elif isinstance(before, list) and isinstance(after, list):
        for index, sides in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from _data(*sides, (*path, index))
    else:
        yield from _leaf(before, after, path)


def _leaf(before: Value, after: Value, path: Path) -> Iterator[Change]:
    if before is ABSENT:
        if after is not ABSENT:
            yield Change("add", path, after=after)
    elif after is ABSENT:
        yield Change("delete", path, before=before)
    elif not equal(before, after):
        yield Change("update", path, before, after)
