"""Time as one object, which a test can replace.

Every wait of the client goes through it. A wait ends at once when the client is closed, or when the
main thread gets Ctrl-C. This module imports nothing of this package.
"""

from __future__ import annotations

import threading
import time


class ClientClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back, for deadlines."""
        return time.monotonic()

    def wall(self) -> float:
        """Return seconds since 1970, for times that a server compares with its own clock."""
        return time.time()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until the event is set or the time is over; return whether the event is set."""
        # Nothing can wake a plain sleep, so it would delay the end of the process.
        return event.wait(max(0.0, seconds))
