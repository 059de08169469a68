"""The operators and functions of CEL for the solver.

Each function returns None for arguments that the solver cannot represent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import z3

from pulumi_c1policy._review import numbers, text_functions
from pulumi_c1policy._review.terms import Kind, Term, bound_value, define_any

_TIMES: dict[tuple[str, Kind, Kind], Kind] = {
    ("_+_", "int", "int"): "int",
    ("_-_", "int", "int"): "int",
    ("_+_", "duration", "duration"): "duration",
    ("_-_", "duration", "duration"): "duration",
    ("_+_", "timestamp", "duration"): "timestamp",
    ("_+_", "duration", "timestamp"): "timestamp",
    ("_-_", "timestamp", "duration"): "timestamp",
    ("_-_", "timestamp", "timestamp"): "duration",
}
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "_<_": lambda one, other: one < other,
    "_<=_": lambda one, other: one <= other,
    "_>_": lambda one, other: other < one,
    "_>=_": lambda one, other: other <= one,
}


def apply_operator(name: str, arguments: list[Term]) -> Term | None:
    """Return the result of an operator or a function; None if the solver has none for it."""
    match name, arguments:
        case "_&&_" | "_||_", [_, _]:
            return combine(name, arguments)
        case "!_", [one]:
            inner = to_bool(one)
            return inner and Term("bool", z3.Not(inner.value), inner.exists)
        case "_?_:_", [condition, one, other]:
            return choose(condition, one, other)
        case "_==_" | "_!=_", [one, other]:
            found = equate(one, other)
            if found is None or name == "_==_":
                return found
            return Term("bool", z3.Not(found.value), found.exists)
        case "_<_" | "_<=_" | "_>_" | "_>=_", [one, other]:
            return order(name, one, other)
        case "_+_" | "_-_", [one, other]:
            return add(name, one, other)
        case "_*_" | "_/_" | "_%_", [one, other]:
            return numbers.calculate(name, one, other)
        case "-_", [one]:
            return numbers.negate(one)
        case "int" | "double", [one]:
            return numbers.convert_number(name, one)
        case "startsWith" | "endsWith" | "contains", [one, other]:
            return search_text(name, one, other)
        case _:
            return _apply_text_function(name, arguments)


def _apply_text_function(name: str, arguments: list[Term]) -> Term | None:
    """Return the result of another function of texts."""
    if not arguments or (text := to_text(arguments[0])) is None:
        return None
    texts = [to_text(each) for each in arguments[1:]]
    match name, texts, arguments[1:]:
        case "string", [], []:
            return text if arguments[0].kind == "string" else None
        case "lowerAscii" | "upperAscii", [], []:
            return text_functions.fold_case(name, text)
        case "ifEmpty", [Term() as otherwise], _:
            return text_functions.replace_empty(text, otherwise)
        case "indexOf", [Term() as part], _:
            return text_functions.find_text(text, part)
        case "substring", _, [start, *end] if len(end) < 2:
            if any(each.kind != "int" for each in (start, *end)):
                return None
            return text_functions.cut_text(text, start, end[0] if end else None)
        case _:
            return None


def to_bool(term: Term) -> Term | None:
    """Return a term as a bool."""
    if term.kind == "bool":
        return term
    if term.kind != "any":
        return None
    sort = define_any()
    return Term("bool", sort.get_flag(term.value), z3.And(term.exists, sort.is_flag(term.value)))


def to_text(term: Term) -> Term | None:
    """Return a term as a string; a value of an enum is none."""
    if term.kind == "string" and not term.enum:
        return term
    if term.kind != "any":
        return None
    sort = define_any()
    return Term("string", sort.get_text(term.value), z3.And(term.exists, sort.is_text(term.value)))


def to_any(term: Term) -> Term | None:
    """Return a term as a JSON value."""
    sort = define_any()
    makers: dict[Kind, Callable[[Any], Any]] = {
        "bool": sort.flag,
        "int": lambda value: sort.number(z3.ToReal(value)),
        "string": sort.text,
        "texts": sort.texts,
        "any": lambda value: value,
    }
    if term.kind not in makers or term.enum:
        return None
    return Term("any", makers[term.kind](term.value), term.exists)


def combine(name: str, parts: list[Term]) -> Term | None:
    """Return `&&` or `||`: the deciding value of one side outweighs a failure of the other."""
    sides = [to_bool(part) for part in parts]
    one, other = sides
    if one is None or other is None:
        return None
    is_or = name == "_||_"
    decided = [
        z3.And(side.exists, side.value if is_or else z3.Not(side.value)) for side in (one, other)
    ]
    either = z3.Or(*decided)
    exists = z3.Or(either, z3.And(one.exists, other.exists))
    return Term("bool", either if is_or else z3.Not(either), exists)


def choose(condition: Term, one: Term, other: Term) -> Term | None:
    """Return the result of `condition ? one : other`."""
    test = to_bool(condition)
    if test is None:
        return None
    if one.kind != other.kind or one.enum != other.enum:
        left, right = to_any(one), to_any(other)
        if left is None or right is None:
            return None
        one, other = left, right
    exists = z3.And(test.exists, z3.If(test.value, one.exists, other.exists))
    value = z3.If(test.value, one.value, other.value)
    return Term(one.kind, value, exists, enum=one.enum)


def equate(one: Term, other: Term) -> Term | None:
    """Return the result of `one == other`; JSON values of different types are unequal."""
    if "opaque" in (one.kind, other.kind) or one.enum != other.enum:
        return None
    folded = _match_folded("_==_", one, other) or _match_folded("_==_", other, one)
    if folded is not None:
        return folded
    if one.kind != other.kind:
        if "any" not in (one.kind, other.kind):
            return None
        left, right = to_any(one), to_any(other)
        if left is None or right is None:
            return None
        one, other = left, right
    return Term("bool", one.value == other.value, z3.And(one.exists, other.exists))


def order(name: str, one: Term, other: Term) -> Term | None:
    """Return the result of a comparison such as `one < other`."""
    compare = _COMPARISONS[name]
    both = z3.And(one.exists, other.exists)
    if one.enum or other.enum:
        return None
    if one.kind == other.kind and one.kind in ("int", "timestamp", "duration", "string"):
        return Term("bool", compare(one.value, other.value), both)
    if "any" not in (one.kind, other.kind):
        return None
    left, right = to_any(one), to_any(other)
    if left is None or right is None or "texts" in (one.kind, other.kind):
        return None
    sort = define_any()
    values = (left.value, right.value)
    are_numbers, are_texts, are_flags = (
        z3.And(*map(test, values)) for test in (sort.is_number, sort.is_text, sort.is_flag)
    )
    flags = [z3.If(sort.get_flag(value), 1, 0) for value in values]
    value = z3.If(
        are_numbers,
        compare(*map(sort.get_number, values)),
        z3.If(are_texts, compare(*map(sort.get_text, values)), compare(*flags)),
    )
    return Term("bool", value, z3.And(both, z3.Or(are_numbers, are_texts, are_flags)))


def add(name: str, one: Term, other: Term) -> Term | None:
    """Return a sum or a difference; it fails outside of the range of its type."""
    both = z3.And(one.exists, other.exists)
    if name == "_+_" and one.kind == other.kind == "string" and not (one.enum or other.enum):
        return Term("string", z3.Concat(one.value, other.value), both)
    kind = _TIMES.get((name, one.kind, other.kind))
    if kind is None:
        return None
    value = one.value + other.value if name == "_+_" else one.value - other.value
    return Term(kind, value, z3.And(both, *bound_value(kind, value)))


def search_text(name: str, text: Term, part: Term) -> Term | None:
    """Return the result of `startsWith`, `endsWith` or `contains` of a string."""
    whole, wanted = to_text(text), to_text(part)
    if whole is None or wanted is None:
        return None
    folded = _match_folded(name, whole, wanted)
    if folded is not None:
        return folded
    exists = z3.And(whole.exists, wanted.exists)
    match name:
        case "startsWith":
            return Term("bool", z3.PrefixOf(wanted.value, whole.value), exists)
        case "endsWith":
            return Term("bool", z3.SuffixOf(wanted.value, whole.value), exists)
        case _:
            return Term("bool", z3.Contains(whole.value, wanted.value), exists)


def _match_folded(name: str, text: Term, part: Term) -> Term | None:
    """Return the comparison of the result of `lowerAscii` or `upperAscii` with a constant."""
    if text.folded is None or part.kind != "string":
        return None
    value = text_functions.match_folded(name, text, part)
    if value is None:
        return None
    return Term("bool", value, z3.And(text.exists, part.exists))
