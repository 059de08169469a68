"""Between the wire's JSON and the trees that programs write: names and number forms, losslessly.

A tree is plain dicts, lists and scalars with snake_case field names. Map keys and free-form JSON are
data and keep their spelling. A field that the model does not know (a newer API's) keeps its wire
name and its value, both ways.
"""

from __future__ import annotations

import math
from typing import Any, Final, TypeAlias

from pulumi_c1policy._model import durations
from pulumi_c1policy._model.paths import Key, Path, text
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar

Value: TypeAlias = Any
"""Whatever stands in a tree: a scalar, a list, a dict, or `UNKNOWN`."""

Tree: TypeAlias = dict[str, Value]
"""A message as plain data."""

_INTEGERS = frozenset({Scalar.INT32, Scalar.UINT32})
_LONG_INTEGERS = frozenset({Scalar.INT64, Scalar.UINT64})
_DEEPEST = 64

MAX_DEPTH: Final = 100
"""The deepest nesting of a policy. Functions that call themselves, and Python's parser, need a bound."""


class ShapeError(ValueError):
    """JSON that cannot be the message that it should be; says where and what was expected."""


class UnfitError(ShapeError):
    """JSON that no program and no state can hold; says where and why."""


def encode(message: Message, tree: Tree) -> Tree:
    """`tree` as the wire's JSON: lowerCamelCase, protobuf's forms, only what may be sent.

    Nulls, output-only and ignored fields are left out, and so are the empty members of a oneof; a
    deprecated alias goes under its preferred name. Fields that the model does not know are sent as they are.
    """
    out: Tree = {}
    for name, value in tree.items():
        field = message.fields.get(name)
        if field is None:
            out[name] = value
        elif value is not None and not (field.output_only or field.ignored):
            preferred = message.fields[field.alias_of] if field.alias_of else field
            taken = out.get(preferred.wire) and (field.alias_of or not value)
            if not (taken or _chooses_nothing(preferred, value)):
                out[preferred.wire] = _encode_field(preferred, value)
    return out


def _chooses_nothing(field: Field, value: Value) -> bool:
    """Whether `value` is the zero of a member of a oneof: sent, it would choose that member."""
    if not field.oneof or field.type is Scalar.BOOL or isinstance(field.type, Message):
        return False
    return value in ("", field.type.zero if isinstance(field.type, Enum) else "")


def _encode_field(field: Field, value: Value) -> Value:
    if field.shape == "list" and isinstance(value, list):
        return [_encode_item(field, item) for item in value]
    if field.shape == "map" and isinstance(value, dict):
        return {key: _encode_item(field, item) for key, item in value.items()}
    return _encode_item(field, value)


def _encode_item(field: Field, value: Value) -> Value:
    kind = field.type
    if isinstance(kind, Message):
        return encode(kind, value) if isinstance(value, dict) else {}
    if kind is Scalar.DURATION:
        return durations.wire(value) or value
    if kind in _INTEGERS or kind in _LONG_INTEGERS:
        whole = _integer(durations.whole(value) if field.span else value, ())
        return whole if kind in _INTEGERS else str(whole)
    return value


def zero(field: Field) -> Value:
    """What the wire carries to reset `field`."""
    if field.shape != "one":
        return [] if field.shape == "list" else {}
    return (
        {Scalar.STRING: "", Scalar.BOOL: False}.get(field.type)
        if isinstance(field.type, Scalar)
        else None
    )


def only(tree: Tree, name: str) -> Tree:
    """`tree` reduced to the one field `name`, if that is set."""
    return {name: tree[name]} if tree.get(name) is not None else {}


def decode(message: Message, wire: object) -> Tree:
    """The tree of a message that came over the wire.

    Null and absent are the same and both stay away. Names are taken in lowerCamelCase and in
    snake_case, as protobuf JSON allows; integers as numbers and as strings (64-bit ones become
    strings, which no state file rounds).

    Raises:
        ShapeError: Where a known field holds something that it cannot hold.
        UnfitError: Something is nested too deeply, or is a number beyond a double's range.
    """
    if (found := _unfit(wire)) is not None:
        parts, why = found
        path = (Key(p) if isinstance(p, str) and not p.isidentifier() else p for p in parts)
        raise UnfitError(f"`{text(tuple(path))}` {why}")
    return _decode(message, wire, ())


def is_deeper(value: Value, levels: int) -> bool:
    """Whether `value` is nested in more than `levels` levels. It may be nested in any number."""
    level = [value]
    for _ in range(levels + 1):
        below: list[Value] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list):
                below += item
        if not below:
            return False
        level = below
    return True


def _unfit(value: Value) -> tuple[Path, str] | None:
    """The first place in a wire value that no program and no state can hold, and why."""
    waiting: list[tuple[Path, Value]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, dict | list):
            if len(path) > MAX_DEPTH:
                return path[:6], f"is nested more than {MAX_DEPTH} levels deep"
            # Paths are costly, and most values need none.
            pairs = item.items() if isinstance(item, dict) else enumerate(item)
            waiting += [
                ((*path, key), below)
                for key, below in pairs
                if isinstance(below, dict | list | int | float)
            ]
        elif isinstance(item, int | float) and not _is_double(item):
            return path, "holds a number beyond the range of a double"
    return None


def _is_double(number: float) -> bool:
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def _decode(message: Message, wire: object, path: Path) -> Tree:
    if not isinstance(wire, dict) or len(path) > _DEEPEST:
        raise _wrong(path, "an object")
    out: Tree = {}
    for name, value in wire.items():
        field = message.wire_fields.get(name) or message.fields.get(name)
        if field is None:
            out[name] = value
        elif value is not None:
            out[field.name] = _decode_field(field, value, (*path, field.name))
    return out


def _decode_field(field: Field, value: Value, path: Path) -> Value:
    if field.shape == "list":
        if not isinstance(value, list):
            raise _wrong(path, "a list")
        return [_decode_item(field, item, (*path, i)) for i, item in enumerate(value)]
    if field.shape == "map":
        if not isinstance(value, dict):
            raise _wrong(path, "an object")
        return {key: _decode_item(field, item, (*path, Key(key))) for key, item in value.items()}
    return _decode_item(field, value, path)


def _decode_item(field: Field, value: Value, path: Path) -> Value:
    kind = field.type
    if isinstance(kind, Message):
        return _decode(kind, {} if value is None else value, path)
    if kind is Scalar.BOOL and not isinstance(value, bool):
        raise _wrong(path, "true or false")
    if kind in _INTEGERS:
        return _integer(value, path)
    if kind in _LONG_INTEGERS:
        return str(_integer(value, path))
    if kind in (Scalar.STRING, Scalar.DURATION, Scalar.TIMESTAMP) and not isinstance(value, str):
        raise _wrong(path, "a string")
    if isinstance(kind, Enum) and not isinstance(value, str | int):
        raise _wrong(path, "an enum value")
    return value


def _integer(value: Value, path: Path) -> int:
    """An integer that may have travelled as a string or, through a Struct, as a float."""
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise _wrong(path, "an integer") from None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _wrong(path, "an integer")


def _wrong(path: Path, expected: str) -> ShapeError:
    return ShapeError(f"`{text(path) or 'policy'}` should be {expected}")
