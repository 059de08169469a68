"""Time, as one object, so that a test can turn it.

Every wait of the client goes through here, and ends at once when the client is closed or the main
thread gets Ctrl-C. This module imports nothing of ours.
"""

from __future__ import annotations

import threading
import time


class Clock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Return seconds that never go back, for deadlines."""
        return time.monotonic()

    def wall(self) -> float:
        """Return seconds since 1970, for what a server will compare with its own clock."""
        return time.time()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until the event is set or the time is over; return whether the event is set."""
        # A plain sleep would hold up the end of the process: nothing can wake it.
        return event.wait(max(0.0, seconds))
