"""Many reads with few requests: what one page brought answers the reads that follow.

The engine reads a stack's policies one by one, from four threads. The first few are single GETs; when
more come, pages of all policies are read instead, each page just when a read has not found its policy on those
before, and never more pages than there were reads. Absence is believed only from a GET of that id.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from threading import Lock
from typing import Any, Final

from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.policies import PolicyClient

SINGLE_READS: Final = 3
"""So many reads of a run stay single GETs."""

FRESH_SECONDS: Final = 20.0
"""For how long a page answers reads: a person may think between a preview and its update."""


class Reads:
    """The reads of one run over one client; threads share it."""

    def __init__(self, client: PolicyClient, clock: Clock | None = None) -> None:
        """Read nothing yet.

        Args:
            client: What to read through.
            clock: The time, for tests.
        """
        self._client = client
        self._clock = clock or Clock()
        self._lock = Lock()
        self._reads = 0
        self._pages_read = 0
        self._pages: Iterator[list[dict[str, Any]]] | None = None
        self._page: Future[bool] | None = None
        self._found: dict[str, tuple[float, dict[str, Any]]] = {}

    def get(self, policy_id: str) -> dict[str, Any]:
        """Return a policy as it was at most `FRESH_SECONDS` ago; each one is given out once.

        Raises:
            NotFoundError: The tenant has no such policy.
            APIError: It could not be read.
        """
        with self._lock:
            self._reads += 1
        while True:
            with self._lock:
                found = self._take(policy_id)
                if found is not None:
                    return found
                page, mine = self._next_page()
            if page is None:
                return self._client.get(policy_id)
            more = self._read_page(page) if mine else page.result()
            if not more:
                with self._lock:
                    found = self._take(policy_id)
                return found if found is not None else self._client.get(policy_id)

    def forget(self, policy_id: str) -> None:
        """Drop what was read of a policy, because it is about to change."""
        with self._lock:
            self._found.pop(policy_id, None)

    def _take(self, policy_id: str) -> dict[str, Any] | None:
        read_at, policy = self._found.pop(policy_id, (0.0, None))
        fresh = self._clock.monotonic() - read_at <= FRESH_SECONDS
        return policy if fresh else None

    def _next_page(self) -> tuple[Future[bool] | None, bool]:
        """The page that is under way, or a new one to read; None where single reads are better."""
        if self._page is not None:
            return self._page, False
        if self._reads <= SINGLE_READS or self._pages_read >= self._reads:
            return None, False
        if self._pages is None:
            self._pages = self._client.pages(scope_view="POLICY_SCOPE_VIEW_ALL")
        self._page = Future()
        return self._page, True

    def _read_page(self, page: Future[bool]) -> bool:
        """Read one page without holding the lock; others wait for its future."""
        policies: list[dict[str, Any]] = []
        more = False
        try:
            if self._pages is not None:
                policies = next(self._pages, [])
                more = bool(policies)
        finally:
            with self._lock:
                now = self._clock.monotonic()
                self._found |= {str(policy.get("id")): (now, policy) for policy in policies}
                self._pages_read += 1
                self._page = None
                if not more:
                    self._pages = None
            page.set_result(more)
        return more
