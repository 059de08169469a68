"""The virtual time of the tenant.

`installation` replaces the product's own clock.
"""

from __future__ import annotations

from pulumi_c1policy._emulator.tenant_clock import TenantClock
from tests.simulation.installation import EPOCH
from tests.simulation.scheduler import Scheduler

_STEP = 1_000


class SimulatedTenantClock(TenantClock):
    """Virtual time in nanoseconds; each reading differs, so that each write has its own time."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__()
        self._scheduler = scheduler
        self._last = 0

    def now(self) -> int:
        """Return the nanoseconds since the epoch."""
        exact = int(EPOCH * 1e9) + int(self._scheduler.now * 1e9)
        self._last = max(exact, self._last + _STEP)
        return self._last
