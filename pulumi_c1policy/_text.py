"""The gate for text from tenants, servers and programs. Pure.

Such text must have no effect where it is shown: no terminal escapes, no text direction, no
Markdown, no HTML, no mentions. Each sink has a function here, and all output of this package goes
through one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

MASK: Final = "***"
"""The replacement of a secret."""

_SHORTEST = 4
# A part of a secret of this length counts as the secret.
_FRAGMENT = 8
_MARKDOWN = re.compile(r"[\\`*_\[|~$]|(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
# At the start of a word only, so that email addresses stay unchanged.
_MENTION = re.compile(r"(?<!\w)([@#!])(?=\w)")
_JOINER = "\u2060"
_secrets: Final[ContextVar[frozenset[str]]] = ContextVar("_secrets", default=frozenset())


def escape_terminal(text: str) -> str:
    """Return text for a terminal or the engine's log, with every invisible character spelled out.

    Line breaks and tabs stay, because our own texts have several lines.
    """
    return "".join(each if each in "\n\t" else _visible(each) for each in text)


def escape_line(text: str) -> str:
    """Return text on one line, with every invisible character spelled out.

    Every run of white space becomes one space.
    """
    return "".join(map(_visible, " ".join(text.split())))


def escape_markdown(text: str) -> str:
    """Return text for a place within a line of Markdown, such as the cell of a table.

    Line breaks become `<br>`. Nothing in the text is a link, a mention, an image, code or HTML.
    """
    return "<br>".join(_markdown(line) for line in text.split("\n"))


def _markdown(line: str) -> str:
    # An invisible character follows whatever would mention a person or an issue.
    parts = _MENTION.split(escape_line(line))
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
def hide_secrets(secrets: Collection[str]) -> Iterator[None]:
    """Mask these secrets in every text that this thread shows during a block."""
    kept = {each for each in secrets if len(each) >= _SHORTEST}
    token = _secrets.set(_secrets.get() | kept)
    try:
        yield
    finally:
        _secrets.reset(token)


def mask_secrets(text: str) -> str:
    """Return a text with every secret of the current block masked."""
    for secret in sorted(_secrets.get(), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def quotes_secret(text: str) -> bool:
    """Return whether a text quotes a secret of the current block, or a part of one."""
    return any(_is_part(secret, text) for secret in _secrets.get())


def _is_part(secret: str, text: str) -> bool:
    size = min(len(secret), _FRAGMENT)
    return any(secret[at : at + size] in text for at in range(len(secret) - size + 1))
