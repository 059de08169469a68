"""The virtual time as the tenant sees it.

The product's own clock is replaced in `primitives`.
"""

from __future__ import annotations

from pulumi_c1policy._emulator.tenant_clock import TenantClock
from tests.simulation.installation import EPOCH
from tests.simulation.scheduler import Scheduler

_STEP = 1_000


class SimulatedTenantClock(TenantClock):
    """Virtual time in nanoseconds; no two readings are the same, so that each write has its own."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__()
        self._scheduler = scheduler
        self._last = 0

    def now(self) -> int:
        """Nanoseconds since the epoch."""
        exact = int(EPOCH * 1e9) + int(self._scheduler.now * 1e9)
        self._last = max(exact, self._last + _STEP)
        return self._last
