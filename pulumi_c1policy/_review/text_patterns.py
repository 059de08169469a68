"""Regular expressions of `matches` for the solver.

The tenant's syntax is RE2. Only what RE2 and Python's parser read in the same way is translated.
"""

from __future__ import annotations

import re
import warnings

# Python has no public parser of regular expressions; the tests of patterns notice a change of it.
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import z3

from pulumi_c1policy._review.terms import escape_text

_MAX_REPEAT = 1000
"""The maximum of a repetition in RE2."""
# Written in these characters, a pattern may mean something else in RE2.
_DOUBTFUL = re.compile(r"\(\?(?!:|P<)|\[\[|\[:|\{,|\\[0-9AZzbBpPCQ]|[^\x00-\x7f]|&&|\|\||--|~~")
_NEWLINE = ord("\n")
_CLASSES = {
    "CATEGORY_DIGIT": [("0", "9")],
    "CATEGORY_WORD": [("0", "9"), ("A", "Z"), ("a", "z"), ("_", "_")],
    "CATEGORY_SPACE": [(" ", " "), ("\t", "\n"), ("\f", "\r")],
}


class _UnsupportedError(Exception):
    """A part that the solver does not get."""


def translate_pattern(pattern: str) -> Any | None:  # noqa: ANN401 (the solver has no types)
    """Return the solver's expression of the texts that contain a match; None if unsupported."""
    if _DOUBTFUL.search(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = list(parser.parse(pattern))
        return _translate_whole(parsed)
    except (_UnsupportedError, re.error, Warning, RecursionError, OverflowError):
        return None


def _translate_whole(parts: list[Any]) -> Any:  # noqa: ANN401 (Z3's own)
    """Translate a pattern with its anchors: without them, anything may come before and after."""
    if len(parts) == 1 and parts[0][0] is codes.BRANCH:
        return _unite([_translate_whole(list(each)) for each in parts[0][1][1]])
    anything = z3.Star(z3.AllChar(_get_sort()))
    before = after = [anything]
    if parts and parts[0] == (codes.AT, codes.AT_BEGINNING):
        parts, before = parts[1:], []
    if parts and parts[-1] == (codes.AT, codes.AT_END):
        parts, after = parts[:-1], []
    return _join([*before, *map(_translate_part, parts), *after])


def _translate_part(part: tuple[Any, Any]) -> Any:  # noqa: ANN401 (Z3's own)
    code, value = part
    if code is codes.LITERAL:
        return _match(chr(value), chr(value))
    if code is codes.NOT_LITERAL:
        return _exclude([_match(chr(value), chr(value))])
    if code is codes.ANY:
        return _exclude([_match("\n", "\n")])
    if code is codes.IN:
        return _translate_class(value)
    if code is codes.BRANCH:
        return _unite([_join([*map(_translate_part, each)]) for each in value[1]])
    if code is codes.SUBPATTERN:
        _, added, removed, inner = value
        if added or removed:
            raise _UnsupportedError
        return _join([*map(_translate_part, inner)])
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        return _repeat(*value)
    raise _UnsupportedError


def _repeat(least: int, most: Any, inner: Any) -> Any:  # noqa: ANN401 (Z3's own)
    one = _join([*map(_translate_part, inner)])
    if most is codes.MAXREPEAT:
        if least > _MAX_REPEAT:
            raise _UnsupportedError
        return (
            _join([*[one] * min(least, 1), z3.Star(one)])
            if least <= 1
            else _join([z3.Loop(one, least, least), z3.Star(one)])
        )
    if most > _MAX_REPEAT:
        raise _UnsupportedError
    return z3.Option(one) if (least, most) == (0, 1) else z3.Loop(one, least, most)


def _translate_class(items: list[Any]) -> Any:  # noqa: ANN401 (Z3's own)
    is_negated = items[0][0] is codes.NEGATE
    found = [_translate_item(item) for item in items[is_negated:]]
    return _exclude(found) if is_negated else _unite(found)


def _translate_item(item: tuple[Any, Any]) -> Any:  # noqa: ANN401 (Z3's own)
    code, value = item
    if code is codes.LITERAL:
        return _match(chr(value), chr(value))
    if code is codes.RANGE:
        return _match(chr(value[0]), chr(value[1]))
    if code is codes.CATEGORY:
        name = str(value)
        ranges = _CLASSES.get(name.replace("_NOT", ""))
        if ranges is None:
            raise _UnsupportedError
        found = [_match(first, last) for first, last in ranges]
        return _exclude(found) if "_NOT" in name else _unite(found)
    raise _UnsupportedError


def _match(first: str, last: str) -> Any:  # noqa: ANN401 (Z3's own)
    one, other = escape_text(first), escape_text(last)
    return z3.Re(one) if first == last else z3.Range(one, other)


def _exclude(found: list[Any]) -> Any:  # noqa: ANN401 (Z3's own)
    return z3.Intersect(z3.AllChar(_get_sort()), z3.Complement(_unite(found)))


def _unite(found: list[Any]) -> Any:  # noqa: ANN401 (Z3's own)
    return found[0] if len(found) == 1 else z3.Union(*found)


def _join(found: list[Any]) -> Any:  # noqa: ANN401 (Z3's own)
    if not found:
        return z3.Re("")
    return found[0] if len(found) == 1 else z3.Concat(*found)


def _get_sort() -> Any:  # noqa: ANN401 (Z3's own)
    return z3.ReSort(z3.StringSort())
