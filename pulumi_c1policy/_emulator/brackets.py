"""Faults of an expression that need no compiler: open brackets, open strings, no text.

It never rejects an expression that a tenant accepts. Must not import anything of the package
outside `_emulator`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = {")": "(", "]": "[", "}": "{"}
_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*)
    | (?P<raw>[rR][bB]?|[bB][rR])?(?P<quote>\"\"\"|'''|"|')
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<word>\w+)
    """,
    re.VERBOSE,
)


def find_faults(text: str) -> list[tuple[int, int, str]]:
    """Return the line, the column and a description of each fault, in the order of the text."""
    if not text.strip():
        return [(1, 1, "expression is empty")]
    return sorted(
        (*_describe_position(text, start), message) for start, message in _find_faults(text)
    )


def _find_faults(text: str) -> Iterator[tuple[int, str]]:
    waiting: list[tuple[str, int]] = []
    place = 0
    while found := _TOKEN.search(text, place):
        place = found.end()
        if found["quote"]:
            end = _find_string_end(text, place, found["quote"], raw=bool(found["raw"]))
            if end is None:
                yield found.start(), "string literal is not terminated"
                break
            place = end
        elif found["open"]:
            waiting.append((found["open"], found.start()))
        elif found["close"]:
            if waiting and waiting[-1][0] == _CLOSERS[found["close"]]:
                waiting.pop()
            else:
                yield found.start(), f"unexpected {found['close']!r}"
    for bracket, start in waiting:
        yield start, f"{bracket!r} is never closed"


def _find_string_end(text: str, start: int, quote: str, *, raw: bool) -> int | None:
    place = start
    while place < len(text):
        if text.startswith(quote, place):
            return place + len(quote)
        if text[place] == "\n" and len(quote) == 1:
            return None
        place += 2 if text[place] == "\\" and not raw else 1
    return None


def _describe_position(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def read_literal(text: str) -> tuple[str, str]:
    """Return the type and value of a literal; anything else counts as a string of its own text."""
    if text in {"true", "false"}:
        return "bool", text
    if re.fullmatch(r"-?[0-9]+", text):
        return "int", text
    if re.fullmatch(r"-?[0-9]+\.[0-9]+", text):
        return "double", text
    if text.startswith("["):
        return "list", text
    if text.startswith("{"):
        return "map", text
    quoted = re.fullmatch(r"\"([^\"\\]*)\"|'([^'\\]*)'", text)
    return "string", (quoted[1] or quoted[2] or "") if quoted else text
