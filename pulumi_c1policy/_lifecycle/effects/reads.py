"""The reads of one run, many of them with few requests.

The engine reads a stack's policies one by one, from four threads, and nobody knows how many will
come. With the first of them comes one page of all policies, because a leftover of a small tenant
shows up there. The first few policies are single GETs. For more, further pages are read, as long as
they bring policies of the stack. Where they do not (a large tenant, a tenant that leaves scoped
policies out), the policies that threads wait for are searched by their ids, and after each such
search that finds several one more page is tried. Nothing that was read here may be the base of a
write, and only a GET of an id tells that a policy is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from threading import Condition
from typing import Any, Final

from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.policies import PolicyClient
from pulumi_c1policy._lifecycle.planning.ownership import Resource, resource, workspace
from pulumi_c1policy.errors import APIError

SINGLE_READS: Final = 4
"""So many reads of a run stay single GETs."""

FRESH_SECONDS: Final = 20.0
"""For how long a page answers reads: a person may think between a preview and its update."""

_PAGES_A_READ = 3
"""At most so many pages for each read: a run that reads a part of a large stack shall not read all."""

_HELP_SECONDS = 10.0
"""The longest time for a request that only saves others: a GET must still have time."""

_MOMENT_SECONDS = 2.0
"""The longest wait for the first page, which only tells of leftovers."""

_GATHER_SECONDS = 0.01
"""How long a search waits for the other threads; a request takes longer."""

_Policy = dict[str, Any]
_Page = list[_Policy]


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
        self._recent = _Recent(client, self._clock.monotonic(), iter(()))

    def get(self, policy_id: str, of: str = "") -> _Policy:
        """Return a policy as it was at most `FRESH_SECONDS` ago.

        Args:
            policy_id: Its id.
            of: The workspace that keeps it; other policies of that one are expected to be read, too.

        Raises:
            NotFoundError: The tenant has no such policy.
            APIError: It could not be read.
        """
        now, recent = self._clock.monotonic(), self._recent
        if now - recent.begun_at > FRESH_SECONDS:
            # Where two threads do this at once, one of them reads a policy more than it had to.
            recent = self._recent = _Recent(self._client, now, recent.hand_over())
        return recent.get(policy_id, of)

    def twins(self, whose: Resource, but: str) -> list[_Policy]:
        """Return the policies on the pages so far that carry a resource's annotations.

        Args:
            whose: The resource.
            but: The id of a policy to leave out.
        """
        found = self._recent.seen.get(whose, {})
        return [policy for policy_id, policy in found.items() if policy_id != but]

    def was_missed(self, policy_id: str) -> bool:
        """Return whether a search by ids was asked for a policy, and did not find it."""
        return policy_id in self._recent.missed

    def forget(self, policy_id: str) -> None:
        """Drop what was read of a policy, because it is about to change, or just has."""
        self._recent.forget(policy_id)


class _Recent:
    """What was read since a moment.

    It goes on with the pages at which the one before it stopped, since a run that takes long reads on
    where it was; after the last of them it begins with the first page, once.
    """

    def __init__(self, client: PolicyClient, begun_at: float, pages: Iterator[_Page]) -> None:
        self.begun_at = begun_at
        self._client = client
        self._pages: Iterator[_Page] = chain(pages, client.pages())
        self._turn = Condition()
        self._busy = False  # Somebody sends a request for all who wait.
        self._glancing = False  # It is that for the first page.
        self._has_glanced = False
        self._waiting: set[str] = set()  # Neither found nor single yet.
        self._inside = self._most_inside = 0
        self._reads = self._pages_read = 0
        self._page_pays = self._search_pays = True
        self._stacks: set[str] = set()
        self._found: dict[str, _Policy] = {}
        self._single: set[str] = set()  # Only a GET brings these.
        self._changed: set[str] = set()
        self.seen: dict[Resource, dict[str, _Policy]] = {}
        """The policies with ownership annotations on the pages so far, by resource and id."""
        self.missed: set[str] = set()
        """The ids that a complete search by ids did not find."""

    def get(self, policy_id: str, of: str) -> _Policy:
        with self._turn:
            self._stacks |= {of} - {""}
            self._reads += 1
            self._inside += 1
            self._most_inside = max(self._inside, self._most_inside)
            if self._reads <= SINGLE_READS:
                self._single.add(policy_id)
        try:
            found = self._from_many(policy_id) or self._client.get(policy_id)
            self._glance(policy_id)
            return found
        finally:
            with self._turn:
                self._inside -= 1

    def _glance(self, policy_id: str) -> None:
        """Read the first page after the first policy: leftovers in a small tenant show up there.

        Whoever has read a policy meanwhile waits for the page a moment, because it may tell of that
        policy's twins.
        """
        with self._turn:
            if self._has_glanced or self._busy:
                self._turn.wait_for(lambda: not self._glancing, _MOMENT_SECONDS)
                return
            self._busy = self._glancing = self._has_glanced = True
            try:
                self._read_page(policy_id)
            finally:
                self._busy = self._glancing = False
                self._turn.notify_all()

    def hand_over(self) -> Iterator[_Page]:
        """The pages that were not read; this one reads no more of them."""
        with self._turn:
            pages, self._pages = self._pages, iter(())
            return iter(()) if self._busy else pages

    def forget(self, policy_id: str) -> None:
        with self._turn:
            self._found.pop(policy_id, None)
            self._waiting.discard(policy_id)
            self._changed.add(policy_id)
            self._single.add(policy_id)

    def _from_many(self, policy_id: str) -> _Policy | None:
        """The policy, where a request for many brings it; None where only a GET can tell."""
        with self._turn:
            if policy_id not in self._found and policy_id not in self._single:
                self._waiting.add(policy_id)
                self._turn.notify_all()
            while policy_id not in self._found and policy_id not in self._single:
                if self._busy:
                    self._turn.wait()
                else:
                    self._send()
            return None if policy_id in self._single else self._found.get(policy_id)

    def _send(self) -> None:
        """Send one request for all who wait. The lock is held, but for the request itself."""
        self._busy = True
        try:
            if self._page_pays and self._pages_read < self._reads * _PAGES_A_READ:
                self._read_page()
            else:
                self._search()
        finally:
            self._busy = False
            self._turn.notify_all()

    def _read_page(self, beside: str = "") -> None:
        self._pages_read += 1
        page = self._unlocked(lambda: next(self._pages, None))
        # A page may be empty while others follow: it tells nothing about those.
        self._page_pays = page is not None and (
            not page or any(p.get("id") == beside or self._is_wanted(p) for p in page)
        )
        self._take(page or ())

    def _search(self) -> None:
        if self._search_pays:
            self._turn.wait_for(lambda: len(self._waiting) >= self._most_inside, _GATHER_SECONDS)
        ids = set(self._waiting)
        if self._search_pays and len(ids) > 1:
            refs = sorted(ids)
            # One more than asked for would come from a search that does not know the filter.
            most = len(refs) + 1
            found = self._unlocked(lambda: [*islice(self._client.search(refs=refs), most)])
            self._take(found or ())
            missed = ids - self._found.keys()
            if found is not None and len(found) < most:
                self.missed |= missed - {str(each.get("id")) for each in found}
            self._search_pays = missed != ids
            self._page_pays = len(ids) - len(missed) > 1
            ids = missed
        self._single |= ids
        self._waiting -= ids

    def _unlocked(self, request: Callable[[], _Page | None]) -> _Page | None:
        self._turn.release()
        try:
            with self._client.within(_HELP_SECONDS):
                return request()
        except APIError:
            # Requests for many only save requests: what they cannot tell, a GET does.
            return None
        finally:
            self._turn.acquire()

    def _is_wanted(self, policy: _Policy) -> bool:
        policy_id = str(policy.get("id"))
        return policy_id in self._waiting or (
            workspace(policy) in self._stacks
            and policy_id not in self._single
            and policy_id not in self._found
        )

    def _see(self, policies: Iterable[_Policy]) -> None:
        for policy in policies:
            whose = resource(policy)
            if whose and not policy.get("deletedAt"):
                self.seen.setdefault(whose, {})[str(policy.get("id"))] = policy

    def _take(self, policies: Iterable[_Policy]) -> None:
        policies = list(policies)
        self._see(policies)
        for policy in policies:
            policy_id = str(policy.get("id"))
            if policy_id not in self._changed and not policy.get("deletedAt"):
                self._found[policy_id] = policy
                self._waiting.discard(policy_id)
