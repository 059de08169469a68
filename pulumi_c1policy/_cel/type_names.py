"""The names of types: the library's turned into ours, and lists of names in a sentence.

This module imports nothing of ours but the name of our package of types.
"""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_c1policy._cel.cel_library import PACKAGE

_OTHERS = {
    f"{PACKAGE}.": "",
    "google.protobuf.Timestamp": "timestamp",
    "google.protobuf.Duration": "duration",
    "null_type": "null",
}


def translate_type(text: str) -> str:
    """The library's text of a type, in the names that we use."""
    for theirs, ours in _OTHERS.items():
        text = text.replace(theirs, ours)
    return text


def parse_types(text: str) -> list[str]:
    """The types in a list such as `string, map(string, dyn)`."""
    found, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append(text[start:place])
            start = place + 1
    found.append(text[start:])
    return [translate_type(part.strip()) for part in found if part.strip()]


def join_names(names: Iterable[str], last_word: str = "and") -> str:
    """`a`, `b` and `c`."""
    *head, last = [f"`{name}`" for name in dict.fromkeys(names)] or ["nothing"]
    return f"{', '.join(head)} {last_word} {last}" if head else last
