"""The single values in the value of a field, whatever its shape: one, a list or a map.

Walks over one tree use these functions. Comparisons and merges pair the items of several trees, and
the three shapes differ there. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.schema import Field
from pulumi_c1policy._model.tree import Value


def map_items(field: Field, value: Value, function: Callable[[Value], Value]) -> Value:
    """Apply `function` to the value of a field, or to each item of its list or map.

    A value of another shape than the field's is passed to `function` as a whole.
    """
    if field.shape == "list" and isinstance(value, list):
        return [function(item) for item in value]
    if field.shape == "map" and isinstance(value, dict):
        return {key: function(item) for key, item in value.items()}
    return function(value)


def iterate_items(field: Field, value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Yield the single values in the value of a field, each with its place.

    Args:
        field: The field.
        value: Its value. A value of another shape than the field's has no items.
        path: The place of `value`.
    """
    if field.shape == "one":
        yield path, value
    elif field.shape == "list" and isinstance(value, list):
        yield from (((*path, index), item) for index, item in enumerate(value))
    elif field.shape == "map" and isinstance(value, dict):
        yield from (((*path, Key(key)), item) for key, item in value.items())
