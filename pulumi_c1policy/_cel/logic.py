"""Conditions that are always, or never, true.

The results are certain, but not complete.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._cel import engine
from pulumi_c1policy._cel.engine import Outcome
from pulumi_c1policy._cel.syntax_tree import Node

_PLAIN = frozenset(["name", "field", "constant"])
_GROWING = frozenset(["replace", "join", "split", "format"])
# Nodes, and characters of texts.
_LONG = 2_000


def decide(outcome: Outcome) -> bool | None:
    """Return the value that a condition has for every request, or None if that is unknown."""
    tree = outcome.tree
    if tree is None:
        return None
    found = _truth(tree)
    if found is not None or outcome.missing or _may_take_long(tree):
        return found
    return engine.evaluate_constant(outcome.compiled)


def _may_take_long(tree: Node) -> bool:
    """Return whether the library may take long, or much memory, to evaluate an expression.

    It has no bounds of its own. Nested loops multiply their costs, a loop costs its items times its
    body, and some functions return much more than they take.
    """
    nodes = [*tree.walk()]
    if any(node.kind == "call" and node.name in _GROWING for node in nodes):
        return True
    loops = [node for node in nodes if node.kind == "loop"]
    if loops and len(nodes) + sum(_length(node) for node in nodes) > _LONG:
        return True
    return any(
        inner.kind == "loop" for loop in loops for part in loop.parts for inner in part.walk()
    )


def _length(node: Node) -> int:
    return len(node.value) if isinstance(node.value, str | bytes) else 0


def _truth(node: Node) -> bool | None:
    if node.kind == "constant":
        return node.value if isinstance(node.value, bool) else None
    if node.kind != "call":
        return None
    if node.name == "!_":
        inner = _truth(node.parts[0])
        return None if inner is None else not inner
    if node.name in ("_&&_", "_||_"):
        return _decide_chain(node)
    if node.name in ("_==_", "_!=_"):
        left, right = node.parts
        if _is_plain(left) and left.key() == right.key():
            return node.name == "_==_"
    return None


def _decide_chain(node: Node) -> bool | None:
    """Decide a chain: `&&` is false if two of its parts exclude each other; `||` mirrors it."""
    deciding = node.name == "_||_"
    parts = list(_flat(node, node.name))
    truths = [_truth(part) for part in parts]
    if deciding in truths or _decides(parts, deciding=deciding):
        return deciding
    return (not deciding) if all(truth is (not deciding) for truth in truths) else None


def _flat(node: Node, name: str) -> Iterator[Node]:
    for part in node.parts:
        if part.kind == "call" and part.name == name:
            yield from _flat(part, name)
        else:
            yield part


def _decides(parts: list[Node], *, deciding: bool) -> bool:
    """Return whether two parts decide the chain: `x == 1 && x == 2`, or `x && !x`."""
    one_of = "_!=_" if deciding else "_==_"
    said: dict[object, object] = {}
    whole: set[tuple[object, bool]] = set()
    for part in parts:
        negated = part.kind == "call" and part.name in ("!_", "_!=_")
        inner = part.parts[0].key() if part.name == "!_" else _as_equal(part)
        if (inner, not negated) in whole:
            return True
        whole.add((inner, negated))
        if part.kind == "call" and part.name == one_of and (pair := _path_and_value(part)):
            path, value = pair
            if said.setdefault(path, value) != value:
                return True
    return False


def _as_equal(node: Node) -> object:
    """Return the key of a node, with `!=` read as `==`."""
    if node.kind == "call" and node.name == "_!=_":
        return Node("call", node.at, name="_==_", parts=node.parts).key()
    return node.key()


def _path_and_value(node: Node) -> tuple[object, object] | None:
    left, right = node.parts
    if left.kind == "constant":
        left, right = right, left
    is_value = right.kind == "constant" or (right.kind == "name" and "." in right.name)
    if left.kind == "constant" or not is_value or not _is_plain(left):
        return None
    return (left.key(), right.type), right.key()


def _is_plain(node: Node) -> bool:
    """Return whether a node consists of names, fields, keys and literals only."""
    return all(part.kind in _PLAIN or part.name == "_[_]" for part in node.walk())
