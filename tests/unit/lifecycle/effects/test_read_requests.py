"""The number of requests of reads, for large, narrow, closed and forgetful tenants."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from threading import Barrier, Event, Lock
from typing import Any, cast

import pytest

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._lifecycle.effects.read_phases import SINGLE_READS
from pulumi_c1policy._lifecycle.effects.reads import FRESH_SECONDS, Reads
from pulumi_c1policy.errors import NotFoundError, PermissionDeniedError
from tests.support.engine import QuickClock

Policy = dict[str, Any]

STACK = "acme/prod"


class Tenant:
    """A tenant with policies in its own order, which counts requests by kind."""

    def __init__(self, listed: Iterable[Policy], *, page: int = 100, search: bool = True) -> None:
        self.listed = [*listed]
        self.scoped: list[Policy] = []
        self.page = page
        self.may_search = search
        self.requests: Counter[str] = Counter()
        self.first_gets = Barrier(1)
        self._lock = Lock()

    def limit_time(self, _: float) -> AbstractContextManager[None]:
        return nullcontext()

    def list_pages(self) -> Iterator[list[Policy]]:
        for start in range(0, len(self.listed) or 1, self.page):
            self._count("page")
            yield self.listed[start : start + self.page]

    def search(self, *, refs: Sequence[str]) -> Iterator[Policy]:
        self._count("search")
        if not self.may_search:
            raise PermissionDeniedError("No.", "Ask.")
        yield from (p for p in self.listed + self.scoped if p["id"] in refs)

    def get(self, policy_id: str) -> Policy:
        self._count("get")
        if self.requests["get"] <= SINGLE_READS:
            self.first_gets.wait()
        for policy in self.listed + self.scoped:
            if policy["id"] == policy_id:
                return policy
        raise NotFoundError("No such policy.", "Look again.")

    def _count(self, kind: str) -> None:
        with self._lock:
            self.requests[kind] += 1


def make_policies(count: int, stack: str = STACK, start: int = 0) -> list[Policy]:
    ownership = {"managed_by": "pulumi", "iac_workspace": stack, "iac_resource_address": "a"}
    return [
        {"id": f"{stack}-{n:05}", "annotations": ownership} for n in range(start, start + count)
    ]


def make_foreign_policies(count: int) -> list[Policy]:
    return make_policies(count, "somebody/else")


def read(tenant: Tenant, wanted: Iterable[Policy], threads: int) -> None:
    """Read as the engine does, and get the right policies."""
    reads = Reads(cast("PolicyClient", tenant))
    ids = [policy["id"] for policy in wanted]
    with ThreadPoolExecutor(threads) as pool:
        found = pool.map(lambda policy_id: reads.get(policy_id, STACK)["id"], ids)
        assert [*found] == ids


def shuffle(items: list[Policy], seed: int) -> list[Policy]:
    return random.Random(seed).sample(items, len(items))


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("order", ["as read", "reversed", *range(5)])
def test_reading_1000_policies_takes_at_most_15_requests_in_any_order(
    order: str | int, threads: int
) -> None:
    ours = make_policies(1000)
    listed = (
        shuffle(ours, order) if isinstance(order, int) else ours[:: [1, -1][order != "as read"]]
    )
    tenant = Tenant(make_foreign_policies(2) + listed)
    read(tenant, ours, threads)
    assert tenant.requests["get"] == SINGLE_READS
    assert tenant.requests.total() <= 15


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("page", [100, 25], ids=["pages of 100", "pages of 25"])
@pytest.mark.parametrize("others", [0, 99, 150, 5000])
@pytest.mark.parametrize("count", [1, 4, 5, 6, 20, 90])
def test_reading_a_stack_takes_at_most_two_requests_more_than_single_gets(
    count: int, others: int, page: int, threads: int
) -> None:
    ours = make_policies(count)
    for listed in (
        make_foreign_policies(others) + ours,
        ours + make_foreign_policies(others),
        shuffle(ours + make_foreign_policies(others), 1),
    ):
        tenant = Tenant(listed, page=page)
        read(tenant, ours, threads)
        assert tenant.requests.total() <= count + 2


def test_policies_that_pages_omit_are_searched_by_their_ids() -> None:
    """Four threads wait at the same time, so that one search serves up to four."""
    tenant = Tenant(make_foreign_policies(3))
    tenant.scoped = make_policies(200)
    tenant.first_gets = Barrier(SINGLE_READS)
    read(tenant, tenant.scoped, SINGLE_READS)
    assert tenant.requests.total() < 100


def test_a_rejected_search_is_sent_at_most_once() -> None:
    tenant = Tenant(make_foreign_policies(3), search=False)
    tenant.scoped = make_policies(50)
    read(tenant, tenant.scoped, 4)
    assert tenant.requests["search"] <= 1
    assert tenant.requests["get"] == 50


@pytest.mark.parametrize("threads", [1, 4])
def test_only_a_get_of_the_policy_proves_its_absence(threads: int) -> None:
    tenant, gone = Tenant(make_policies(10)), make_policies(40, start=10)
    reads = Reads(cast("PolicyClient", tenant))

    def is_gone(policy: Policy) -> bool:
        with pytest.raises(NotFoundError):
            reads.get(policy["id"], STACK)
        return True

    with ThreadPoolExecutor(threads) as pool:
        assert all(pool.map(is_gone, gone))
    assert tenant.requests["get"] == len(gone)
    assert tenant.requests.total() <= len(gone) + 2


def test_reading_a_few_policies_of_a_large_stack_does_not_read_all_of_it() -> None:
    ours = make_policies(10_000)
    tenant = Tenant(ours)
    read(tenant, ours[-6:], 1)
    assert tenant.requests.total() <= SINGLE_READS * len(ours[-6:])


def test_expired_pages_are_continued_at_their_position() -> None:
    ours, clock = make_policies(5000), QuickClock()
    tenant = Tenant(ours)
    reads = Reads(cast("PolicyClient", tenant), clock)
    for count, policy in enumerate(ours):
        assert reads.get(policy["id"], STACK) is policy
        if count % 1000 == 999:
            clock.wait(Event(), FRESH_SECONDS + 1)
    assert tenant.requests == {"get": 5 * SINGLE_READS, "page": 50}


def test_a_policy_that_a_search_shows_as_deleted_is_read_with_a_get() -> None:
    tenant = Tenant(make_foreign_policies(3))
    tenant.scoped = [policy | {"deletedAt": "2026-01-01T00:00:00Z"} for policy in make_policies(12)]
    tenant.first_gets = Barrier(SINGLE_READS)
    read(tenant, tenant.scoped, SINGLE_READS)
    assert tenant.requests["get"] == 12


def test_pages_continue_after_a_search_that_found_several_policies() -> None:
    """The stack follows a page of other policies: one search, then pages again."""
    ours = make_policies(400)
    tenant = Tenant(make_foreign_policies(100) + ours)
    tenant.first_gets = Barrier(SINGLE_READS)
    read(tenant, ours, SINGLE_READS)
    assert tenant.requests["page"] == 5
    assert tenant.requests.total() < 20


class _SlowPages(Tenant):
    """A tenant with an empty first page. It answers the second one when a test says so, with the
    policies of the time of the request.
    """

    def __init__(self, listed: Iterable[Policy]) -> None:
        super().__init__(listed)
        self.asked, self.answer = Event(), Event()

    def list_pages(self) -> Iterator[list[Policy]]:
        yield []
        page = [*self.listed]
        self.asked.set()
        assert self.answer.wait(10)
        yield page


def test_a_page_requested_before_a_write_does_not_answer_a_read_after_it() -> None:
    ours = make_policies(SINGLE_READS + 2)
    tenant = _SlowPages(ours)
    reads = Reads(cast("PolicyClient", tenant))
    *first, read_by_page, written = [policy["id"] for policy in ours]
    for policy_id in first:
        reads.get(policy_id, STACK)
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(reads.get, read_by_page, STACK)
        assert tenant.asked.wait(10)
        tenant.listed[-1] = ours[-1] | {"displayName": "as written"}
        reads.forget(written)
        tenant.answer.set()
        assert under_way.result() is ours[-2]
    assert reads.get(written, STACK)["displayName"] == "as written"


def test_a_thread_does_not_continue_pages_that_another_thread_reads() -> None:
    ours, clock = make_policies(2 * SINGLE_READS + 2), QuickClock()
    tenant = _SlowPages(ours)
    reads = Reads(cast("PolicyClient", tenant), clock)
    for policy in ours[:SINGLE_READS]:
        reads.get(policy["id"], STACK)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(reads.get, ours[SINGLE_READS]["id"], STACK)
        assert tenant.asked.wait(10)
        clock.wait(Event(), FRESH_SECONDS + 1)
        later = [pool.submit(reads.get, p["id"], STACK) for p in ours[SINGLE_READS + 1 :]]
        tenant.answer.set()
        assert slow.result() is ours[SINGLE_READS]
        assert [each.result() for each in later] == ours[SINGLE_READS + 1 :]
