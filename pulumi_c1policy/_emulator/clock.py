"""The tenant's clock, which a test can move without sleeping.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import time


class Clock:
    """The wall clock plus an offset."""

    def __init__(self) -> None:
        self._offset = 0

    def now(self) -> int:
        """Nanoseconds since the epoch, as this tenant sees it."""
        return time.time_ns() + self._offset

    def seconds(self) -> float:
        """Seconds since the epoch, as this tenant sees it."""
        return self.now() / 1e9

    def advance(self, seconds: float) -> None:
        """Move the tenant's time, backwards too: a skewed clock, a token that has run out."""
        self._offset += int(seconds * 1e9)

    def reset(self) -> None:
        """Show the machine's time again."""
        self._offset = 0
