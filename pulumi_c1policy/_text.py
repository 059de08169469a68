"""The gate for text that others wrote: tenants, servers and programs. Pure.

Such text must not act where it is shown: no terminal escape, no change of text direction, no
Markdown, no HTML, no mention of a person. Each kind of output has a function here, and all output
of this package uses one of them. This module imports nothing of this package.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

MASK: Final = "***"
"""The replacement for a secret."""

_MIN_SECRET_LENGTH = 4
# A text with this many characters of a secret in a row quotes the secret.
_MIN_QUOTED_LENGTH = 8
_MARKDOWN = re.compile(r"[\\`*_\[|~$]|(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
# At the start of a word only, so that email addresses stay unchanged.
_MENTION = re.compile(r"(?<!\w)([@#!])(?=\w)")
_WORD_JOINER = "&#8288;"
_secrets: Final[ContextVar[frozenset[str]]] = ContextVar("_secrets", default=frozenset())


def escape_for_terminal(text: str) -> str:
    """Return text for a terminal or the engine's log, with escapes for invisible characters.

    Line breaks and tabs stay, for text of several lines.
    """
    return "".join(each if each in "\n\t" else _escape(each) for each in text)


def to_one_line(text: str) -> str:
    """Return text as one line, with escapes for invisible characters.

    Each run of white space becomes one space.
    """
    return "".join(map(_escape, " ".join(text.split())))


def escape_markdown(text: str) -> str:
    """Return text for use within a line of Markdown, such as a table cell.

    Line breaks become `<br>`. The result has no links, mentions, images, code or HTML of the text.
    """
    return "<br>".join(_escape_markdown_line(line) for line in text.split("\n"))


def _escape_markdown_line(line: str) -> str:
    # An invisible character after the sign ends a mention of a person or an issue.
    parts = _MENTION.split(to_one_line(line))
    escaped = [
        part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for part in parts
    ]
    found = [_MARKDOWN.sub(r"\\\g<0>", part) for part in escaped]
    return "".join(
        f"{part}{_WORD_JOINER}" if index % 2 else part for index, part in enumerate(found)
    )


def _escape(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@contextmanager
def hide_secrets(secrets: Collection[str]) -> Iterator[None]:
    """Hide these secrets in all text that this thread shows during a block.

    Args:
        secrets: The secrets. Short ones are not hidden, because they occur in ordinary words.
    """
    hidden = {each for each in secrets if len(each) >= _MIN_SECRET_LENGTH}
    token = _secrets.set(_secrets.get() | hidden)
    try:
        yield
    finally:
        _secrets.reset(token)


def mask_secrets(text: str) -> str:
    """Return a text with each secret of the current `hide_secrets` blocks masked."""
    for secret in sorted(_secrets.get(), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def quotes_secret(text: str) -> bool:
    """Return whether a text quotes a secret of the current blocks, or a part of one."""
    return any(_has_part(text, secret) for secret in _secrets.get())


def _has_part(text: str, secret: str) -> bool:
    size = min(len(secret), _MIN_QUOTED_LENGTH)
    return any(secret[at : at + size] in text for at in range(len(secret) - size + 1))
