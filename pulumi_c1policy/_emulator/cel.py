"""What the tenant says of a CEL text: unbalanced brackets, open strings, nothing at all.

A tenant compiles expressions; this one only sees that a text cannot be one. It never refuses an
expression that a tenant accepts.
Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

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


def markers(text: str) -> list[dict[str, Any]]:
    """The editor markers of a text, in its order; an empty list when nothing is wrong."""
    if not text.strip():
        return [_marker(text, 0, len(text), "expression is empty")]
    return sorted(
        (_marker(text, start, end, message) for start, end, message in _faults(text)),
        key=lambda marker: (marker["startLineNumber"], marker["startColumn"]),
    )


def _faults(text: str) -> Iterator[tuple[int, int, str]]:
    waiting: list[tuple[str, int]] = []
    place = 0
    while found := _TOKEN.search(text, place):
        place = found.end()
        if found["quote"]:
            end = _string_end(text, place, found["quote"], raw=bool(found["raw"]))
            if end is None:
                yield found.start(), len(text), "string literal is not terminated"
                break
            place = end
        elif found["open"]:
            waiting.append((found["open"], found.start()))
        elif found["close"]:
            if waiting and waiting[-1][0] == _CLOSERS[found["close"]]:
                waiting.pop()
            else:
                yield found.start(), found.end(), f"unexpected {found['close']!r}"
    for bracket, start in waiting:
        yield start, start + 1, f"{bracket!r} is never closed"


def _string_end(text: str, start: int, quote: str, *, raw: bool) -> int | None:
    place = start
    while place < len(text):
        if text.startswith(quote, place):
            return place + len(quote)
        if text[place] == "\n" and len(quote) == 1:
            return None
        place += 2 if text[place] == "\\" and not raw else 1
    return None


def _marker(text: str, start: int, end: int, message: str) -> dict[str, Any]:
    start_line, start_column = _position(text, start)
    end_line, end_column = _position(text, end)
    return {
        "startLineNumber": start_line,
        "startColumn": start_column,
        "endLineNumber": end_line,
        "endColumn": end_column,
        "message": message,
        "severity": "ERROR",
    }


def _position(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def literal(text: str) -> tuple[str, str]:
    """The type and value of a literal; anything else counts as a string that stands for itself."""
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
