"""The cost of working out one expression, and its bounds.

Expressions come from a tenant, too: loops in loops may run for ever, and a few `replace` make a text
that no memory holds. A call is paid for before it is made. This module imports nothing of ours.
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
# Of a text and a regular expression, the product of their lengths.
_MATCHES_PER_STEP = 256
_PRECISION = re.compile(r"%\.(\d{1,12})")


class TooCostlyError(Exception):
    """An expression costs more than it may; the text is a part of a sentence."""


class Meter:
    """The steps and the time that are left for an expression."""

    def __init__(self) -> None:
        """Begin with all of them."""
        self._steps = MAX_STEPS
        self._ends_at = time.monotonic() + MAX_SECONDS

    def spend(self, steps: int = 1) -> None:
        """Pay for so many steps.

        Raises:
            TooCostlyError: So many are not left, or no time is.
        """
        self._steps -= steps
        if self._steps < 0:
            raise TooCostlyError(f"it takes more than {MAX_STEPS} steps")
        if time.monotonic() > self._ends_at:
            raise TooCostlyError(f"it takes more than {MAX_SECONDS:.0f} seconds")

    def spend_on_call(self, name: str, arguments: list[Any]) -> None:
        """Pay for a function, by the size of what it takes and of what it may return.

        Raises:
            TooCostlyError: So many steps are not left, or no time is.
        """
        self.spend(_STEPS_PER_CALL + self._measure(arguments) + _estimate_growth(name, arguments))

    def spend_on_concatenation(self, one: list[Any], other: list[Any]) -> None:
        """Pay for a list of the items of two.

        Raises:
            TooCostlyError: So many steps are not left, or no time is.
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
    """The steps for what is more than the arguments themselves."""
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
