"""Names of types in messages, and lists of names.

This module imports nothing of ours but the name of our protobuf package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pulumi_c1policy._cel.cel_library import PACKAGE

_TRANSLATIONS = {
    f"{PACKAGE}.": "",
    "google.protobuf.Timestamp": "timestamp",
    "google.protobuf.Duration": "duration",
    "null_type": "null",
}
_TYPE_VARIABLE = re.compile(r"\bT%\d+")


def translate_type(text: str) -> str:
    """Translate the library's text of a type to the names of `environment.json`."""
    for theirs, ours in _TRANSLATIONS.items():
        text = text.replace(theirs, ours)
    return _TYPE_VARIABLE.sub("dyn", text)


def parse_types(text: str) -> list[str]:
    """Split a list such as `string, map(string, dyn)` into translated types."""
    found, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append(text[start:position])
            start = position + 1
    found.append(text[start:])
    return [translate_type(part.strip()) for part in found if part.strip()]


def join_names(names: Iterable[str], last_word: str = "and") -> str:
    """Format names as `a`, `b` and `c`, without duplicates; no names as "nothing"."""
    *head, last = [f"`{name}`" for name in dict.fromkeys(names)] or ["nothing"]
    return f"{', '.join(head)} {last_word} {last}" if head else last
