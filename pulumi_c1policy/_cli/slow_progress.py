"""The progress of a slow command, on the terminal of a person."""

from __future__ import annotations

import sys
import time

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
