"""The progress of a slow command, on the terminal of a person."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_c1policy._cli import output

_SECONDS_OF_SILENCE = 2.0


class SlowProgress:
    """Show sentences about the progress on standard error, if that is a terminal.

    A sentence is shown if two seconds have passed since the start or since the last one.
    """

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, sentence: str) -> None:
        """Show a sentence, if it is time."""
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._last >= _SECONDS_OF_SILENCE:
            self._last = now
            output.echo(sentence, err=True)


@contextmanager
def announce_slow(sentence: str) -> Iterator[None]:
    """Show a sentence if the body takes more than two seconds, on a terminal only."""

    def show() -> None:
        if sys.stderr.isatty():
            output.echo(sentence, err=True)

    timer = threading.Timer(_SECONDS_OF_SILENCE, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
