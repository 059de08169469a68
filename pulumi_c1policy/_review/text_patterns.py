"""Regular expressions of `matches` for the solver.

The tenant's syntax is RE2. Only what RE2 and Python's parser read in the same way is translated.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

# Python has no public parser of regular expressions; the tests of patterns notice a change of it.
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from string import ascii_lowercase
from typing import Any

import z3

from pulumi_c1policy._review.terms import escape_text

_MAX_REPEAT = 1000
"""The maximum of a repetition in RE2."""
# Written in these characters, a pattern may mean something else in RE2.
_DOUBTFUL = re.compile(r"\(\?(?!:|P<)|\[\[|\[:|\{,|\\[0-9AZzbBpPCQ]|[^\x00-\x7f]|&&|\|\||--|~~")
_TOKEN = re.compile(r"\\.|.", re.DOTALL)
_NAMED_CLASS = re.compile(r"(?<!\\)\[(\^?)\[:([a-z]+):\]\]")
_NAMED_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_IGNORE_CASE = "(?i)"
_OTHER_CASES = {"k": "\u212a", "s": "\u017f"}
"""Letters outside of ASCII that are equal to one of ASCII if the case does not matter."""
_CLASSES = {
    "CATEGORY_DIGIT": [("0", "9")],
    "CATEGORY_WORD": [("0", "9"), ("A", "Z"), ("a", "z"), ("_", "_")],
    "CATEGORY_SPACE": [(" ", " "), ("\t", "\n"), ("\f", "\r")],
}


class _UnsupportedError(Exception):
    """A part that the solver does not get."""


def translate_pattern(pattern: str) -> Any | None:  # noqa: ANN401 (the solver has no types)
    """Return the solver's expression of the texts that contain a match; None if unsupported."""
    fold = pattern.startswith(_IGNORE_CASE)
    plain = _rewrite(pattern.removeprefix(_IGNORE_CASE))
    if _DOUBTFUL.search(plain):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = list(parser.parse(plain))
        return _translate_whole(parsed, fold=fold)
    except (_UnsupportedError, re.error, Warning, RecursionError, OverflowError):
        return None


def _rewrite(pattern: str) -> str:
    """Write RE2's own classes and anchors as Python has them, too."""

    def expand(match: re.Match[str]) -> str:
        ranges = _NAMED_CLASSES.get(match[2])
        return match[0] if ranges is None else f"[{match[1]}{ranges}]"

    tokens = _TOKEN.findall(_NAMED_CLASS.sub(expand, pattern))
    if tokens[:1] == [r"\A"]:
        tokens[0] = "^"
    if tokens[-1:] == [r"\z"]:
        tokens[-1] = "$"
    return "".join(tokens)


def _translate_whole(parts: list[Any], *, fold: bool) -> Any:  # noqa: ANN401 (Z3's own)
    """Translate a pattern with its anchors: without them, anything may come before and after."""
    for at in {0, len(parts) - 1} if parts else ():
        if (choices := _list_choices(parts[at])) is not None:
            wholes = [[*parts[:at], *each, *parts[at + 1 :]] for each in choices]
            return _unite([_translate_whole(each, fold=fold) for each in wholes])
    anything = z3.Star(z3.AllChar(_get_sort()))
    before = after = [anything]
    if parts and parts[0] == (codes.AT, codes.AT_BEGINNING):
        parts, before = parts[1:], []
    if parts and parts[-1] == (codes.AT, codes.AT_END):
        parts, after = parts[:-1], []
    return _join([*before, *_translate_all(parts, fold=fold), *after])


def _list_choices(part: tuple[Any, Any]) -> list[list[Any]] | None:
    """Return the alternatives of a part that has anchors in it; None for another part."""
    code, value = part
    if code is codes.BRANCH and _has_anchor(value[1]):
        return [list(each) for each in value[1]]
    if code is codes.SUBPATTERN and not (value[1] or value[2]) and _has_anchor(value[3]):
        return [list(value[3])]
    return None


def _has_anchor(found: Any) -> bool:  # noqa: ANN401 (parts of a pattern)
    if isinstance(found, tuple) and found[:1] == (codes.AT,):
        return True
    is_nested = isinstance(found, tuple | list | parser.SubPattern)
    return is_nested and any(map(_has_anchor, found))


def _translate_all(parts: Iterable[Any], *, fold: bool) -> list[Any]:
    return [_translate_part(each, fold=fold) for each in parts]


def _translate_part(part: tuple[Any, Any], *, fold: bool) -> Any:  # noqa: ANN401 (Z3's own)
    code, value = part
    if code is codes.LITERAL:
        return _match(chr(value), chr(value), fold=fold)
    if code is codes.NOT_LITERAL:
        return _exclude([_match(chr(value), chr(value), fold=fold)])
    if code is codes.ANY:
        return _exclude([_match("\n", "\n", fold=False)])
    if code is codes.IN:
        return _translate_class(value, fold=fold)
    if code is codes.BRANCH:
        return _unite([_join(_translate_all(each, fold=fold)) for each in value[1]])
    if code is codes.SUBPATTERN:
        _, added, removed, inner = value
        if added or removed:
            raise _UnsupportedError
        return _join(_translate_all(inner, fold=fold))
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        return _repeat(*value, fold=fold)
    raise _UnsupportedError


def _repeat(least: int, most: Any, inner: Any, *, fold: bool) -> Any:  # noqa: ANN401 (Z3's own)
    one = _join(_translate_all(inner, fold=fold))
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


def _translate_class(items: list[Any], *, fold: bool) -> Any:  # noqa: ANN401 (Z3's own)
    is_negated = items[0][0] is codes.NEGATE
    found = [_translate_item(item, fold=fold) for item in items[is_negated:]]
    return _exclude(found) if is_negated else _unite(found)


def _translate_item(item: tuple[Any, Any], *, fold: bool) -> Any:  # noqa: ANN401 (Z3's own)
    code, value = item
    if code is codes.LITERAL:
        return _match(chr(value), chr(value), fold=fold)
    if code is codes.RANGE:
        return _match(chr(value[0]), chr(value[1]), fold=fold)
    if code is codes.CATEGORY:
        name = str(value)
        ranges = _CLASSES.get(name.replace("_NOT", ""))
        if ranges is None or (fold and "WORD" in name):
            raise _UnsupportedError
        found = [_match(first, last, fold=fold) for first, last in ranges]
        return _exclude(found) if "_NOT" in name else _unite(found)
    raise _UnsupportedError


def _match(first: str, last: str, *, fold: bool) -> Any:  # noqa: ANN401 (Z3's own)
    ranges = [(first, last)]
    if fold:
        ranges += [
            (each, each)
            for letter in ascii_lowercase
            for cases in [(letter, letter.upper(), *_OTHER_CASES.get(letter, ()))]
            if any(first <= case <= last for case in cases)
            for each in cases
        ]
    return _unite([_match_range(*each) for each in ranges])


def _match_range(first: str, last: str) -> Any:  # noqa: ANN401 (Z3's own)
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
