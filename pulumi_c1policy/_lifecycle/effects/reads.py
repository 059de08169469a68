"""The reads of one run: many policies with few requests.

`read_phases` chooses the requests; this module sends them. One thread at a time sends a request for
many, and the others wait for its result. The first policy of a run comes with one page of all
policies, because the leftovers of a small tenant are on it.

Nothing that was read here may be the base of a write, and only a GET of an id proves that a policy
is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from threading import Condition
from typing import Any, Final

from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._lifecycle.effects.read_phases import ReadPhases
from pulumi_c1policy._lifecycle.planning.ownership import Resource, read_resource, read_workspace
from pulumi_c1policy.errors import APIError

FRESH_SECONDS: Final = 20.0
"""The maximum age of an answer to a read: a person may wait between a preview and its update."""

_MAX_HELP_SECONDS = 10.0
"""The deadline of a request for many, so that a GET still has time after it."""

_MAX_FIRST_PAGE_SECONDS = 2.0
"""The longest time that other reads wait for the first page, which only shows leftovers."""

_GATHER_SECONDS = 0.01
"""The time in which a search gathers the ids of other threads; a request takes longer."""

_Policy = dict[str, Any]
_Page = list[_Policy]


class Reads:
    """The reads of one run. Thread-safe."""

    def __init__(self, client: PolicyClient, clock: ClientClock | None = None) -> None:
        """Make an object that has read nothing yet.

        Args:
            client: The client to read through.
            clock: The time, for tests.
        """
        self._client = client
        self._clock = clock or ClientClock()
        self._round = _Round(client, self._clock.monotonic(), iter(()))

    def get(self, policy_id: str, of: str = "") -> _Policy:
        """Return a policy as it was at most `FRESH_SECONDS` ago.

        Args:
            policy_id: The policy's id.
            of: The workspace that manages it; other policies of that workspace are expected to be
                read as well.

        Raises:
            NotFoundError: The tenant has no such policy.
            APIError: The policy could not be read.
        """
        now, current = self._clock.monotonic(), self._round
        if now - current.begun_at > FRESH_SECONDS:
            # If two threads do this at once, one of them sends one request too many.
            current = self._round = _Round(self._client, now, current.hand_over_pages())
        return current.get(policy_id, of)

    def list_owned(self, whose: Resource) -> list[_Policy]:
        """Return the policies on the pages so far that name a resource, and all duplicates."""
        return self._round.list_owned(whose)

    def was_missed(self, policy_id: str) -> bool:
        """Return whether a search by ids was asked for a policy and did not find it."""
        return policy_id in self._round.missed

    def forget(self, policy_id: str) -> None:
        """Drop what was read of a policy that is about to change, or has just changed."""
        self._round.forget(policy_id)


class _Round:
    """The reads of `FRESH_SECONDS`.

    A round begins with the page at which the one before it stopped, because a long run continues to
    read where it was. After the last page it begins with the first one, once.
    """

    def __init__(self, client: PolicyClient, begun_at: float, pages: Iterator[_Page]) -> None:
        self.begun_at = begun_at
        self._client = client
        self._pages: Iterator[_Page] = chain(pages, client.list_pages())
        self._phases = ReadPhases()
        self._turn = Condition()
        self._is_sending = False
        """A thread is sending a request for many."""
        self._is_first_page_coming = False
        self._was_first_page_sent = False
        self._waiting: set[str] = set()
        """The ids that threads wait for."""
        self._inside = self._most_inside = 0
        """The number of threads in `get`, now and at most."""
        self._workspaces: set[str] = set()
        self._found: dict[str, _Policy] = {}
        self._single: set[str] = set()
        """The ids that only a GET may read."""
        self._owned: dict[Resource, dict[str, _Policy]] = {}
        """The policies with ownership annotations on the pages so far, by resource and id."""
        self._with_duplicates: set[Resource] = set()
        self.missed: set[str] = set()
        """The ids that a complete search by ids did not find."""

    def get(self, policy_id: str, of: str) -> _Policy:
        with self._turn:
            self._workspaces |= {of} - {""}
            self._inside += 1
            self._most_inside = max(self._inside, self._most_inside)
            if self._phases.begin_read():
                self._single.add(policy_id)
        try:
            found = self._get_from_many(policy_id) or self._client.get(policy_id)
            self._read_first_page(policy_id)
            return found
        finally:
            with self._turn:
                self._inside -= 1

    def hand_over_pages(self) -> Iterator[_Page]:
        """Return the pages that were not read, and read no more of them."""
        with self._turn:
            pages, self._pages = self._pages, iter(())
            return iter(()) if self._is_sending else pages

    def list_owned(self, whose: Resource) -> list[_Policy]:
        with self._turn:
            resources = {whose, *self._with_duplicates}
            return [policy for each in resources for policy in self._owned.get(each, {}).values()]

    def forget(self, policy_id: str) -> None:
        with self._turn:
            self._found.pop(policy_id, None)
            self._waiting.discard(policy_id)
            self._single.add(policy_id)

    def _read_first_page(self, policy_id: str) -> None:
        """Read the first page after the first policy, or wait for it for a moment.

        Args:
            policy_id: The policy that was just read.
        """
        with self._turn:
            if self._was_first_page_sent or self._is_sending:
                self._turn.wait_for(lambda: not self._is_first_page_coming, _MAX_FIRST_PAGE_SECONDS)
                return
            self._is_sending = self._is_first_page_coming = self._was_first_page_sent = True
            try:
                self._read_page(policy_id)
            finally:
                self._is_sending = self._is_first_page_coming = False
                self._turn.notify_all()

    def _get_from_many(self, policy_id: str) -> _Policy | None:
        """Return the policy from a request for many, or None if only a GET may read it."""
        with self._turn:
            if not self._is_settled(policy_id):
                self._waiting.add(policy_id)
                self._turn.notify_all()
            while not self._is_settled(policy_id):
                if self._is_sending:
                    self._turn.wait()
                else:
                    self._send()
            return None if policy_id in self._single else self._found.get(policy_id)

    def _is_settled(self, policy_id: str) -> bool:
        return policy_id in self._found or policy_id in self._single

    def _send(self) -> None:
        """Send one request for all that wait. The lock is held except during the request."""
        self._is_sending = True
        try:
            if self._phases.choose_request() == "page":
                self._read_page()
            else:
                self._search()
        finally:
            self._is_sending = False
            self._turn.notify_all()

    def _read_page(self, beside: str = "") -> None:
        """Read the next page.

        Args:
            beside: An id that shows, like an awaited one, that the page contains our policies.
        """
        page = self._request(lambda: next(self._pages, None))
        # An empty page may be followed by others.
        is_useful = page == [] or any(
            policy.get("id") == beside or self._is_awaited(policy) for policy in page or ()
        )
        self._phases.end_page(has_helped=page is not None and is_useful)
        self._store(page or ())

    def _search(self) -> None:
        """Search for the awaited ids. Those that it does not find are left to single GETs."""
        if self._phases.may_search(waiting=2):
            self._turn.wait_for(lambda: len(self._waiting) >= self._most_inside, _GATHER_SECONDS)
        ids = set(self._waiting)
        if self._phases.may_search(len(ids)):
            refs = sorted(ids)
            # A tenant that does not know the filter answers with more policies than were asked for.
            most = len(refs) + 1
            found = self._request(lambda: [*islice(self._client.search(refs=refs), most)])
            self._store(found or ())
            missed = ids - self._found.keys()
            if found is not None and len(found) < most:
                self.missed |= missed - {str(each.get("id")) for each in found}
            self._phases.end_search(found=len(ids) - len(missed))
            ids = missed
        self._single |= ids
        self._waiting -= ids

    def _request(self, request: Callable[[], _Page | None]) -> _Page | None:
        """Send a request without the lock; return None if it fails."""
        self._turn.release()
        try:
            with self._client.limit_time(_MAX_HELP_SECONDS):
                return request()
        except APIError:
            # A request for many only saves requests: a GET will report the error, if it remains.
            return None
        finally:
            self._turn.acquire()

    def _is_awaited(self, policy: _Policy) -> bool:
        policy_id = str(policy.get("id"))
        return policy_id in self._waiting or (
            read_workspace(policy) in self._workspaces and not self._is_settled(policy_id)
        )

    def _store(self, policies: Iterable[_Policy]) -> None:
        for policy in policies:
            if policy.get("deletedAt"):
                continue
            policy_id = str(policy.get("id"))
            if whose := read_resource(policy):
                owned = self._owned.setdefault(whose, {})
                owned[policy_id] = policy
                if len(owned) > 1:
                    self._with_duplicates.add(whose)
            self._found[policy_id] = policy
            self._waiting.discard(policy_id)
