"""Protobuf messages of a serialized expression.

The library serializes a compiled expression to a protobuf message but does not ship its schema.
This module declares the parts that `syntax_tree` reads and builds the message classes. Protobuf,
which the library brings, is imported inside functions only. This module imports nothing of ours.
"""

from __future__ import annotations

from functools import cache
from typing import Any

# The parts of cel/expr/syntax.proto and checked.proto that are read, under shorter names.
# By message: its fields as name, number, type, and "list", "map" or the name of its oneof.
_SCHEMA: dict[str, list[tuple[str, int, str, str]]] = {
    "Any": [("type_url", 1, "string", ""), ("value", 2, "bytes", "")],
    "Expr": [
        ("id", 2, "int64", ""),
        ("constant", 3, "Constant", "form"),
        ("name", 4, "Name", "form"),
        ("select", 5, "Select", "form"),
        ("call", 6, "Call", "form"),
        ("list", 7, "List", "form"),
        ("struct", 8, "Struct", "form"),
        ("loop", 9, "Comprehension", "form"),
    ],
    "Constant": [
        ("null", 1, "int32", "value"),
        ("bool", 2, "bool", "value"),
        ("int", 3, "int64", "value"),
        ("uint", 4, "uint64", "value"),
        ("double", 5, "double", "value"),
        ("string", 6, "string", "value"),
        ("bytes", 7, "bytes", "value"),
    ],
    "Name": [("name", 1, "string", "")],
    "Select": [
        ("operand", 1, "Expr", ""),
        ("field", 2, "string", ""),
        ("test_only", 3, "bool", ""),
    ],
    "Call": [("target", 1, "Expr", ""), ("function", 2, "string", ""), ("args", 3, "Expr", "list")],
    "List": [("elements", 1, "Expr", "list")],
    "Struct": [("message_name", 1, "string", ""), ("entries", 2, "Entry", "list")],
    "Entry": [("map_key", 3, "Expr", ""), ("value", 4, "Expr", "")],
    "Comprehension": [
        ("iter_var", 1, "string", ""),
        ("iter_range", 2, "Expr", ""),
        ("accu_var", 3, "string", ""),
        ("accu_init", 4, "Expr", ""),
        ("going", 5, "Expr", ""),
        ("step", 6, "Expr", ""),
        ("result", 7, "Expr", ""),
        ("iter_var2", 8, "string", ""),
    ],
    "SourceInfo": [("positions", 4, "int32", "map")],
    "ParsedExpr": [("expr", 2, "Expr", ""), ("source_info", 3, "SourceInfo", "")],
    "CheckedExpr": [
        ("type_map", 3, "Type", "map"),
        ("expr", 4, "Expr", ""),
        ("source_info", 5, "SourceInfo", ""),
    ],
    "Type": [
        ("dyn", 1, "Nothing", "form"),
        ("null", 2, "int32", "form"),
        ("primitive", 3, "int32", "form"),
        ("wrapper", 4, "int32", "form"),
        ("well_known", 5, "int32", "form"),
        ("list", 6, "ListType", "form"),
        ("map", 7, "MapType", "form"),
        ("message", 9, "string", "form"),
        ("type", 11, "Nothing", "form"),
        ("error", 12, "Nothing", "form"),
        ("abstract", 14, "AbstractType", "form"),
    ],
    "Nothing": [],
    "ListType": [("element", 1, "Type", "")],
    "MapType": [("key", 1, "Type", ""), ("value", 2, "Type", "")],
    "AbstractType": [("name", 1, "string", ""), ("parameters", 2, "Type", "list")],
}
# The numbers of FieldDescriptorProto.Type.
_FIELD_TYPES: dict[str, Any] = {
    "double": 1, "int64": 3, "uint64": 4, "int32": 5, "bool": 8, "string": 9, "bytes": 12,
}  # fmt: skip


@cache
def get_message_class(name: str) -> Any:  # noqa: ANN401 (a class that is built at run time)
    """Return the message class that the schema declares as `name`."""
    from google.protobuf import message_factory

    return message_factory.GetMessageClass(_build_pool().FindMessageTypeByName(f"syntax.{name}"))


@cache
def _build_pool() -> Any:  # noqa: ANN401
    from google.protobuf import descriptor_pb2, descriptor_pool

    file = descriptor_pb2.FileDescriptorProto(
        name="syntax.proto", package="syntax", syntax="proto3"
    )
    for name, fields in _SCHEMA.items():
        message = file.message_type.add(name=name)
        for spelling, number, kind, manner in fields:
            _add_field(message, spelling, number, kind, manner)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def _add_field(
    message: Any,  # noqa: ANN401
    name: str,
    number: int,
    kind: str,
    manner: str,
) -> None:
    label = 3 if manner in ("list", "map") else 1
    added = message.field.add(name=name, number=number, label=label)
    if manner == "map":
        entry = message.nested_type.add(name="".join(map(str.title, name.split("_"))) + "Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=1, type=_FIELD_TYPES["int64"])
        _add_field(entry, "value", 2, kind, "")
        kind = f"{message.name}.{entry.name}"
    elif manner and manner != "list":
        names = [group.name for group in message.oneof_decl]
        if manner not in names:
            message.oneof_decl.add(name=manner)
            names.append(manner)
        added.oneof_index = names.index(manner)
    if kind in _FIELD_TYPES:
        added.type = _FIELD_TYPES[kind]
    else:
        added.type, added.type_name = 11, f".syntax.{kind}"
