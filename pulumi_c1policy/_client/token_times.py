"""The times in a token of the user, read without a check of its signature.

Pure. The result never holds a part of the token. This module must not import httpx.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenTimes:
    """The times of a JWT, in seconds since 1970; None where it has none."""

    issued_at: float | None = None
    expires_at: float | None = None


def read_times(token: str) -> TokenTimes:
    """Return the times of a token; none if it is not a JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return TokenTimes()
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return TokenTimes()
    if not isinstance(claims, dict):
        return TokenTimes()
    return TokenTimes(_read_number(claims.get("iat")), _read_number(claims.get("exp")))


def _read_number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
