"""The deadlines of the requests of a thread.

The deadline is a context variable, so that a block of code can limit the requests inside it
without passing a deadline along. This module must not import httpx.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from pulumi_c1policy._client.clock import ClientClock

_ENDS_AT: Final = ContextVar("_ENDS_AT", default=math.inf)


def get_deadline() -> float:
    """Return the end of the innermost block, on the monotonic clock; infinity outside of any."""
    return _ENDS_AT.get()


@contextmanager
def limit_time(clock: ClientClock, seconds: float) -> Iterator[None]:
    """End the requests of a block after this time, or with the block around it if that is earlier.

    Requests made inside a nested block so share the outer deadline.
    """
    token = _ENDS_AT.set(min(clock.monotonic() + seconds, _ENDS_AT.get()))
    try:
        yield
    finally:
        _ENDS_AT.reset(token)


class Stopwatch:
    """A time limit that several blocks share; the time between the blocks does not count.

    The pages of a list use it: the caller may look at each page for as long as it wants.
    """

    def __init__(self, clock: ClientClock, seconds: float) -> None:
        self._clock = clock
        self._left_seconds = seconds

    @contextmanager
    def run(self) -> Iterator[None]:
        """End the requests of a block when the remaining time is over."""
        started_at = self._clock.monotonic()
        try:
            with limit_time(self._clock, self._left_seconds):
                yield
        finally:
            self._left_seconds -= self._clock.monotonic() - started_at
