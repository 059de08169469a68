"""The pace of a client: the moment before which none of its threads sends a request.

This module must not import httpx.
"""

from __future__ import annotations

import random
import threading

from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.outcomes import Failure
from pulumi_c1policy.errors import NoAnswerError

MAX_JITTER_SECONDS = 0.25
"""The longest random wait that spreads the threads that waited for the same moment."""

INTERRUPTED = Failure(
    NoAnswerError,
    "Nothing was sent: the run was interrupted.",
    "Run the command again to continue.",
)
"""The failure of a request of a closed client."""


class Pace:
    """The waits that a tenant asks for; every thread of the client obeys them."""

    def __init__(self, clock: ClientClock, closed: threading.Event) -> None:
        self._clock = clock
        self._closed = closed
        self._lock = threading.Lock()
        self._not_before = 0.0

    def delay(self, seconds: float) -> None:
        """Make every thread wait for this time from now, or longer if it waits already."""
        until = self._clock.monotonic() + seconds
        with self._lock:
            self._not_before = max(self._not_before, until)

    def is_held(self) -> bool:
        """Return whether a thread that wants to send has to wait."""
        return self._not_before > self._clock.monotonic()

    def wait_turn(self, deadline: float) -> Failure | None:
        """Wait until requests may be sent.

        Returns:
            A failure if that moment is after the deadline, or if the client is closed; else None.
        """
        waited = False
        while (left := self._not_before - self._clock.monotonic()) > 0:
            if self._not_before > deadline:
                return Failure(
                    NoAnswerError,
                    f"Nothing was sent: the tenant asked to wait for another {left:.0f} seconds.",
                    "Try again later, or raise c1policy:requestDeadline.",
                )
            if not self.wait(left):
                return INTERRUPTED
            waited = True
        if waited:
            jitter = random.uniform(0, MAX_JITTER_SECONDS)  # noqa: S311 (no cryptography)
            self.wait(min(jitter, max(0.0, deadline - self._clock.monotonic())))
        return None

    def wait(self, seconds: float) -> bool:
        """Wait; return False, at once, when the client is closed."""
        return not self._clock.wait(self._closed, seconds)
