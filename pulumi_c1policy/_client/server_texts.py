"""The part of a server's text that may be shown: short, printable, and without a secret.

Errors end in terminals, logs and CI systems, and a server or a proxy may echo a request. Pure. It
must not import httpx.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pulumi_c1policy import _text

MAX_LENGTH = 256
_MASK = "***"
_SHORTEST_SECRET = 4
_NOT_SHOWN = "its words quote a secret of the program, and are not shown"
# A server may send megabytes; only the beginning is shown.
_MAX_READ = 64 * 1024
# The form of a secret, for secrets whose text is unknown, such as another client's.
_SECRET_SHAPES = re.compile(
    r"secret-token:[\w.:-]+|eyJ[\w-]{8,}(?:\.[\w-]+){0,2}|(?<=bearer )[\w.~+/-]{8,}=*",
    re.IGNORECASE,
)


class Cleaner:
    """A filter for a server's text that knows the secrets to mask."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: frozenset[str] = frozenset()
        self.hide(*secrets)

    def hide(self, *secrets: str) -> None:
        """Add secrets to hide from now on."""
        # Replace the immutable set: other threads read the old one, and only one thread at a time
        # renews a token and adds to it.
        self._secrets |= {text for text in secrets if len(text) >= _SHORTEST_SECRET}

    def clean(self, text: str) -> str:
        """Return the text on one line, cut, printable, with every secret masked."""
        # Longest first, because a secret may be part of another. Mask before cutting, because half
        # a secret would not be recognised.
        secrets = sorted(self._secrets, key=len, reverse=True)
        is_cut, longest = len(text) > _MAX_READ, len(secrets[0]) if secrets else 0
        if is_cut:
            text = text[: _MAX_READ + longest]
        for secret in secrets:
            text = text.replace(secret, _MASK)
        if is_cut and longest:
            # The first part of a secret may be at the end.
            text = text[:-longest]
        text = _SECRET_SHAPES.sub(_MASK, text)
        if _text.quotes_secret(text):
            return _NOT_SHOWN
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"


def is_html(content_type: str, body: bytes) -> bool:
    """Return whether an answer is a page for people, which is never worth showing."""
    return "html" in content_type.lower() or body.lstrip()[:1] == b"<"
