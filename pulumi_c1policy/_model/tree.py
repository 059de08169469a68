"""The lossless conversion between the wire's JSON and the trees that programs write.

A tree consists of plain dicts, lists and scalars with snake_case field names. Map keys and
free-form JSON are data and keep their spelling. A field that the model does not know (of a newer
API) keeps its wire name and its value, both ways.
"""

from __future__ import annotations

import math
from typing import Any, Final, TypeAlias

from pulumi_c1policy._model import durations
from pulumi_c1policy._model.paths import Key, Path, format_path
from pulumi_c1policy._model.schema import Enum, Field, Message, Scalar

Tree: TypeAlias = dict[str, Any]
"""A message as plain data. The model decides the types of its fields, so a field is `Any` here."""

Value: TypeAlias = object
"""Any value in a tree: a message or a map (a dict), a list, a scalar, or `UNKNOWN`."""

_INTEGERS = frozenset({Scalar.INT32, Scalar.UINT32})
_LONG_INTEGERS = frozenset({Scalar.INT64, Scalar.UINT64})
_MAX_MESSAGE_DEPTH = 64

MAX_DEPTH: Final = 100
"""The maximum nesting of a policy: recursive functions, and Python's parser, need a bound."""


class ShapeError(ValueError):
    """The JSON does not have the shape of the message; the text names the place and the
    expectation.
    """


class UnfitError(ShapeError):
    """No program and no state can contain the JSON; the text names the place and the reason."""


def encode(message: Message, tree: Tree) -> Tree:
    """Convert a tree to the wire's JSON: lowerCamelCase, protobuf's forms, only what may be sent.

    Nulls, output-only and ignored fields are left out, and so are the empty members of a oneof. A
    deprecated alias gets its preferred name. Fields that the model does not know are sent
    unchanged.
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
    """Return whether `value` is the zero of a member of a oneof: sent, it would set that member."""
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
        return durations.to_wire(value) or value
    if kind in _INTEGERS or kind in _LONG_INTEGERS:
        whole = _read_integer(durations.to_whole_seconds(value) if field.span else value, ())
        return whole if kind in _INTEGERS else str(whole)
    return value


def make_zero(field: Field) -> Value:
    """Return the wire's value that resets `field`."""
    if field.shape != "one":
        return [] if field.shape == "list" else {}
    return (
        {Scalar.STRING: "", Scalar.BOOL: False}.get(field.type)
        if isinstance(field.type, Scalar)
        else None
    )


def select_field(tree: Tree, name: str) -> Tree:
    """Return the tree with only the field `name`, if that is set."""
    return {name: tree[name]} if tree.get(name) is not None else {}


def decode(message: Message, wire: object) -> Tree:
    """Convert a message from the wire to a tree.

    Null means absent, and both are left out. Names may be lowerCamelCase or snake_case, as protobuf
    JSON allows; integers may be numbers or strings (64-bit integers become strings, which no state
    file rounds).

    Raises:
        ShapeError: A known field has a value of a wrong shape.
        UnfitError: A value is nested too deeply, or is a number beyond a double's range.
    """
    if (found := _find_unfit(wire)) is not None:
        parts, why = found
        path = (Key(p) if isinstance(p, str) and not p.isidentifier() else p for p in parts)
        raise UnfitError(f"`{format_path(tuple(path))}` {why}")
    return _decode(message, wire, ())


def is_deeper(value: Value, levels: int) -> bool:
    """Return whether `value` is nested in more than `levels` levels; any nesting is safe here."""
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


def _find_unfit(value: Value) -> tuple[Path, str] | None:
    """Find the first place that no program and no state can contain, and the reason."""
    waiting: list[tuple[Path, Value]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, dict | list):
            if len(path) > MAX_DEPTH:
                return path[:6], f"is nested more than {MAX_DEPTH} levels deep"
            # Building paths is slow, and most values need none.
            pairs = item.items() if isinstance(item, dict) else enumerate(item)
            waiting += [
                ((*path, key), below)
                for key, below in pairs
                if isinstance(below, dict | list | int | float)
            ]
        elif isinstance(item, int | float) and not _is_double(item):
            return path, "contains a number beyond the range of a double"
    return None


def _is_double(number: float) -> bool:
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def _decode(message: Message, wire: object, path: Path) -> Tree:
    if not isinstance(wire, dict) or len(path) > _MAX_MESSAGE_DEPTH:
        raise _make_shape_error(path, "an object")
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
            raise _make_shape_error(path, "a list")
        return [_decode_item(field, item, (*path, i)) for i, item in enumerate(value)]
    if field.shape == "map":
        if not isinstance(value, dict):
            raise _make_shape_error(path, "an object")
        return {key: _decode_item(field, item, (*path, Key(key))) for key, item in value.items()}
    return _decode_item(field, value, path)


def _decode_item(field: Field, value: Value, path: Path) -> Value:
    kind = field.type
    if isinstance(kind, Message):
        return _decode(kind, {} if value is None else value, path)
    if kind is Scalar.BOOL and not isinstance(value, bool):
        raise _make_shape_error(path, "true or false")
    if kind in _INTEGERS:
        return _read_integer(value, path)
    if kind in _LONG_INTEGERS:
        return str(_read_integer(value, path))
    if kind in (Scalar.STRING, Scalar.DURATION, Scalar.TIMESTAMP) and not isinstance(value, str):
        raise _make_shape_error(path, "a string")
    if isinstance(kind, Enum) and not isinstance(value, str | int):
        raise _make_shape_error(path, "an enum value")
    return value


def _read_integer(value: Value, path: Path) -> int:
    """Return an integer that the wire may carry as a string or, through a Struct, as a float."""
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise _make_shape_error(path, "an integer") from None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _make_shape_error(path, "an integer")


def _make_shape_error(path: Path, expected: str) -> ShapeError:
    return ShapeError(f"`{format_path(path) or 'policy'}` should be {expected}")
