"""Limits on the cost of one evaluation.

Expressions also come from tenants: nested loops can run practically forever, and a few calls of
`replace` can make a string that does not fit in memory. So the cost of a call is charged before the
call is made. This module imports nothing of ours.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any

MAX_STEPS = 2_000_000
MAX_SECONDS = 10.0
_STEPS_PER_CALL = 5
_CHARACTERS_PER_STEP = 8
_ITEMS_PER_STEP = 4
# In products of the lengths of a string and a regular expression.
_MATCHES_PER_STEP = 256
_PRECISION = re.compile(r"%\.(\d{1,12})")


class TooCostlyError(Exception):
    """Raised when an expression exceeds a limit; the text is a clause such as "it takes …"."""


class Meter:
    """The steps and the time that remain for one evaluation."""

    def __init__(self) -> None:
        """Start the clock, with `MAX_STEPS` steps and `MAX_SECONDS` seconds."""
        self._steps = MAX_STEPS
        self._ends_at = time.monotonic() + MAX_SECONDS

    def spend(self, steps: int = 1) -> None:
        """Charge a number of steps.

        Raises:
            TooCostlyError: Fewer steps remain, or the time is up.
        """
        self._steps -= steps
        if self._steps < 0:
            raise TooCostlyError(f"it takes more than {MAX_STEPS} steps")
        if time.monotonic() > self._ends_at:
            raise TooCostlyError(f"it takes more than {MAX_SECONDS:.0f} seconds")

    def spend_on_call(self, name: str, arguments: list[Any]) -> None:
        """Charge a call, by the size of its arguments and of its possible result.

        Raises:
            TooCostlyError: Fewer steps remain, or the time is up.
        """
        self.spend(_STEPS_PER_CALL + self._measure(arguments) + _estimate_growth(name, arguments))

    def spend_on_concatenation(self, one: list[Any], other: list[Any]) -> None:
        """Charge the concatenation of two lists.

        Raises:
            TooCostlyError: Fewer steps remain, or the time is up.
        """
        self.spend((len(one) + len(other)) // _ITEMS_PER_STEP)

    def _measure(self, values: Iterable[Any]) -> int:
        size, left = 0, [*values]
        while left and size <= self._steps:
            value = left.pop()
            size += 1
            if isinstance(value, str | bytes):
                size += len(value) // _CHARACTERS_PER_STEP
            elif isinstance(value, list):
                left += value
            elif isinstance(value, dict):
                left += value.keys()
                left += value.values()
        return size


def _estimate_growth(name: str, arguments: list[Any]) -> int:
    """Estimate the steps for the part of a result that exceeds the arguments."""
    match name, arguments:
        case "replace", [str(text), str(old), str(new), *_]:
            return (len(text) // max(1, len(old)) + 1) * len(new) // _CHARACTERS_PER_STEP
        case "join", [list(items), str(between)]:
            return len(items) * len(between) // _CHARACTERS_PER_STEP
        case "split", [str(text), *_]:
            return len(text)
        case "format", [str(text), *_]:
            return sum(int(digits) for digits in _PRECISION.findall(text)) // _CHARACTERS_PER_STEP
        case "matches", [str(text), str(pattern)]:
            return len(text) * len(pattern) // _MATCHES_PER_STEP
        case _:
            return 0
