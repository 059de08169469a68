"""An expression as a syntax tree, decoded from the library's serialized form.

Positions are offsets into the source, in characters. Types are written as in `environment.json`:
`list(User)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pulumi_c1policy._cel import syntax_schema
from pulumi_c1policy._cel.cel_library import PACKAGE

Kind = Literal["constant", "name", "field", "call", "list", "map", "loop"]


@dataclass(slots=True)
class Node:
    """One node of the tree.

    Attributes:
        kind: The kind of node.
        offset: The position that the library reports: the operator, the dot or the opening bracket.
        type: The type of its value; `dyn` also if the type is unknown.
        name: The name of a variable, a field or a called function. Operators have names such as
            `_==_`.
        value: The value of a constant.
        target: The node before the dot, of a field or a member call.
        parts: Arguments of a call, elements of a list, alternating keys and values of a map, or the
            parts of a loop (see `loop`).
        is_presence_test: Whether a field is tested with `has`.
        bound: The names that a loop binds: one or two for the item, then the accumulator.
    """

    kind: Kind
    offset: int
    type: str = "dyn"
    name: str = ""
    value: object = None
    target: Node | None = None
    parts: list[Node] = field(default_factory=list)
    is_presence_test: bool = False
    bound: tuple[str, ...] = ()

    @property
    def loop(self) -> Loop:
        """The parts of a loop, by name."""
        return Loop(*self.parts)

    def children(self) -> Iterator[Node]:
        """Yield the direct children."""
        if self.target is not None:
            yield self.target
        yield from self.parts

    def walk(self) -> Iterator[Node]:
        """Yield the node and all its descendants, in no particular order."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children())

    def dotted_name(self) -> str | None:
        """Return `a.b.c` if the node consists of names and dots only, else None."""
        if self.kind == "name":
            return self.name
        if self.kind == "field" and not self.is_presence_test and self.target is not None:
            owner = self.target.dotted_name()
            return None if owner is None else f"{owner}.{self.name}"
        return None

    def structural_key(self) -> object:
        """Return a hashable key that is equal for two nodes of the same structure."""
        parts = tuple(child.structural_key() for child in self.children())
        # With the type, because in Python 1 == 1.0 == True.
        typed_value = (type(self.value).__name__, self.value)
        return (self.kind, self.name, typed_value, self.is_presence_test, self.bound, parts)


@dataclass(frozen=True, slots=True)
class Loop:
    """A comprehension, to which the library expands a macro such as `exists`.

    Attributes:
        over: The list or map.
        start: The first value of the accumulator.
        condition: The condition for the next iteration.
        step: The next value of the accumulator.
        result: The value of the whole loop.
    """

    over: Node
    start: Node
    condition: Node
    step: Node
    result: Node


def decode(serialized: bytes) -> Node:
    """Decode an expression that the library serialized, with types if it was type-checked.

    Raises:
        google.protobuf.message.DecodeError: The bytes are not a serialized expression.
        RecursionError: The expression is nested too deep for Python's stack.
    """
    wrapped = syntax_schema.get_message_class("Any").FromString(serialized)
    name = wrapped.type_url.rpartition(".")[2]
    message = syntax_schema.get_message_class(name).FromString(wrapped.value)
    types = message.type_map if name == "CheckedExpr" else {}
    return _Reader(message.source_info.positions, types).read(message.expr)


class _Reader:
    def __init__(self, positions: Mapping[int, int], types: Mapping[int, Any]) -> None:
        self._positions = positions
        self._types = types

    def read(self, expr: Any) -> Node:  # noqa: ANN401 (a message class that is built at run time)
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
            node.target, node.is_presence_test = (
                self.read(expr.select.operand),
                expr.select.test_only,
            )
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
