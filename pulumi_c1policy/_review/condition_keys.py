"""Keys of conditions: equal keys mean equal conditions."""

from __future__ import annotations

from functools import lru_cache

from pulumi_c1policy import _extras
from pulumi_c1policy._cel.cel_values import normalize_name
from pulumi_c1policy._cel.syntax_tree import Node

_COMMUTATIVE = ("_&&_", "_||_", "_==_", "_!=_")
_LIBRARY = "cel_expr_python"


def is_readable() -> bool:
    """Return whether expressions can be read: the extra `cel` is installed."""
    return _extras.is_importable(_LIBRARY)


@lru_cache(maxsize=4096)
def read_condition(source: str) -> Node | None:
    """Return the syntax tree of an expression; None if the tenant would not accept it."""
    from pulumi_c1policy._cel import compiler
    from pulumi_c1policy._cel.checker import check, has_error
    from pulumi_c1policy._cel.environment import Place

    if not is_readable() or has_error(check(source, Place.RULE_CONDITION)):
        return None
    return compiler.compile_expression(source).tree


def make_condition_key(source: str) -> object:
    """Return the key of an expression; its text if it cannot be read."""
    try:
        tree = read_condition(source)
        return ("text", source.strip()) if tree is None else make_key(tree)
    except RecursionError:
        return ("text", source.strip())


def make_key(node: Node) -> object:
    """Return the structural key of a node.

    Both spellings of a field, and both orders of the sides of `&&`, `||`, `==` and `!=`, are equal.
    """
    return _normalize(node).structural_key()


def _normalize(node: Node) -> Node:
    parts = [_normalize(part) for part in node.parts]
    if node.kind == "call" and node.name in _COMMUTATIVE:
        parts.sort(key=lambda part: repr(part.structural_key()))
    # Another object than a message, such as a map, may have two fields with these names.
    is_message = node.kind == "field" and node.target is not None
    is_message = is_message and node.target is not None and "(" not in node.target.type
    is_message = is_message and node.target is not None and node.target.type != "dyn"
    return Node(
        node.kind,
        0,
        node.type,
        normalize_name(node.name) if is_message else node.name,
        node.value,
        None if node.target is None else _normalize(node.target),
        parts,
        node.is_presence_test,
        node.bound,
    )
