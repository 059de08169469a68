"""The places in a request that expressions name: `subject.manager`, `attributes.a["b"]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import z3

from pulumi_c1policy._cel.cel_values import normalize_name
from pulumi_c1policy._cel.environment import load_environment
from pulumi_c1policy._cel.syntax_tree import Node
from pulumi_c1policy._review import request_fields
from pulumi_c1policy._review.terms import Facts, Term

Binding: TypeAlias = Term | tuple[str, ...]
"""The value of a name that a loop binds: a value, or the path of a message."""


def find_path(node: Node, bound: Mapping[str, Binding]) -> tuple[str, ...] | None:
    """Return the names that lead to a message or a map; None for other values."""
    if node.kind == "name":
        binding = bound.get(node.name)
        if binding is not None:
            return binding if isinstance(binding, tuple) else None
        return (node.name,) if node.name in load_environment().variables else None
    if node.kind != "field" or node.target is None or node.is_presence_test:
        return None
    owner = find_path(node.target, bound)
    if owner is None or node.target.type not in load_environment().types:
        return None
    return (*owner, normalize_name(node.name))


def find_key(
    facts: Facts, owner: Node, key: str, bound: Mapping[str, Binding]
) -> tuple[Term, Any, Any] | None:
    """Return the value of a key, its presence, and whether the owner has keys.

    None if the owner is neither a map of the request nor a JSON value in one.
    """
    if owner.type.startswith("map("):
        path = find_path(owner, bound)
        if path is None:
            return None
        return (*request_fields.get_key(facts, path, key, owner.type), z3.BoolVal(True))
    inner = _read_key(owner)
    found = None if inner is None else find_key(facts, *inner, bound)
    if found is None or found[0].kind != "any":
        return None
    return request_fields.get_inner_key(facts, found[0], key)


def _read_key(node: Node) -> tuple[Node, str] | None:
    """Return the owner and the key of `owner.key` or `owner["key"]`."""
    if node.kind == "field" and node.target is not None and not node.is_presence_test:
        return node.target, node.name
    if node.kind == "call" and node.name == "_[_]" and isinstance(node.parts[1].value, str):
        return node.parts[0], node.parts[1].value
    return None
