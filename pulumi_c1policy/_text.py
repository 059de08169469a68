"""The gate for text that others wrote: tenants, servers and programs. Pure.

Such text must not act where it is shown: no terminal escape, no text direction, no Markdown, no HTML,
no mention of a person. Each sink has a function here, and all output of this package goes through one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

MASK: Final = "***"
"""The text in the place of a secret."""

_SHORTEST = 4
# A part of a secret of that length is taken for the secret.
_FRAGMENT = 8
_MARKDOWN = re.compile(r"[\\`*_\[|~$]|(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
# Before a word and not within one, so that addresses of people stay as they are.
_MENTION = re.compile(r"(?<!\w)([@#!])(?=\w)")
_JOINER = "\u2060"
_secrets: Final[ContextVar[frozenset[str]]] = ContextVar("_secrets", default=frozenset())


def terminal(text: str) -> str:
    """Return text for a terminal or the engine's log: every character that is not seen is spelled out.

    Line breaks and tabs stay, for text of several lines of our own.
    """
    return "".join(each if each in "\n\t" else _visible(each) for each in text)


def one_line(text: str) -> str:
    """Return text that is one line, with every character that is not seen spelled out.

    Every run of white space is one space.
    """
    return "".join(map(_visible, " ".join(text.split())))


def markdown(text: str) -> str:
    """Return text for a place within a line of Markdown, such as the cell of a table.

    Line breaks become `<br>`. Nothing in the text is a link, a mention, an image, code or HTML.
    """
    return "<br>".join(_markdown(line) for line in text.split("\n"))


def _markdown(line: str) -> str:
    # An invisible character stands behind what would mention a person or an issue.
    parts = _MENTION.split(one_line(line))
    escaped = [
        part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for part in parts
    ]
    found = [_MARKDOWN.sub(r"\\\g<0>", part) for part in escaped]
    return "".join(f"{part}{_JOINER}" if index % 2 else part for index, part in enumerate(found))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@contextmanager
def hiding(secrets: Collection[str]) -> Iterator[None]:
    """Let no text of a block, in this thread, show one of these secrets."""
    kept = {each for each in secrets if len(each) >= _SHORTEST}
    token = _secrets.set(_secrets.get() | kept)
    try:
        yield
    finally:
        _secrets.reset(token)


def without_secrets(text: str) -> str:
    """Return a text with every secret of the block at hand masked."""
    for secret in sorted(_secrets.get(), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def quotes_secret(text: str) -> bool:
    """Return whether somebody's words quote a secret of the block at hand, or a part of one."""
    return any(_is_part(secret, text) for secret in _secrets.get())


def _is_part(secret: str, text: str) -> bool:
    size = min(len(secret), _FRAGMENT)
    return any(secret[at : at + size] in text for at in range(len(secret) - size + 1))
