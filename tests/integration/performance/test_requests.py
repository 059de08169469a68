"""The number of requests of each operation of a stack. Times are measured in benchmarks/ only."""

from __future__ import annotations

from functools import partial
from math import ceil

import pytest

from pulumi_c1policy._emulator import Fault
from pulumi_c1policy.provider import PolicyProvider
from tests.integration.performance.counting_tenant import (
    THREADS,
    CountingTenant,
    make_inputs,
    run_concurrently,
)
from tests.integration.trust.trust_cases import SEARCH

pytestmark = pytest.mark.slow

PAGE = 100


@pytest.mark.parametrize("count", [1, 10, 250])
@pytest.mark.parametrize("others", [0, 230], ids=["empty tenant", "230 other policies"])
def test_creating_takes_one_request_for_each_policy_and_one_search(
    tenant: CountingTenant, provider: PolicyProvider, count: int, others: int
) -> None:
    tenant.fill(others)
    held = len(tenant.emulator.policies)
    new = [make_inputs(1000 + number) for number in range(count)]

    run_concurrently(partial(provider.create, inputs) for inputs in new)

    assert tenant.requests() == {"create": count, "page": ceil(held / PAGE), "token": 1}


@pytest.mark.parametrize("count", [1, 250])
def test_a_plan_without_a_change_takes_no_request(
    tenant: CountingTenant, provider: PolicyProvider, count: int
) -> None:
    state = tenant.fill(count)

    for number, (policy_id, outputs) in enumerate(state.items()):
        checked = provider.check(outputs, make_inputs(number))
        assert checked.failures == []
        assert not provider.diff(policy_id, outputs, checked.inputs).changes

    assert tenant.requests() == {}


@pytest.mark.parametrize(
    ("count", "most"),
    [(1, 2), (4, 5), (5, 5), (100, 6), (1000, 15)],
    ids=["1", "4", "5", "100", "1,000"],
)
def test_reading_all_policies_takes_pages_and_one_token(
    tenant: CountingTenant, provider: PolicyProvider, count: int, most: int
) -> None:
    state = tenant.fill(count)

    found = run_concurrently(partial(provider.read, *entry) for entry in state.items())

    assert [result.id for result in found] == [*state]
    requests = tenant.requests()
    assert requests.pop("token") == 1
    assert requests.keys() <= {"get", "page"}
    assert requests.total() <= most


@pytest.mark.parametrize("count", [1, 5, 20])
def test_reading_a_small_stack_takes_at_most_two_requests_more_than_single_gets(
    tenant: CountingTenant, provider: PolicyProvider, count: int
) -> None:
    tenant.fill_with_others(1500)
    state = tenant.fill(count)

    run_concurrently(partial(provider.read, *entry) for entry in state.items())

    assert tenant.requests().total() - 1 <= count + 2  # one for the token


def test_pages_have_scoped_policies(tenant: CountingTenant, provider: PolicyProvider) -> None:
    state = tenant.fill(200, scope={"app_id": "app-1"})

    run_concurrently(partial(provider.read, *entry) for entry in state.items())

    assert tenant.requests() == {"get": 4, "page": 3, "token": 1}


def test_scoped_policies_that_pages_omit_are_searched_by_their_ids(
    tenant: CountingTenant, provider: PolicyProvider
) -> None:
    state = tenant.fill(200, scope={"app_id": "app-1"})
    tenant.emulator.set_faults(Fault(do="answer", status=403, nth=1, **SEARCH))

    run_concurrently(partial(provider.read, *entry) for entry in state.items())

    requests = tenant.requests()
    assert requests["search"] >= 196 / THREADS
    assert requests.total() <= 100


def test_an_update_takes_a_look_and_a_write(
    tenant: CountingTenant, provider: PolicyProvider
) -> None:
    state = tenant.fill(250)
    policy_id, outputs = [*state.items()][7]

    provider.update(policy_id, outputs, make_inputs(7, description="Changed."))

    assert tenant.requests() == {"get": 1, "update": 1, "token": 1}


@pytest.mark.parametrize("count", [1, 4, 10, 250])
def test_a_destroy_takes_a_look_and_a_write_for_each_policy(
    tenant: CountingTenant, provider: PolicyProvider, count: int
) -> None:
    state = tenant.fill(count)

    run_concurrently(partial(provider.delete, *entry) for entry in state.items())

    requests = tenant.requests()
    # If another thread takes the connection of the look, the write causes another look.
    assert count <= requests.pop("get") <= 1.5 * count + THREADS
    # Two searches for uses of the first policies of the engine, and two for the rest.
    assert requests.pop("usage") <= 2 + 2 * ceil(count / PAGE)
    assert requests.pop("page", 0) <= ceil(count / PAGE)
    assert requests == {"delete": count, "token": 1}


def test_a_destroy_after_reads_takes_two_more_requests(
    tenant: CountingTenant, provider: PolicyProvider
) -> None:
    state = tenant.fill(250)

    run_concurrently(partial(provider.read, *entry) for entry in state.items())
    before = tenant.requests()
    run_concurrently(partial(provider.delete, *entry) for entry in state.items())

    assert (tenant.requests() - before).keys() == {"get", "delete", "usage"}
    # At most 100 policies share a search.
    assert tenant.requests()["usage"] == 2 * ceil(250 / 100)


def test_a_run_in_one_process_requests_one_token(
    tenant: CountingTenant, provider: PolicyProvider
) -> None:
    created = run_concurrently(
        partial(provider.create, make_inputs(number)) for number in range(20)
    )
    state = {made.id: made.outs or {} for made in created}
    run_concurrently(partial(provider.read, *entry) for entry in state.items())
    changed = [make_inputs(number, description="Changed.") for number in range(20)]
    run_concurrently(
        partial(provider.update, policy_id, outputs, desired)
        for (policy_id, outputs), desired in zip(state.items(), changed, strict=True)
    )
    run_concurrently(partial(provider.delete, *entry) for entry in state.items())

    assert tenant.requests()["token"] == 1


def test_a_refresh_returns_the_inputs_of_the_program(
    tenant: CountingTenant, provider: PolicyProvider
) -> None:
    """The engine writes its whole state for each policy whose inputs differ."""
    ownership = make_inputs(1)["annotations"]
    sent = {**make_inputs(1), "annotations": None, "__owner": ownership}
    checked = provider.check({}, sent).inputs
    created = provider.create(checked)

    refreshed = provider.read(created.id, created.outs or {})

    written = {key: value for key, value in checked.items() if value is not None}
    assert refreshed.inputs == written
