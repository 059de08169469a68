"""Fields that this version does not know: newer tenants may have them, and a person must judge."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import Tree, Value


def list_unknown_changes(message: Message, old: Tree, new: Tree) -> list[str]:
    """List the paths of the unknown fields that differ."""
    before, after = (read_unknown(message, tree) for tree in (old, new))
    paths = [*before, *(path for path in after if path not in before)]
    return [path for path in paths if before.get(path) != after.get(path)]


def read_unknown(message: Message, tree: Tree) -> dict[str, str]:
    """Return the JSON of the unknown fields that are set, by path."""
    return dict(_list_unknown(message, tree, ""))


def _list_unknown(message: Message, tree: Tree, start: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the JSON of each unknown field that is set."""
    for name, value in tree.items():
        field = message.fields.get(name)
        path = f"{start}{name}"
        if field is None:
            # An empty message may choose something, unlike an empty list.
            if value not in (None, False, "", []):
                yield path, json.dumps(value, sort_keys=True, default=str)
        elif isinstance(field.type, Message):
            for place, item in _list_items(value, path):
                yield from _list_unknown(field.type, item, f"{place}.")


def _list_items(value: Value, path: str) -> Iterator[tuple[str, Tree]]:
    """Yield the messages of a field with their paths: of one message, or of a list."""
    if isinstance(value, dict):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield f"{path}[{index}]", item
