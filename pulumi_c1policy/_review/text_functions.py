"""CEL's functions of texts for the solver.

Each function returns None for arguments that the solver cannot represent.
"""

from __future__ import annotations

from typing import Any

import z3

from pulumi_c1policy._review.terms import Folded, Term, escape_text, read_text

_FOLDS = {"lowerAscii": str.lower, "upperAscii": str.upper}
_CASES = (("a", "z"), ("A", "Z"))
_MAX_INDEX = 4


def fold_case(name: str, text: Term) -> Term:
    """Return the result of `lowerAscii` or `upperAscii`.

    The solver has no such function. It knows the result only where the result is compared with a
    constant: see `match_folded`.
    """
    value = z3.Function(name, z3.StringSort(), z3.StringSort())(text.value)
    return Term("string", value, text.exists, folded=Folded(name, text.value))


def match_folded(name: str, text: Term, part: Term) -> Any | None:  # noqa: ANN401 (Z3's own)
    """Return whether a text with another case is, begins with, ends with or contains a constant.

    Args:
        name: `_==_`, `startsWith`, `endsWith` or `contains`.
        text: The text, a result of `fold_case`.
        part: The constant.
    """
    if text.folded is None or not z3.is_string_value(part.value):
        return None
    same = [_list_originals(text.folded.name, letter) for letter in read_text(part.value)]
    if not all(same):
        return z3.BoolVal(False)
    anything = z3.Star(z3.AllChar(z3.ReSort(z3.StringSort())))
    parts = [z3.Union(*each) if len(each) > 1 else each[0] for each in same]
    before = [anything] if name in ("endsWith", "contains") else []
    after = [anything] if name in ("startsWith", "contains") else []
    found = [*before, *parts, *after] or [z3.Re("")]
    return z3.InRe(text.folded.text, found[0] if len(found) == 1 else z3.Concat(*found))


def _list_originals(name: str, letter: str) -> list[Any]:
    """List the letters that become a letter in the other case."""
    if not letter.isascii():
        return [z3.Re(escape_text(letter))]
    if _FOLDS[name](letter) != letter:
        return []
    return [z3.Re(escape_text(each)) for each in sorted({letter.lower(), letter.upper()})]


def replace_empty(text: Term, otherwise: Term) -> Term:
    """Return the result of `text.ifEmpty(otherwise)`."""
    value = z3.If(z3.Length(text.value) == 0, otherwise.value, text.value)
    return Term("string", value, z3.And(text.exists, otherwise.exists))


def pick_split(text: Term, separator: str, index: int) -> tuple[Term, list[Any]] | None:
    """Return the result of `text.split(separator)[index]`, and what every request fulfils."""
    if not separator or not 0 <= index <= _MAX_INDEX:
        return None
    wanted, start = (z3.StringVal(escape_text(each)) for each in (separator, separator[:-1]))
    rest, exists, conditions = text.value, [text.exists], []
    for number in range(index + 1):
        name = f"{text.value.sexpr()} split by {separator!r}, {number}"
        part, after = z3.String(name), z3.String(f"{name} and later")
        has_more = z3.Contains(rest, wanted)
        divided = [
            rest == z3.Concat(part, wanted, after),
            # The first separator, also if two of them overlap.
            z3.Not(z3.Contains(z3.Concat(part, start), wanted)),
        ]
        conditions.append(z3.If(has_more, z3.And(*divided), part == rest))
        if number < index:
            exists.append(has_more)
        rest, found = after, part
    return Term("string", found, z3.And(*exists)), conditions


def find_text(text: Term, part: Term) -> Term:
    """Return the result of `text.indexOf(part)`."""
    value = z3.IndexOf(text.value, part.value, 0)
    return Term("int", value, z3.And(text.exists, part.exists))


def cut_text(text: Term, start: Term, end: Term | None) -> Term:
    """Return the result of `text.substring(start)` or `text.substring(start, end)`."""
    length = z3.Length(text.value)
    last = length if end is None else end.value
    exists = [text.exists, start.exists, start.value >= 0, start.value <= last, last <= length]
    exists += [] if end is None else [end.exists]
    return Term(
        "string", z3.SubString(text.value, start.value, last - start.value), z3.And(*exists)
    )
