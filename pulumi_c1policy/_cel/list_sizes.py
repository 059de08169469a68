"""Lists that may be empty where an expression uses them.

`x[0]` may fail; `size(x) > 0 ? x[0] : y` cannot. A condition on the size of a list is known to hold
in the operand that it guards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from pulumi_c1policy._cel.syntax_tree import Node

Sizes: TypeAlias = dict[object, int]
"""The least known sizes of lists, by the structural key of their node."""

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
# This function may return null, which as an approver means no users.
_MAY_BE_NULL = "c1.directory.users.v1.FindByName"


def find_risky_items(node: Node, known: Sizes) -> Iterator[Node]:
    """Yield each index access, such as `x[0]`, of a list that may be too short for it.

    Args:
        node: The expression.
        known: The sizes that the conditions around it guarantee.
    """
    if node.kind != "call":
        for child in node.children():
            yield from find_risky_items(child, known)
        return
    if node.name == "_?_:_":
        condition, one, other = node.parts
        yield from find_risky_items(condition, known)
        yield from find_risky_items(one, known | infer_sizes(condition, holds=True))
        yield from find_risky_items(other, known | infer_sizes(condition, holds=False))
        return
    if node.name in ("_&&_", "_||_"):
        # Each operand guards the other: CEL ignores an error if the other operand decides.
        holds = node.name == "_&&_"
        left, right = node.parts
        yield from find_risky_items(left, known | infer_sizes(right, holds=holds))
        yield from find_risky_items(right, known | infer_sizes(left, holds=holds))
        return
    if node.name == "_[_]" and _is_risky(node, known):
        yield node
    for child in node.children():
        yield from find_risky_items(child, known)


def _is_risky(node: Node, known: Sizes) -> bool:
    owner, index = node.parts
    if not owner.type.startswith("list(") or not isinstance(index.value, int):
        return False
    if owner.kind == "call" and owner.name == "split":
        return False
    return index.value < 0 or index.value >= _infer_least_size(owner, known)


def find_empty_part(node: Node, known: Sizes) -> Node | None:
    """Return the part of an approver expression that may return no users, or None."""
    if known.get(node.structural_key(), 0) > 0:
        return None
    if node.kind == "call" and node.name == "_?_:_":
        condition, one, other = node.parts
        found = find_empty_part(one, known | infer_sizes(condition, holds=True))
        return found or find_empty_part(other, known | infer_sizes(condition, holds=False))
    if node.kind == "constant":
        return node if node.value is None else None
    if node.type == "User":
        return node if node.name == _MAY_BE_NULL else None
    if not node.type.startswith("list(") or _infer_least_size(node, known) > 0:
        return None
    return node


def _infer_least_size(node: Node, known: Sizes) -> int:
    """Return the least number of items that a list is known to have."""
    found = known.get(node.structural_key(), 0)
    if node.kind == "list":
        return max(found, len(node.parts))
    if node.kind == "name" and node.name in ("appOwners", "app_owners"):
        return max(found, 1)
    if node.kind == "loop" and not _drops_items(node):
        return max(found, _infer_least_size(node.loop.over, known))
    if node.kind == "call" and node.name == "_+_":
        return max(found, sum(_infer_least_size(part, known) for part in node.parts))
    if node.kind == "call" and node.name == "_?_:_":
        condition, one, other = node.parts
        least = min(
            _infer_least_size(one, known | infer_sizes(condition, holds=True)),
            _infer_least_size(other, known | infer_sizes(condition, holds=False)),
        )
        return max(found, least)
    return found


def _drops_items(loop: Node) -> bool:
    """Return whether a loop may return fewer items than it gets.

    True for every loop but a `map` without a condition.
    """
    return loop.loop.start.kind != "list" or loop.loop.step.name == "_?_:_"


def infer_sizes(condition: Node, *, holds: bool) -> Sizes:
    """Infer the least sizes of lists where a condition holds, or where it does not hold."""
    if condition.kind == "loop":
        is_exists = condition.loop.start.value is False
        return {condition.loop.over.structural_key(): 1} if is_exists and holds else {}
    if condition.kind != "call":
        return {}
    if condition.name == "!_":
        return infer_sizes(condition.parts[0], holds=not holds)
    if condition.name == ("_&&_" if holds else "_||_"):
        left, right = (infer_sizes(part, holds=holds) for part in condition.parts)
        return {key: max(left.get(key, 0), right.get(key, 0)) for key in left | right}
    if condition.name == "@in" and holds:
        return {condition.parts[1].structural_key(): 1}
    sign = condition.name.strip("_")
    if sign not in _MIRRORED:
        return {}
    left_part, right_part = condition.parts
    sign = sign if holds else _NEGATED[sign]
    return _infer_from_comparison(left_part, sign, right_part) or _infer_from_comparison(
        right_part, _MIRRORED[sign], left_part
    )


def _infer_from_comparison(one: Node, sign: str, other: Node) -> Sizes:
    if sign == "!=" and other.kind == "list" and not other.parts:
        return {one.structural_key(): 1}
    if sign == "!=" and other.kind == "constant" and other.value is None:
        return {one.structural_key(): 1}
    owner = _unwrap_size_call(one)
    if owner is None or not isinstance(other.value, int):
        return {}
    least = {">": other.value + 1, ">=": other.value, "==": other.value}.get(sign, 0)
    if sign == "!=" and other.value == 0:
        least = 1
    return {owner.structural_key(): least} if least > 0 else {}


def _unwrap_size_call(node: Node) -> Node | None:
    """Return `x` of `size(x)` or `x.size()`, or None for another node."""
    if node.kind != "call" or node.name != "size":
        return None
    return node.target or next(iter(node.parts), None)
