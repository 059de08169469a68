"""Throttling, outages, expired tokens and clock skew, with several threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._emulator import Emulator, Fault
from tests.integration.trust.trust_cases import (
    CREATE,
    DELETE,
    GET,
    ONE,
    SEARCH,
    UPDATE,
    FaultTarget,
    list_live,
    make_grant,
)
from tests.support.engine import Process, QuickClock, Stack

TOKEN: FaultTarget = {"path": "/auth/v1/token"}
REQUESTS: dict[str, FaultTarget] = {
    "token": TOKEN,
    "search": SEARCH,
    "create": CREATE,
    "get": GET,
    "update": UPDATE,
    "delete": DELETE,
}


class RecordingClock(QuickClock):
    """A clock that records its waits."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        return super().wait(event, seconds)


def _run_every_request(stack: Stack, clock: ClientClock) -> None:
    """Send every kind of request."""
    stack.up(ONE, process=Process(stack.tenant, clock=clock))
    changed = {"access": make_grant("Two.")}
    stack.up(changed, refresh=True, process=Process(stack.tenant, clock=clock))
    stack.destroy(process=Process(stack.tenant, clock=clock))


@pytest.mark.parametrize("form", ["seconds", "date"])
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("which", REQUESTS)
def test_every_kind_of_request_waits_for_its_retry_after(
    which: str, status: int, form: str, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.advance(5 if form == "date" else 0)
    c1_tenant.set_faults(
        Fault(
            do="answer",
            status=status,
            retry_after=40,
            retry_after_form=form,  # type: ignore[arg-type]
            **REQUESTS[which],
        )
    )
    clock = RecordingClock()
    _run_every_request(stack, clock)
    assert (list_live(c1_tenant), stack.state) == ([], [])
    assert 39.9 < max(clock.waits) <= 42


@pytest.mark.parametrize("skew", [7200, -7200], ids=["ahead", "behind"])
def test_a_retry_after_date_is_on_the_clock_of_the_tenant(
    skew: int, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.advance(skew)
    c1_tenant.set_faults(
        Fault(do="answer", status=429, retry_after=30, retry_after_form="date", **CREATE)
    )
    clock = RecordingClock()
    token = c1_tenant.access_token
    stack.up(ONE, process=Process(c1_tenant, clock=clock, accessToken=token))
    assert 29.9 < max(clock.waits) <= 32


@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_makes_all_threads_wait(
    status: int, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"one": make_grant(), "two": make_grant()})
    c1_tenant.set_faults(Fault(do="answer", status=status, retry_after=0.6, **GET))
    sent: list[float] = []
    throttled = threading.Event()

    def on_answer(_: httpx.Request) -> None:
        throttled.set()

    process = Process(
        c1_tenant,
        clock=ClientClock(),
        on_request=lambda _: sent.append(time.monotonic()),
        on_answer=on_answer,
        accessToken=c1_tenant.access_token,
    )
    with process.alive(), ThreadPoolExecutor(2) as threads:
        first = threads.submit(process.client.get, stack.id_of("one"))
        throttled.wait(5)
        while process.client._transport._pace._not_before == 0.0:
            pass
        process.client.get(stack.id_of("two"))
        first.result()
    assert len(sent) == 3
    assert min(sent[1:]) - sent[0] >= 0.6


@pytest.mark.parametrize("deadline", [5.0, 60.0])
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("which", ["token", "search", "get", "delete"])
def test_endless_throttling_ends_at_the_deadline(
    which: str, status: int, deadline: float, c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    c1_tenant.set_faults(Fault(do="answer", status=status, times=None, **REQUESTS[which]))
    clock = RecordingClock()
    process = Process(c1_tenant, clock=clock, requestDeadline=str(deadline))
    begun = clock.monotonic()
    end = partial(stack.up, {"other": make_grant()}) if which == "search" else stack.destroy
    with pytest.raises((errors.RateLimitError, errors.ServerError)) as caught:
        end(process=process)
    assert clock.monotonic() - begun <= deadline + 1
    assert "attempts" in caught.value.summary
    assert caught.value.request_id
    assert caught.value.status == status


def test_one_renewal_serves_many_threads(c1_tenant: Emulator, stack: Stack) -> None:
    stack.up(ONE)
    c1_tenant.clear_requests()
    c1_tenant.set_faults(Fault(do="delay", seconds=0.2, times=None, **TOKEN))
    process = Process(c1_tenant)
    with process.alive(), ThreadPoolExecutor(16) as threads:
        list(threads.map(process.client.get, [stack.id_of("access")] * 32))
    assert _count_tokens(c1_tenant) == 1


def test_an_expired_token_is_renewed_once_for_all_threads(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up(ONE)
    c1_tenant.clear_requests()
    c1_tenant.set_faults(Fault(do="expire_tokens", nth=20, **GET))
    process = Process(c1_tenant)
    with process.alive(), ThreadPoolExecutor(8) as threads:
        list(threads.map(process.client.get, [stack.id_of("access")] * 64))
    assert _count_tokens(c1_tenant) == 2


def test_endless_401_answers_end_with_one_error_after_one_renewal(
    c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=401, times=None, path="/api/v1/"))
    with pytest.raises(errors.AuthenticationError, match="client secret"):
        stack.up(ONE)
    assert _count_tokens(c1_tenant) == 2
    assert len(c1_tenant.requests) == 4


def _count_tokens(tenant: Emulator) -> int:
    return sum(request.path == TOKEN["path"] for request in tenant.requests)


def test_each_thread_names_its_own_policy_in_a_shared_failure(
    c1_tenant: Emulator, stack: Stack
) -> None:
    names = [f"access-{number}" for number in range(4)]
    stack.up({name: make_grant() for name in names})
    c1_tenant.set_faults(Fault(do="answer", status=401, times=None, **TOKEN))
    process = Process(c1_tenant)

    def read(name: str) -> str:
        entry = stack.entry(name)
        assert entry
        with pytest.raises(errors.AuthenticationError) as caught:
            process.provider.read(entry.id, entry.outputs)
        return caught.value.summary

    with process.alive(), ThreadPoolExecutor(4) as threads:
        for name, said in zip(names, threads.map(read, names), strict=True):
            assert said.startswith(f"Cannot read the policy c1policy.Policy/{name} (")
            assert said.count("Cannot read") == 1


@pytest.mark.parametrize("skew", [8, -8])
def test_a_small_skew_of_the_clocks_is_tolerated(
    skew: int, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.advance(skew)
    stack.up(ONE)
    assert len(list_live(c1_tenant)) == 1


@pytest.mark.parametrize("skew", [7200, -7200])
def test_the_error_for_a_large_skew_of_the_clocks_names_the_clock(
    skew: int, c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.advance(skew)
    with pytest.raises(errors.AuthenticationError, match="clock"):
        stack.up(ONE)


def test_a_clock_that_jumps_during_a_run_causes_one_renewal(
    c1_tenant: Emulator, stack: Stack
) -> None:
    # The token expires early by the tenant's clock; a new one is valid once the clock is back.
    c1_tenant.set_faults(
        Fault(do="skew_clock", seconds=4000, **CREATE),
        Fault(do="skew_clock", seconds=-4000, nth=2, **TOKEN),
    )
    stack.up(ONE)
    assert len(list_live(c1_tenant)) == 1
    assert _count_tokens(c1_tenant) == 2


CONCURRENT_REQUESTS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "creates": ("POST", lambda path: path == "/api/v1/policies"),
    "reads": ("GET", lambda path: True),
    "updates": ("POST", lambda path: path.startswith("/api/v1/policies/")),
    "deletes": ("DELETE", lambda path: True),
}


@pytest.mark.parametrize("kind", CONCURRENT_REQUESTS)
def test_no_lock_is_held_during_a_request(kind: str, c1_tenant: Emulator, stack: Stack) -> None:
    method, matches = CONCURRENT_REQUESTS[kind]
    names = ["a", "b", "c", "d"]
    program = {name: make_grant(name) for name in names}
    if kind != "creates":
        stack.up(program)
    # All four must be in the middle of their request at one moment, or the barrier breaks.
    meeting = threading.Barrier(4)

    def on_request(request: httpx.Request) -> None:
        if request.method == method and matches(request.url.path):
            meeting.wait(10)

    def work(name: str) -> None:
        entry = stack.entry(name)
        new = provider.check({}, stack.build_properties(name, make_grant("new"), {})).inputs
        if entry is None:
            provider.create(new)
        elif kind == "reads":
            provider.read(entry.id, entry.outputs)
        elif kind == "updates":
            provider.update(entry.id, entry.outputs, new)
        else:
            provider.delete(entry.id, entry.outputs)

    process = Process(c1_tenant, on_request=on_request)
    with process.alive() as provider, ThreadPoolExecutor(4) as threads:
        list(threads.map(work, names))
    assert not meeting.broken


def test_an_interrupted_run_does_not_wait_for_a_retry_after(
    c1_tenant: Emulator, stack: Stack
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=429, retry_after=60, times=None, **SEARCH))
    process = Process(c1_tenant, clock=ClientClock())
    with process.alive() as provider, ThreadPoolExecutor(1) as threads:
        inputs = provider.check({}, stack.build_properties("access", ONE["access"], {})).inputs
        pending = threads.submit(provider.create, inputs)
        while not any(request.fault for request in c1_tenant.requests):
            pass
        begun = time.monotonic()
        process.client.close()
        with pytest.raises(errors.APIError, match="Cannot create the policy"):
            pending.result(timeout=10)
    assert time.monotonic() - begun < 2
