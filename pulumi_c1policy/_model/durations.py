"""Durations: every spelling that a program may use, and the wire's.

On the wire a duration is protobuf JSON: decimal seconds with an `s` (`"3600s"`, `"0.5s"`). This
module imports nothing of ours.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache

_UNITS = {
    "ns": Fraction(1, 10**9),
    "us": Fraction(1, 10**6),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86400),
    "w": Fraction(604800),
}
_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(ns|us|ms|s|m|h|d|w)", re.ASCII)
_WHOLE = re.compile(rf"[+-]?(?:{_PART.pattern})+", re.ASCII)
_MAX_TEXT_LENGTH = 64

MAX_SECONDS = 315_576_000_000
"""The maximum number of seconds of a protobuf duration: about 10,000 years."""


def parse_seconds(value: object) -> Fraction | None:
    """Return the exact number of seconds of a duration.

    Args:
        value: Text such as `"1h"`, `"1h30m"`, `"3600s"` (units ns us ms s m h d w), a number of
            seconds, or a `timedelta`.

    Returns:
        The seconds, or None if `value` is none of these.
    """
    if isinstance(value, timedelta):
        return Fraction(value // timedelta(microseconds=1), 10**6)
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, float):
        return Fraction(value).limit_denominator(10**9) if math.isfinite(value) else None
    if isinstance(value, str) and len(value) <= _MAX_TEXT_LENGTH:
        return _read(value.strip())
    return None


@lru_cache
def _read(text: str) -> Fraction | None:
    if not _WHOLE.fullmatch(text):
        return None
    total = sum(
        (Fraction(amount) * _UNITS[unit] for amount, unit in _PART.findall(text)), Fraction(0)
    )
    return -total if text.startswith("-") else total


def to_whole_seconds(value: object) -> object:
    """Return the whole number of seconds of a duration; any other value is returned unchanged."""
    exact = parse_seconds(value)
    return value if exact is None or exact.denominator != 1 else exact.numerator


def format_seconds(amount: Fraction | int | None) -> str:
    """Return seconds as a person would write them: `3600` -> `1h`; None means no bound."""
    if amount is None:
        return "any"
    for unit in ("d", "h", "m"):
        count = amount / _UNITS[unit]
        if count.denominator == 1 and count:
            return f"{count}{unit}"
    return f"{float(amount):g}s"


def to_wire(value: object) -> str | None:
    """Return a duration in the wire's spelling, or None if the value is not a duration."""
    exact = parse_seconds(value)
    if exact is None:
        return None
    nanos = round(abs(exact) * 10**9)
    whole, rest = divmod(nanos, 10**9)
    sign = "-" if exact < 0 and nanos else ""
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{sign}{whole}{fraction}s"
