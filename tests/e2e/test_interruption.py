"""Ctrl-C: waits end at once, requests under way a moment later, and nothing is lost or doubled."""

from __future__ import annotations

import signal
import subprocess
import threading
from typing import Any

import pytest

from pulumi_c1policy._emulator import Fault
from tests.support import cli_chaos
from tests.support.cli import Stack

SEVERAL = """
    for i in range(8):
        Policy(
            f"access-{i}",
            display_name=f"Access {i}",
            policy_type="POLICY_TYPE_GRANT",
            policy_steps={"grant": {"steps": [{"accept": {}}]}},
        )
"""
ONE = SEVERAL.replace("range(8)", "range(1)")
NAMES = [f"Access {i}" for i in range(8)]
CREATE: dict[str, Any] = {"method": "POST", "path": "^/api/v1/policies$", "times": None}
GET: dict[str, Any] = {"method": "GET", "path": "^/api/v1/policies/", "times": None}
LONG = 100.0
"""Seconds that nobody waits for: the CLI has ended long before."""
PROMPT = 30.0
"""Seconds after which a CLI that still runs must be waiting for the tenant."""


def _interrupted(stack: Stack, fault: Fault, *options: str, hits: int = 1) -> str:
    """Run `pulumi up`, press Ctrl-C once the fault has hit that many requests; return the
    output.
    """
    stack.tenant.set_faults(fault)
    stack.tenant.clear_requests()
    process = cli_chaos.start_update(stack, *options, output=subprocess.PIPE)
    try:
        while sum(1 for request in stack.tenant.requests if request.fault) < hits:
            assert process.poll() is None
            threading.Event().wait(0.01)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=PROMPT)
    finally:
        process.kill()
        cli_chaos.end_orphans(stack.folder)
        stack.tenant.set_faults()
    assert process.returncode != 0
    assert b"Traceback" not in output
    return output.decode()


@pytest.mark.parametrize("hits", [1, 4], ids=["one-thread", "every-thread"])
def test_an_interruption_ends_the_wait_before_a_repetition(hits: int, stack: Any) -> None:
    kept: Stack = stack(SEVERAL if hits > 1 else ONE)
    throttled = Fault(do="answer", status=429, retry_after=LONG, **CREATE)
    said = _interrupted(kept, throttled, hits=hits)
    assert "Cannot create the policy c1policy.Policy/access-" in said
    assert kept.list_names() == []


@pytest.mark.parametrize("hits", [1, 4], ids=["one-thread", "every-thread"])
def test_the_next_run_adopts_an_interrupted_create_by_decision(hits: int, stack: Any) -> None:
    kept: Stack = stack(SEVERAL if hits > 1 else ONE)
    slow = Fault(do="delay", seconds=LONG, after_effect=True, **CREATE)
    said = _interrupted(kept, slow, hits=hits)
    assert "The change may have been made" in said
    begun = kept.list_names()
    assert len(begun) == hits
    assert "PULUMI_C1POLICY_ON_LEFTOVER=adopt pulumi up --refresh" in kept.up().failed().output
    again = kept.up("--refresh", PULUMI_C1POLICY_ON_LEFTOVER="adopt").ok()
    assert len(again.writes) <= len(NAMES) - hits
    assert kept.list_names() == (NAMES if hits > 1 else begun)
    kept.expect_no_changes()


def test_an_interruption_abandons_a_read_under_way(stack: Any) -> None:
    kept: Stack = stack(ONE)
    kept.up().ok()
    slow = Fault(do="delay", seconds=LONG, **GET)
    assert "Cannot read the policy" in _interrupted(kept, slow, "--refresh")
    kept.expect_no_changes("--refresh")


def test_an_interrupted_create_records_an_answer_that_arrives_soon(stack: Any) -> None:
    kept: Stack = stack(ONE)
    slow = Fault(do="delay", seconds=1.0, after_effect=True, **CREATE)
    _interrupted(kept, slow)
    assert kept.read_policies()["access-0"]["id"] == kept.id_of("Access 0")
