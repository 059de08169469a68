"""The changed leaves that Pulumi's engine shows: a comparison of old and new inputs by value."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final, NamedTuple

ABSENT: Final = "(absent)"

Path = tuple[str | int, ...]


class Leaf(NamedTuple):
    """One changed value; one side is absent if a whole value was added or removed."""

    path: Path
    before: Any
    after: Any


def list_leaves(before: Any, after: Any, path: Path = ()) -> Iterator[Leaf]:
    """Compare two JSON values as the engine does: lists by index, numbers by value."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from list_leaves(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        for index, sides in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from list_leaves(*sides, (*path, index))
    elif before != after or isinstance(before, bool) is not isinstance(after, bool):
        yield Leaf(path, before, after)


def list_shown_leaves(before: dict[str, Any], after: dict[str, Any]) -> list[Leaf]:
    """List the leaves that the CLI prints, without those of internal inputs."""
    return [leaf for leaf in list_leaves(before, after) if not str(leaf.path[0]).startswith("__")]
