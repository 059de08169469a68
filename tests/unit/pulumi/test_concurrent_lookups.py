"""Lookups that run side by side, and share their reads."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pulumi
import pytest

from pulumi_c1policy._pulumi import program_lookups
from pulumi_c1policy._pulumi.program_lookups import LookupTenant
from pulumi_c1policy.errors import APIError

WAIT_SECONDS = 30


def make_tenant() -> LookupTenant:
    client: Any = None
    return LookupTenant("acme.conductor.one", client)


def test_lookups_with_outputs_run_side_by_side() -> None:
    together = threading.Barrier(3)

    def find(name: str) -> str:
        together.wait(WAIT_SECONDS)
        return f"{name}_id"

    async def run() -> list[str | None]:
        names = [pulumi.Output.from_input(name) for name in "abc"]
        found = [program_lookups.call_aside(find, name=name, kind=None) for name in names]
        return [await each.future() for each in found]

    assert asyncio.run(run()) == ["a_id", "b_id", "c_id"]


def test_threads_share_a_read_under_way() -> None:
    tenant, reads = make_tenant(), []
    started, go = threading.Event(), threading.Event()

    def read() -> str:
        reads.append(1)
        started.set()
        assert go.wait(WAIT_SECONDS)
        return "answer"

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(tenant.read_once, "key", read)
        assert started.wait(WAIT_SECONDS)
        others = [pool.submit(tenant.read_once, "key", read) for _ in range(2)]
        go.set()
        assert [each.result() for each in (first, *others)] == ["answer"] * 3
    assert tenant.read_once("key", read) == "answer"
    assert len(reads) == 1


def test_a_thread_that_waits_gets_an_error_of_its_own() -> None:
    tenant, answer = make_tenant(), Future[str]()
    tenant.answers["key"] = answer
    failure = APIError("It failed.", "Try again.", status=403)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(tenant.read_once, "key", lambda: "of another read")
        answer.set_exception(failure)
        error = waiting.exception()
    assert isinstance(error, APIError)
    assert (str(error), error.status) == (str(failure), 403)
    assert error is not failure


def test_a_read_that_failed_is_sent_again() -> None:
    tenant = make_tenant()

    def fail() -> str:
        raise APIError("It failed.", "Try again.")

    with pytest.raises(APIError):
        tenant.read_once("key", fail)
    assert tenant.read_once("key", lambda: "answer") == "answer"
