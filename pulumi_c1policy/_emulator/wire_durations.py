"""Durations and timestamps as protobuf JSON writes them.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

# As Go's protojson reads it: `+1s`, `1.s` and `.5s` as well, but no superfluous leading zero.
_WIRE = re.compile(r"([-+]?)(?=[0-9.])(0|[1-9][0-9]{0,11})?(?:\.([0-9]{0,9}))?s")
_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_MAX_SECONDS = 315_576_000_000
_NANOS = 10**9


def is_wire(text: str) -> bool:
    """Return whether the text is a protobuf JSON duration (`3600s`, never `1h`)."""
    found = _WIRE.fullmatch(text)
    return found is not None and int(found[2] or 0) <= _MAX_SECONDS


def to_nanoseconds(text: str) -> int:
    """Return the length of a protobuf JSON duration."""
    found = _WIRE.fullmatch(text)
    if found is None:
        raise ValueError("not a protobuf JSON duration")
    size = int(found[2] or 0) * _NANOS + int((found[3] or "").ljust(9, "0"))
    return -size if found[1] == "-" else size


def shorten(text: str) -> str:
    """Return the duration with the shortest fraction."""
    return _format_size(to_nanoseconds(text), smallest_fraction=0)


def pad(text: str) -> str:
    """Return the duration with at least three fractional digits."""
    return _format_size(to_nanoseconds(text), smallest_fraction=3)


def _format_size(size: int, smallest_fraction: int) -> str:
    whole, rest = divmod(abs(size), _NANOS)
    fraction = f"{rest:09}"
    digits = next(n for n in (0, 3, 6, 9) if n >= smallest_fraction and not fraction[n:].strip("0"))
    sign = "-" if size < 0 else ""
    return f"{sign}{whole}.{fraction[:digits]}s" if digits else f"{sign}{whole}s"


def is_timestamp(text: str) -> bool:
    """Return whether the text is a protobuf JSON timestamp: RFC 3339, with an existing day and
    time.
    """
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return False
    try:
        datetime.fromisoformat(found[1] + found[2])
    except ValueError:
        return False
    return True


def format_timestamp(nanos: int, digits: int) -> str:
    """Return an RFC 3339 timestamp in UTC with that many fractional digits."""
    whole, rest = divmod(nanos, _NANOS)
    text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{f'{rest:09}'[:digits]}Z" if digits else f"{text}Z"
