"""CEL's operators and functions of lists and JSON values for the solver.

Lists of texts are known exactly. What another JSON list or object contains may be anything, but the
same for the same value. Each function returns None for arguments that the solver cannot represent.
"""

from __future__ import annotations

from typing import Any

import z3

from pulumi_c1policy._review.operators import to_any, to_text
from pulumi_c1policy._review.terms import Term, define_any, get_sort


def measure(term: Term) -> Term | None:
    """Return the result of `size`."""
    if term.kind in ("string", "texts") and not term.enum:
        return Term("int", z3.Length(term.value), term.exists)
    if term.kind != "any":
        return None
    sort = define_any()
    value = term.value
    size = z3.Function("size", sort, z3.IntSort())(value)
    known = z3.If(
        sort.is_text(value), z3.Length(sort.get_text(value)), z3.Length(sort.get_texts(value))
    )
    is_known = z3.Or(sort.is_text(value), sort.is_texts(value))
    exists = z3.Or(is_known, z3.And(sort.is_other(value), size >= 0))
    return Term("int", z3.If(is_known, known, size), z3.And(term.exists, exists))


def contain(item: Term, items: Term) -> Term | None:
    """Return the result of `item in items` for a list of strings, or a JSON value."""
    if items.kind == "any":
        return _contain_json(item, items)
    wanted = to_text(item)
    if wanted is None or items.kind != "texts":
        return None
    found = z3.Contains(items.value, z3.Unit(wanted.value))
    if item.kind == "any":
        # Another JSON value is not an item.
        found = z3.And(define_any().is_text(item.value), found)
    return Term("bool", found, z3.And(item.exists, items.exists))


def _contain_json(item: Term, items: Term) -> Term | None:
    wanted = to_any(item)
    if wanted is None:
        return None
    sort = define_any()
    value = items.value
    in_texts = z3.And(
        sort.is_text(wanted.value),
        z3.Contains(sort.get_texts(value), z3.Unit(sort.get_text(wanted.value))),
    )
    in_other = _ask("in", wanted.value, value)
    # An object has no keys of some types: then `in` fails.
    can_ask = z3.Or(sort.is_text(wanted.value), _ask("in exists", wanted.value, value))
    exists = z3.Or(sort.is_texts(value), z3.And(sort.is_other(value), can_ask))
    found = z3.If(sort.is_texts(value), in_texts, in_other)
    return Term("bool", found, z3.And(item.exists, items.exists, exists))


def pick(items: Term, index: int) -> Term | None:
    """Return the result of `items[index]` for a list of strings, or a JSON value."""
    if index < 0 or items.kind not in ("texts", "any"):
        return None
    if items.kind == "texts":
        value = items.value[index]
        if value.sort() != get_sort("string"):
            return None
        return Term("string", value, z3.And(items.exists, z3.Length(items.value) > index))
    sort = define_any()
    texts = sort.get_texts(items.value)
    is_texts, is_other = sort.is_texts(items.value), sort.is_other(items.value)
    place = z3.IntVal(index)
    other = z3.Function("item", sort, z3.IntSort(), sort)(items.value, place)
    has_other = z3.Function("item exists", sort, z3.IntSort(), z3.BoolSort())(items.value, place)
    exists = z3.Or(z3.And(is_texts, z3.Length(texts) > index), z3.And(is_other, has_other))
    value = z3.If(is_texts, sort.text(texts[index]), other)
    return Term("any", value, z3.And(items.exists, exists))


def _ask(name: str, one: Any, other: Any) -> Any:  # noqa: ANN401 (the solver has no types)
    """Return an unknown relation of two JSON values."""
    sort = define_any()
    return z3.Function(name, sort, sort, z3.BoolSort())(one, other)
