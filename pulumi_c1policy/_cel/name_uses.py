"""The names that an expression uses: variables, values of enums, functions and fields.

`c1.user.v1.HasApp` is one name in a type-checked tree and a chain of fields in a parsed tree; both
are supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pulumi_c1policy._cel.environment import Environment
from pulumi_c1policy._cel.suggest import is_typo
from pulumi_c1policy._cel.syntax_tree import Node

_WORD = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class NameUse:
    """One use of one name.

    Attributes:
        kind: The kind of the named thing.
        name: The whole name, such as `c1.user.v1.HasApp`, `UserStatus.ENABLED` or `subject`. For a
            field, the name of the field alone.
        node: The node of the tree.
        is_member: Whether a function is called after a dot, on a value.
    """

    kind: Literal["variable", "constant", "function", "field"]
    name: str
    node: Node
    is_member: bool = False

    @property
    def argument_count(self) -> int:
        """The number of arguments of the call, without the value before the dot."""
        return len(self.node.parts)


def is_operator(node: Node) -> bool:
    """Return whether a call is an operator, such as `_==_`, or part of an expanded macro."""
    return node.kind == "call" and not _WORD.fullmatch(node.name)


def find_uses(tree: Node, facts: Environment) -> Iterator[NameUse]:
    """Yield each use of a name in `tree`, except of names that a loop binds."""
    return _visit(tree, frozenset(), facts)


def _visit(node: Node, bound: frozenset[str], facts: Environment) -> Iterator[NameUse]:
    if node.kind == "name":
        yield from _use_name(node, bound, facts)
    elif node.kind == "field":
        whole = node.dotted_name()
        if whole in facts.constants and not _is_bound(whole, bound):
            yield NameUse("constant", whole, node)
            return
        yield NameUse("field", node.name, node)
    elif node.kind == "loop":
        yield from _visit(node.loop.over, bound, facts)
        yield from _visit(node.loop.start, bound, facts)
        inside = bound | set(node.bound)
        for part in (node.loop.condition, node.loop.step, node.loop.result):
            yield from _visit(part, inside, facts)
        return
    elif node.kind == "call" and not is_operator(node):
        use = _use_call(node, bound, facts)
        yield use
        if not use.is_member:
            for part in node.parts:
                yield from _visit(part, bound, facts)
            return
    for child in node.children():
        yield from _visit(child, bound, facts)


def _use_name(node: Node, bound: frozenset[str], facts: Environment) -> Iterator[NameUse]:
    if node.name.startswith("@") or _is_bound(node.name, bound):
        return
    known = node.name in facts.constants
    yield NameUse("constant" if known else "variable", node.name, node)


def _use_call(node: Node, bound: frozenset[str], facts: Environment) -> NameUse:
    if node.target is None:
        return NameUse("function", node.name, node)
    owner = node.target.dotted_name()
    if owner is None or _is_bound(owner, bound):
        return NameUse("function", node.name, node, is_member=True)
    whole = f"{owner}.{node.name}"
    if whole in facts.signatures or _is_namespace(owner, node.name, facts):
        return NameUse("function", whole, node)
    return NameUse("function", node.name, node, is_member=True)


def _is_namespace(owner: str, function: str, facts: Environment) -> bool:
    root = owner.split(".", maxsplit=1)[0]
    if root in facts.namespaces:
        return True
    values = {*facts.variables, *facts.foreign_variables, *facts.enums}
    if root in values or owner in facts.constants or function in facts.member_functions:
        return False
    return not any(is_typo(root, value) for value in values)


def _is_bound(name: str, bound: frozenset[str]) -> bool:
    return name.split(".", maxsplit=1)[0] in bound
