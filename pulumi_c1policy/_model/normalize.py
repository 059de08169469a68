"""The canonical form of a tree: without the parts that have no meaning.

Two trees are semantically equal if their canonical forms are equal. The model says for each field
which spellings have the same meaning; this module applies it. Pure.
"""

from __future__ import annotations

import json
from typing import Final

from pulumi_c1policy._model import durations
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN

ABSENT: Final = object()
"""The canonical form of null, of an absent value, and of a zero that means absent."""

# Module constants: looking up an enum member is slow in Python 3.11.
_STRING, _BOOL, _STRUCT, _DURATION = Scalar.STRING, Scalar.BOOL, Scalar.STRUCT, Scalar.DURATION
_INTEGERS = frozenset({Scalar.INT32, Scalar.UINT32, Scalar.INT64, Scalar.UINT64})


def canonicalize(message: Message, tree: Tree) -> Tree:
    """Reduce a tree to what the program decides and the tenant keeps.

    Left out are zeros, nulls, empty lists and maps (if the field says that they mean absent),
    output-only and ignored fields, fields that the model does not know, and what the tenant drops
    because of a sibling. Durations, integers and unordered lists get one spelling. Unknown values
    stay.
    """
    out: Tree = {}
    fields = message.fields
    for name, value in tree.items():
        field = fields.get(name)
        if field is None or field.output_only or field.ignored or value is None:
            continue
        reduced = canonicalize_field(field, value)
        if reduced is ABSENT:
            continue
        if field.alias_of:
            out.setdefault(field.alias_of, reduced)
        else:
            out[name] = reduced
    for field in message.conditional:
        if field.name in out and out.get(field.kept_if) not in (True, UNKNOWN):
            del out[field.name]
    return out


def canonicalize_field(field: Field, value: Value) -> Value:
    """Return the canonical form of one field's value, or `ABSENT`."""
    if value is None:
        return ABSENT
    if type(value) is str and field.type is _STRING and field.shape == "one":
        # A quick answer for most fields.
        return value if value or field.presence else ABSENT
    if field.shape == "list" and isinstance(value, list):
        return _canonicalize_list(field, value) if value else ABSENT
    if field.shape == "map" and isinstance(value, dict):
        items = {key: _canonicalize_item(field, item) for key, item in value.items()}
        if field.merge:
            items = {key: item for key, item in items.items() if item not in ("", None)}
        return items or ABSENT
    reduced = _canonicalize_item(field, value)
    return ABSENT if _is_zero(field, reduced) else reduced


def _canonicalize_list(field: Field, value: list[Value]) -> list[Value]:
    items = [_canonicalize_item(field, item) for item in value]
    if not field.unordered:
        return items
    return [item for _, item in sorted({_make_sort_key(item): item for item in items}.items())]


def _make_sort_key(item: Value) -> str:
    return item if isinstance(item, str) else json.dumps(item, sort_keys=True, default=repr)


def _canonicalize_item(field: Field, value: Value) -> Value:
    kind = field.type
    if isinstance(kind, Message):
        if value is None:
            return {}
        return canonicalize(kind, value) if isinstance(value, dict) else value
    if value is UNKNOWN or kind is _STRING or kind is _BOOL:
        return value
    if kind is _DURATION:
        return durations.to_wire(value) or value
    if kind in _INTEGERS:
        return _to_integer(durations.to_whole_seconds(value) if field.span else value)
    return _drop_nulls(value) if kind is _STRUCT else value


def _drop_nulls(value: Value) -> Value:
    """Drop the nulls in the objects of free-form JSON, which no state file keeps."""
    if isinstance(value, dict):
        return {key: _drop_nulls(item) for key, item in value.items() if item is not None}
    return [_drop_nulls(item) for item in value] if isinstance(value, list) else value


def _to_integer(value: Value) -> Value:
    """Convert any spelling of an integer; other values stay, so that they equal only themselves."""
    if not isinstance(value, str | int | float):
        return value
    try:
        return int(value) if isinstance(value, str) or float(value).is_integer() else value
    except (ValueError, OverflowError):
        return value


def _is_zero(field: Field, value: Value) -> bool:
    if field.presence:
        return False
    kind = field.type
    if isinstance(kind, Message):
        # The member that is present decides a oneof, even if it is empty.
        return bool(value == {}) and not field.oneof
    if isinstance(kind, Enum):
        return value in ("", kind.zero, 0)
    if kind is _DURATION:
        return value in ("", "0s")
    if kind is _STRUCT:
        return bool(value == {})
    return value in ("", 0) and not isinstance(value, float)


def is_absent(field: Field, value: Value) -> bool:
    """Return whether the canonical form of one field's value is `ABSENT`."""
    if value and isinstance(value, list if field.shape == "list" else dict):
        # A quick answer for most of a policy: these values never mean absent.
        if field.shape == "list" or (field.shape == "map" and not field.merge):
            return False
        if field.shape == "one" and field.oneof and isinstance(field.type, Message):
            return False
    return canonicalize_field(field, value) is ABSENT


def are_same(field: Field, one: Value, other: Value) -> bool:
    """Return whether two values of a field are semantically equal. Unknown values equal nothing."""
    # Identical values are the usual case, and quick to compare.
    return are_equal(one, other) or are_equal(
        canonicalize_field(field, one), canonicalize_field(field, other)
    )


def are_equal(one: Value, other: Value) -> bool:
    """Return whether two canonical values are equal; `True` is not 1, and UNKNOWN equals
    nothing.
    """
    if type(one) is str and type(other) is str:
        # A quick answer for most leaves.
        return one == other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(are_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(are_equal, one, other))
    if isinstance(one, bool) is not isinstance(other, bool) or one is UNKNOWN:
        return False
    return bool(one == other)
