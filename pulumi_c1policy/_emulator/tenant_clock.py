"""The tenant's clock, which a test can move without sleeping.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import time


class TenantClock:
    """The wall clock plus an offset."""

    def __init__(self) -> None:
        self._offset = 0

    def now(self) -> int:
        """Return this tenant's time, in nanoseconds since the epoch."""
        return time.time_ns() + self._offset

    def seconds(self) -> float:
        """Return this tenant's time, in seconds since the epoch."""
        return self.now() / 1e9

    def advance(self, seconds: float) -> None:
        """Move the tenant's time, also backwards, for a skewed clock or an expired token."""
        self._offset += int(seconds * 1e9)

    def reset(self) -> None:
        """Return to the machine's time."""
        self._offset = 0
