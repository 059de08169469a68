"""CEL's arithmetic and conversions of numbers for the solver.

Each function returns None for arguments that the solver cannot represent. A double is a number
among the JSON values.
"""

from __future__ import annotations

from typing import Any

import z3

from pulumi_c1policy._review.terms import Term, bound_value, define_any


def calculate(name: str, one: Term, other: Term) -> Term | None:
    """Return the result of `*`, `/` or `%` of two ints, one of them a constant."""
    if one.kind != "int" or other.kind != "int":
        return None
    both = [one.exists, other.exists]
    if name == "_*_":
        if not (z3.is_int_value(one.value) or z3.is_int_value(other.value)):
            return None
        value = one.value * other.value
        return Term("int", value, z3.And(*both, *bound_value("int", value)))
    if not z3.is_int_value(other.value) or other.value.as_long() == 0:
        return None
    quotient = _divide(one.value, other.value.as_long())
    value = quotient if name == "_/_" else one.value - other.value * quotient
    return Term("int", value, z3.And(*both, *bound_value("int", value)))


def _divide(value: Any, divisor: int) -> Any:  # noqa: ANN401 (the solver has no types)
    """Divide; CEL rounds toward zero."""
    size = z3.If(value >= 0, value, -value) / abs(divisor)
    return z3.If((value >= 0) == (divisor > 0), size, -size)


def negate(term: Term) -> Term | None:
    """Return the result of `-term`."""
    if term.kind not in ("int", "duration"):
        return None
    value = -term.value
    return Term(term.kind, value, z3.And(term.exists, *bound_value(term.kind, value)))


def convert_number(name: str, term: Term) -> Term | None:
    """Return the result of `int(term)` or `double(term)`; numbers in texts may be anything."""
    if term.kind == "int":
        return term if name == "int" else _make_double(z3.ToReal(term.value), term.exists)
    if term.kind != "any":
        return None
    sort = define_any()
    number, text = sort.get_number(term.value), sort.get_text(term.value)
    is_number, is_text = sort.is_number(term.value), sort.is_text(term.value)
    result = z3.IntSort() if name == "int" else z3.RealSort()
    parsed = z3.Function(f"{name}(text)", z3.StringSort(), result)(text)
    can_parse = z3.Function(f"{name}(text) exists", z3.StringSort(), z3.BoolSort())(text)
    if name == "int":
        number = z3.If(number >= 0, z3.ToInt(number), -z3.ToInt(-number))
    value = z3.If(is_number, number, parsed)
    exists = z3.And(term.exists, z3.Or(is_number, z3.And(is_text, can_parse)))
    if name == "double":
        return _make_double(value, exists)
    return Term("int", value, z3.And(exists, *bound_value("int", value)))


def _make_double(value: Any, exists: Any) -> Term:  # noqa: ANN401 (Z3's own)
    return Term("any", define_any().number(value), exists)
