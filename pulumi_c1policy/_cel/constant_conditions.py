"""Conditions that are true, or false, for every request.

There are no false positives; not every such condition is found.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._cel import compiler
from pulumi_c1policy._cel.compiler import Compilation
from pulumi_c1policy._cel.syntax_tree import Node

_PLAIN = frozenset(["name", "field", "constant"])
_GROWING = frozenset(["replace", "join", "split", "format"])
# In nodes plus characters of string literals.
_MAX_SIZE_WITH_LOOP = 2_000


def find_constant_truth(compilation: Compilation) -> bool | None:
    """Return the value that a condition has for every request, or None if none is proven."""
    tree = compilation.tree
    if tree is None:
        return None
    found = _infer_truth(tree)
    if found is not None or compilation.missing or _may_take_long(tree):
        return found
    return compiler.evaluate_constant(compilation.compiled)


def _may_take_long(tree: Node) -> bool:
    """Return whether the library may need much time or memory to evaluate an expression.

    The library has no limit of its own. Nested loops cost the product of their sizes, a loop costs
    its items times the size of its body, and some functions return much more than they are given.
    """
    nodes = [*tree.walk()]
    if any(node.kind == "call" and node.name in _GROWING for node in nodes):
        return True
    loops = [node for node in nodes if node.kind == "loop"]
    if loops and len(nodes) + sum(_measure_text(node) for node in nodes) > _MAX_SIZE_WITH_LOOP:
        return True
    return any(
        inner.kind == "loop" for loop in loops for part in loop.parts for inner in part.walk()
    )


def _measure_text(node: Node) -> int:
    return len(node.value) if isinstance(node.value, str | bytes) else 0


def _infer_truth(node: Node) -> bool | None:
    if node.kind == "constant":
        return node.value if isinstance(node.value, bool) else None
    if node.kind != "call":
        return None
    if node.name == "!_":
        inner = _infer_truth(node.parts[0])
        return None if inner is None else not inner
    if node.name in ("_&&_", "_||_"):
        return _infer_chain_truth(node)
    if node.name in ("_==_", "_!=_"):
        left, right = node.parts
        if _is_plain(left) and left.structural_key() == right.structural_key():
            return node.name == "_==_"
    return None


def _infer_chain_truth(node: Node) -> bool | None:
    """Infer the value of a chain of `&&` or `||`.

    A chain of `&&` is false if one part is false or two parts exclude each other; `||` mirrors it.
    """
    deciding = node.name == "_||_"
    parts = list(_flatten(node, node.name))
    truths = [_infer_truth(part) for part in parts]
    if deciding in truths or _has_deciding_pair(parts, deciding=deciding):
        return deciding
    return (not deciding) if all(truth is (not deciding) for truth in truths) else None


def _flatten(node: Node, name: str) -> Iterator[Node]:
    for part in node.parts:
        if part.kind == "call" and part.name == name:
            yield from _flatten(part, name)
        else:
            yield part


def _has_deciding_pair(parts: list[Node], *, deciding: bool) -> bool:
    """Return whether two parts decide the chain.

    Examples are `x == 1 && x == 2`, `x != 1 || x != 2` and `x && !x`.
    """
    one_of = "_!=_" if deciding else "_==_"
    values: dict[object, object] = {}
    seen: set[tuple[object, bool]] = set()
    for part in parts:
        negated = part.kind == "call" and part.name in ("!_", "_!=_")
        inner = part.parts[0].structural_key() if part.name == "!_" else _get_equality_key(part)
        if (inner, not negated) in seen:
            return True
        seen.add((inner, negated))
        if part.kind == "call" and part.name == one_of and (pair := _split_comparison(part)):
            path, value = pair
            if values.setdefault(path, value) != value:
                return True
    return False


def _get_equality_key(node: Node) -> object:
    """Return the key of a node, with `!=` replaced by `==`."""
    if node.kind == "call" and node.name == "_!=_":
        return Node("call", node.offset, name="_==_", parts=node.parts).structural_key()
    return node.structural_key()


def _split_comparison(node: Node) -> tuple[object, object] | None:
    left, right = node.parts
    if left.kind == "constant":
        left, right = right, left
    is_value = right.kind == "constant" or (right.kind == "name" and "." in right.name)
    if left.kind == "constant" or not is_value or not _is_plain(left):
        return None
    return (left.structural_key(), right.type), right.structural_key()


def _is_plain(node: Node) -> bool:
    """Return whether a node consists of names, fields, indexes and literals only."""
    return all(part.kind in _PLAIN or part.name == "_[_]" for part in node.walk())
