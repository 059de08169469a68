"""An expression as a tree, read from what the library serializes.

The library gives a compiled expression away as a protobuf message only, whose schema it does not
ship; the parts that are wanted are described here. Positions are offsets into the text, in
characters. Types are written as in `environment.json`: `list(User)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pulumi_c1policy._cel.cel_library import PACKAGE

Kind = Literal["constant", "name", "field", "call", "list", "map", "loop"]


@dataclass(slots=True)
class Node:
    """One part of an expression, with the parts below it."""

    kind: Kind
    offset: int
    """Where the library sees it: at the operator, the dot or the opening bracket."""
    type: str = "dyn"
    """What it evaluates to; `dyn` also where no type is known."""
    name: str = ""
    """Of a name, a field or the called function; operators are named `_==_` and alike."""
    value: object = None
    """Of a constant."""
    target: Node | None = None
    """What stands before the dot."""
    parts: list[Node] = field(default_factory=list)
    """Arguments, elements, keys and values in turn, or the parts of a loop (see `loop`)."""
    presence: bool = False
    """A field that is asked for with `has`."""
    bound: tuple[str, ...] = ()
    """The names that a loop binds: those of its items, and last that of what it collects."""

    @property
    def loop(self) -> Loop:
        """The parts of a loop by what they do."""
        return Loop(*self.parts)

    def children(self) -> Iterator[Node]:
        """The parts right below."""
        if self.target is not None:
            yield self.target
        yield from self.parts

    def walk(self) -> Iterator[Node]:
        """The node and everything below it."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children())

    def dotted_name(self) -> str | None:
        """`a.b.c` where the node is names and dots only, else None."""
        if self.kind == "name":
            return self.name
        if self.kind == "field" and not self.presence and self.target is not None:
            owner = self.target.dotted_name()
            return None if owner is None else f"{owner}.{self.name}"
        return None

    def structural_key(self) -> object:
        """A value that is equal for two nodes that say the same."""
        parts = tuple(child.structural_key() for child in self.children())
        shown = (type(self.value).__name__, self.value)
        return (self.kind, self.name, shown, self.presence, self.bound, parts)


@dataclass(frozen=True, slots=True)
class Loop:
    """What a macro such as `exists` has been expanded to."""

    over: Node
    start: Node
    going: Node
    step: Node
    result: Node


def decode(serialized: bytes) -> Node:
    """The tree of an expression that the library has serialized, with types if it was checked."""
    wrapped = _get_message_class("Any").FromString(serialized)
    name = wrapped.type_url.rpartition(".")[2]
    message = _get_message_class(name).FromString(wrapped.value)
    types = message.type_map if name == "CheckedExpr" else {}
    return _Reader(message.source_info.positions, types).read(message.expr)


class _Reader:
    def __init__(self, positions: Mapping[int, int], types: Mapping[int, Any]) -> None:
        self._positions = positions
        self._types = types

    def read(self, expr: Any) -> Node:  # noqa: ANN401 (a message that is described at run time)
        form = expr.WhichOneof("form")
        node = Node("constant", self._positions.get(expr.id, 0))
        if expr.id in self._types:
            node.type = _format_type(self._types[expr.id])
        if form == "constant":
            which = expr.constant.WhichOneof("value")
            node.value = None if which in (None, "null") else getattr(expr.constant, which)
        elif form == "name":
            node.kind, node.name = "name", expr.name.name
        elif form == "select":
            node.kind, node.name = "field", expr.select.field
            node.target, node.presence = self.read(expr.select.operand), expr.select.test_only
        elif form == "call":
            node.kind, node.name = "call", expr.call.function
            if expr.call.HasField("target"):
                node.target = self.read(expr.call.target)
            node.parts = [self.read(part) for part in expr.call.args]
        elif form == "list":
            node.kind = "list"
            node.parts = [self.read(part) for part in expr.list.elements]
        elif form == "struct":
            node.kind, node.name = "map", expr.struct.message_name
            for entry in expr.struct.entries:
                if entry.HasField("map_key"):
                    node.parts.append(self.read(entry.map_key))
                node.parts.append(self.read(entry.value))
        elif form == "loop":
            self._read_loop(node, expr.loop)
        return node

    def _read_loop(self, node: Node, loop: Any) -> None:  # noqa: ANN401
        node.kind = "loop"
        names = (loop.iter_var, loop.iter_var2, loop.accu_var)
        node.bound = tuple(filter(None, names))
        node.parts = [
            self.read(part)
            for part in (loop.iter_range, loop.accu_init, loop.going, loop.step, loop.result)
        ]


def _format_type(kind: Any) -> str:  # noqa: ANN401
    form = kind.WhichOneof("form")
    if form == "primitive":
        return _PRIMITIVES.get(kind.primitive, "dyn")
    if form == "wrapper":
        return _PRIMITIVES.get(kind.wrapper, "dyn")
    if form == "well_known":
        return {2: "timestamp", 3: "duration"}.get(kind.well_known, "dyn")
    if form == "list":
        return f"list({_format_type(kind.list.element)})"
    if form == "map":
        return f"map({_format_type(kind.map.key)}, {_format_type(kind.map.value)})"
    if form == "message":
        name: str = kind.message
        return name.removeprefix(f"{PACKAGE}.")
    if form == "abstract":
        inner = ", ".join(map(_format_type, kind.abstract.parameters))
        return f"{kind.abstract.name}({inner})"
    return {"null": "null", "type": "type", "error": "error"}.get(form, "dyn")


_PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}

# The parts of cel/expr/syntax.proto and checked.proto that are read, under shorter names: message,
# then fields as name, number, type and, where it is not single, how it repeats or its oneof.
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
_NUMBERS: dict[str, Any] = {
    "double": 1, "int64": 3, "uint64": 4, "int32": 5, "bool": 8, "string": 9, "bytes": 12,
}  # fmt: skip


@cache
def _get_message_class(name: str) -> Any:  # noqa: ANN401
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


def _add_field(message: Any, name: str, number: int, kind: str, manner: str) -> None:  # noqa: ANN401
    added = message.field.add(name=name, number=number, label=3 if manner in ("list", "map") else 1)
    if manner == "map":
        entry = message.nested_type.add(name="".join(map(str.title, name.split("_"))) + "Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=1, type=_NUMBERS["int64"])
        _add_field(entry, "value", 2, kind, "")
        kind = f"{message.name}.{entry.name}"
    elif manner and manner != "list":
        names = [group.name for group in message.oneof_decl]
        if manner not in names:
            message.oneof_decl.add(name=manner)
            names.append(manner)
        added.oneof_index = names.index(manner)
    if kind in _NUMBERS:
        added.type = _NUMBERS[kind]
    else:
        added.type, added.type_name = 11, f".syntax.{kind}"
