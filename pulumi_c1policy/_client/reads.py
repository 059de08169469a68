"""Many reads with few requests: what one page brought answers the reads that follow.

The engine reads a stack's policies one by one, from four threads. The first few are single GETs;
when more come, pages of all policies are read instead: the next page when a read did not find its
policy on those before, and never more pages than there were reads. Absence is believed only from a
GET of that id, and nothing that was read here may be the base of a write.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from itertools import islice
from threading import Lock
from typing import Any, Final

from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.policies import PolicyClient
from pulumi_c1policy.errors import APIError

SINGLE_READS: Final = 4
"""So many reads of a run stay single GETs."""

FRESH_SECONDS: Final = 20.0
"""For how long a page answers reads: a person may think between a preview and its update."""

_PAGE = 100


class Reads:
    """The reads of one run; threads share it."""

    def __init__(self, client: PolicyClient, clock: Clock | None = None) -> None:
        """Read nothing yet.

        Args:
            client: What to read through.
            clock: The time, for tests.
        """
        self._client = client
        self._clock = clock or Clock()
        self._lock = Lock()
        self._under_way: Future[None] | None = None
        self._begin()

    def get(self, policy_id: str) -> dict[str, Any]:
        """Return a policy as it was at most `FRESH_SECONDS` ago.

        Raises:
            NotFoundError: The tenant has no such policy.
            APIError: It could not be read.
        """
        with self._lock:
            if self._clock.monotonic() - self._begun_at > FRESH_SECONDS:
                self._begin()
            self._reads += 1
        while True:
            with self._lock:
                found, page, mine = self._found.get(policy_id), self._under_way, False
                if found is None and page is None and self._wants_page():
                    self._under_way = page = Future()
                    mine = True
            if found is not None:
                return found
            if page is None:
                return self._client.get(policy_id)
            if mine:
                self._read_page(page)
            else:
                page.result()

    def forget(self, policy_id: str) -> None:
        """Drop what was read of a policy, because it is about to change, or just has."""
        with self._lock:
            self._found.pop(policy_id, None)
            self._changed.add(policy_id)

    def _begin(self) -> None:
        """Start over with no page read."""
        self._begun_at = self._clock.monotonic()
        self._reads = 0
        self._pages_read = 0
        self._policies: Iterator[dict[str, Any]] | None = None
        self._exhausted = False
        self._under_way = None
        self._found: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def _wants_page(self) -> bool:
        return not self._exhausted and SINGLE_READS < self._reads > self._pages_read

    def _read_page(self, page: Future[None]) -> None:
        """Read the next page, without the lock; the other threads wait for `page`."""
        policies: list[dict[str, Any]] = []
        try:
            with self._lock:
                pages = self._policies = self._policies or self._client.everything()
            policies = list(islice(pages, _PAGE))
        except APIError:
            # Pages only save requests: what they cannot tell, a GET of the one policy does.
            policies = []
        finally:
            with self._lock:
                # Where all was forgotten meanwhile, what this page says may be older than a write.
                if self._under_way is page:
                    found = {str(policy.get("id")): policy for policy in policies}
                    self._found |= {key: found[key] for key in found.keys() - self._changed}
                    self._pages_read += 1
                    self._exhausted = len(policies) < _PAGE
                    self._under_way = None
            page.set_result(None)
