"""The time, as one object that a test can replace.

Every wait of the client uses it, and ends at once when the client is closed or the main thread gets
Ctrl-C. This module imports nothing of ours.
"""

from __future__ import annotations

import threading
import time


class Clock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Return seconds that never decrease, for deadlines."""
        return time.monotonic()

    def wall(self) -> float:
        """Return seconds since 1970, for comparisons with a server's clock."""
        return time.time()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until the event is set or the time is over; return whether the event is set."""
        # Nothing can interrupt a plain sleep, so it would delay the end of the process.
        return event.wait(max(0.0, seconds))
