"""A `Retry-After` holds all threads, and ends at the deadline or when the client is closed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.outcomes import Failure
from pulumi_c1policy._client.pace import INTERRUPTED, Pace


def test_a_hold_makes_every_thread_wait_once(clock: Any) -> None:
    pace = Pace(clock, threading.Event())
    pace.delay(30)
    before = clock.now
    assert pace.wait_turn(clock.now + 60) is None
    assert 30 <= clock.now - before <= 30.25
    after = clock.now
    assert pace.wait_turn(clock.now + 60) is None
    assert clock.now == after


def test_a_hold_beyond_the_deadline_is_a_failure_without_a_wait(clock: Any) -> None:
    pace = Pace(clock, threading.Event())
    pace.delay(30)
    before = clock.now
    failure = pace.wait_turn(clock.now + 20)
    assert isinstance(failure, Failure)
    assert "another 30 seconds" in failure.summary
    assert not failure.is_ambiguous
    assert not failure.is_retried
    assert clock.now == before


def test_a_short_hold_does_not_end_a_longer_one(clock: Any) -> None:
    pace = Pace(clock, threading.Event())
    pace.delay(30)
    pace.delay(1)
    before = clock.now
    pace.wait_turn(clock.now + 60)
    assert clock.now - before >= 30


def test_closing_the_client_ends_a_wait_at_once() -> None:
    closed = threading.Event()
    pace = Pace(ClientClock(), closed)
    pace.delay(3_600)
    results: list[Failure | None] = []
    thread = threading.Thread(
        target=lambda: results.append(pace.wait_turn(ClientClock().monotonic() + 7_200))
    )
    thread.start()
    closed.set()
    thread.join(timeout=10)
    assert results == [INTERRUPTED]


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Let SIGINT interrupt this process: a shell starts background jobs that ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_ctrl_c_ends_a_wait_at_once() -> None:
    pace = Pace(ClientClock(), threading.Event())
    pace.delay(3_600)
    threading.Timer(0.05, os.kill, [os.getpid(), signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        pace.wait_turn(ClientClock().monotonic() + 7_200)
