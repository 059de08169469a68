"""Many reads take few requests, and ignore pages that can be outdated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._lifecycle.effects import operations
from pulumi_c1policy._lifecycle.effects.read_phases import SINGLE_READS
from pulumi_c1policy._lifecycle.effects.reads import FRESH_SECONDS, Reads
from tests.integration.trust.trust_cases import GET, SEARCH, LaggingNetwork, make_grant, make_policy
from tests.support.engine import Process, QuickClock, Stack


def _fill(tenant: Emulator, count: int, **fields: Any) -> list[str]:
    return [
        tenant.policies.create(make_policy(displayName=f"Policy {number}", **fields)).id
        for number in range(count)
    ]


def _list_requests(tenant: Emulator) -> list[str]:
    """List the method and the last part of the path of each request for policies."""
    paths = [f"{r.method} {r.path.rpartition('/')[2]}" for r in tenant.requests]
    return [path for path in paths if path != "POST token"]


@pytest.mark.parametrize("count", range(1, SINGLE_READS + 1))
def test_a_few_reads_are_single_gets_and_one_page(count: int, c1_tenant: Emulator) -> None:
    ids = _fill(c1_tenant, count)
    process = Process(c1_tenant)
    with process.alive():
        for policy_id in ids:
            assert process.run.reads.get(policy_id)["id"] == policy_id
    gets = [f"GET {policy_id}" for policy_id in ids]
    assert sorted(_list_requests(c1_tenant)) == sorted(["POST policies", *gets])


@pytest.mark.parametrize("threads", [1, 4, 16])
def test_a_thousand_reads_take_at_most_fifteen_requests(threads: int, c1_tenant: Emulator) -> None:
    ids = _fill(c1_tenant, 1000)
    process = Process(c1_tenant)
    with process.alive(), ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(process.run.reads.get, ids))
    assert [each["id"] for each in found] == ids
    # With many threads, a page may be requested before the first policy has arrived.
    assert len(_list_requests(c1_tenant)) <= 16


def test_scoped_policies_are_read_from_pages(c1_tenant: Emulator) -> None:
    ids = _fill(c1_tenant, 30, scope={"appId": "app-1"})
    process = Process(c1_tenant)
    with process.alive():
        assert [process.run.reads.get(policy_id)["id"] for policy_id in ids] == ids
    assert len(_list_requests(c1_tenant)) == SINGLE_READS + 1


def test_a_page_from_before_our_write_is_not_drift(c1_tenant: Emulator, stack: Stack) -> None:
    program = {f"access-{number}": make_grant("A") for number in range(8)}
    changed = {name: make_grant("B") for name in [*program][:6]}
    stack.up(program)
    lag = LaggingNetwork()
    process = Process(c1_tenant, network=lag)
    stack.refresh(process=process)
    stack.up({**program, **changed})
    stack.refresh(process=Process(c1_tenant, network=lag))
    assert {entry.inputs["description"] for entry in stack.state[:6]} == {"B"}
    c1_tenant.api_edit(stack.id_of("access-7"), {"description": "theirs"})
    c1_tenant.clear_requests()
    stack.refresh()
    assert stack.state[7].inputs["description"] == "theirs"
    # A policy that is newer than our write needs no second look.
    assert len(_list_requests(c1_tenant)) == SINGLE_READS + 1


def test_only_a_get_of_the_id_shows_that_a_policy_is_gone(c1_tenant: Emulator) -> None:
    ids = _fill(c1_tenant, 20)
    process = Process(c1_tenant)
    with process.alive():
        for policy_id in ids:
            process.run.reads.get(policy_id)
        late = _fill(c1_tenant, 1)[0]
        assert process.run.reads.get(late)["id"] == late
        with pytest.raises(errors.NotFoundError):
            process.run.reads.get("nobody")
    assert _list_requests(c1_tenant)[-2:] == [f"GET {late}", "GET nobody"]


def test_a_written_policy_is_not_read_from_a_page(c1_tenant: Emulator, stack: Stack) -> None:
    program = {f"p{number}": make_grant("Old.") for number in range(10)}
    stack.up(program)
    process = Process(c1_tenant)
    with process.alive() as provider:
        for entry in stack.state:
            provider.read(entry.id, entry.outputs)
        entry = stack.state[-1]
        new = provider.check({}, stack.build_properties("p9", make_grant("New."), {})).inputs
        written = provider.update(entry.id, entry.outputs, new)
        found = provider.read(entry.id, dict(written.outs or {}))
    assert (found.inputs or {})["description"] == "New."
    assert _list_requests(c1_tenant)[-1] == f"GET {entry.id}"


def test_a_deleted_policy_is_not_read_from_a_page(c1_tenant: Emulator, stack: Stack) -> None:
    stack.up({f"p{number}": make_grant() for number in range(10)})
    process = Process(c1_tenant)
    with process.alive() as provider:
        for entry in stack.state:
            provider.read(entry.id, entry.outputs)
        entry = stack.state[-1]
        provider.delete(entry.id, entry.outputs)
        assert provider.read(entry.id, entry.outputs).id == ""


def test_an_expired_page_is_not_used(c1_tenant: Emulator) -> None:
    ids = _fill(c1_tenant, 10)
    clock = QuickClock()
    process = Process(c1_tenant, clock=clock)
    with process.alive():
        reads = Reads(process.client, clock)
        for policy_id in ids:
            reads.get(policy_id)
        c1_tenant.api_edit(ids[-1], {"description": "new"})
        assert not reads.get(ids[-1]).get("description")
        clock.wait(Event(), FRESH_SECONDS)
        assert reads.get(ids[-1])["description"] == "new"


def test_each_policy_is_read_with_a_get_if_pages_fail(c1_tenant: Emulator) -> None:
    ids = _fill(c1_tenant, 20)
    c1_tenant.set_faults(Fault(do="answer", status=500, times=None, **SEARCH))
    process = Process(c1_tenant)
    with process.alive(), ThreadPoolExecutor(4) as pool:
        assert [each["id"] for each in pool.map(process.run.reads.get, ids)] == ids


def test_a_failed_get_fails_no_other_read(c1_tenant: Emulator) -> None:
    ids = _fill(c1_tenant, 3)
    c1_tenant.set_faults(Fault(do="answer", status=403, nth=2, **GET))
    process = Process(c1_tenant)
    with process.alive():
        process.run.reads.get(ids[0])
        with pytest.raises(errors.PermissionDeniedError):
            process.run.reads.get(ids[1])
        process.run.reads.get(ids[2])


@pytest.mark.parametrize("body", [None, "", '{"message": "no Route matched"}'])
def test_a_404_of_the_token_endpoint_never_means_that_a_policy_is_gone(
    body: str | None, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": make_grant("A")})
    c1_tenant.set_faults(
        Fault(do="answer", path="/auth/v1/token", status=404, body=body),
        Fault(do="answer", status=200, body='{"list": []}', times=None, **SEARCH),
    )
    process = Process(c1_tenant)
    with process.alive():
        assert operations.read(process.run, stack.id_of("access"), None) is not None
