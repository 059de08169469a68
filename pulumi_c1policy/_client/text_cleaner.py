"""The cleaner of a server's text: short, printable, and without a secret.

Errors reach terminals, logs and CI systems, and a server or a proxy may echo a request. Pure.
This module must not import httpx.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pulumi_c1policy import _text

MAX_LENGTH = 256
_MIN_SECRET_LENGTH = 4
_NOT_SHOWN = "the explanation quotes a secret of the program and is not shown"
# A server may send megabytes; only their beginning is cleaned.
_MAX_CLEANED_LENGTH = 64 * 1024
# The forms of secrets whose text is not known, such as those of another client.
_SECRET_SHAPES = re.compile(
    r"secret-token:[\w.:-]+|eyJ[\w-]{8,}(?:\.[\w-]+){0,2}|(?<=bearer )[\w.~+/-]{8,}=*",
    re.IGNORECASE,
)


class Cleaner:
    """A cleaner that masks the secrets that it knows."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: frozenset[str] = frozenset()
        self.hide(*secrets)

    def hide(self, *secrets: str) -> None:
        """Mask these secrets, too, from now on.

        Only one thread at a time may call it: the one that renews the token.
        """
        # A new set, because other threads read the old one meanwhile.
        self._secrets |= {text for text in secrets if len(text) >= _MIN_SECRET_LENGTH}

    def clean(self, text: str) -> str:
        """Return the text as one short printable line, with every secret masked."""
        # The longest first, because a secret may be part of another one. Mask before cutting,
        # because half a secret is not recognised.
        secrets = sorted(self._secrets, key=len, reverse=True)
        is_cut, longest = len(text) > _MAX_CLEANED_LENGTH, len(secrets[0]) if secrets else 0
        if is_cut:
            text = text[: _MAX_CLEANED_LENGTH + longest]
        for secret in secrets:
            text = text.replace(secret, _text.MASK)
        if is_cut and longest:
            # The cut may have left the first part of a secret at the end.
            text = text[:-longest]
        text = _SECRET_SHAPES.sub(_text.MASK, text)
        if _text.quotes_secret(text):
            return _NOT_SHOWN
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"


def is_html(content_type: str, body: bytes) -> bool:
    """Return whether an answer is a page for a browser, whose text does not help a user."""
    return "html" in content_type.lower() or body.lstrip()[:1] == b"<"
