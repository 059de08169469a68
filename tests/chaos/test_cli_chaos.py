"""Chaos under the real CLI only: kills, and the order of the engine's calls."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pulumi_c1policy._emulator import Emulator, Fault
from tests.support import cli_chaos
from tests.support.cli import Stack, build_environment

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PROGRAM = """
    kind = "grant"
    Policy(
        "access",
        display_name="Access",
        policy_type=f"POLICY_TYPE_{kind.upper()}",
        policy_steps={kind: {"steps": [{"accept": {}}]}},
    )
"""


@pytest.fixture
def bare(tmp_path: Path, c1_tenant: Emulator) -> Stack:
    """Return a folder for a stack that is not initialised yet."""
    home, folder = tmp_path / "home", tmp_path / "stack"
    home.mkdir()
    folder.mkdir()
    return Stack(folder, {**build_environment(home), **c1_tenant.environment}, c1_tenant)


@pytest.mark.parametrize("seed", [0, 2])
def test_a_clean_run_after_an_untimely_end_converges(seed: int, bare: Stack) -> None:
    tally = cli_chaos.run_seed(seed, bare.tenant, bare.folder, bare.environment)
    assert tally.violations == []
    assert cli_chaos.ENDS & tally.counts.keys()


def test_a_provider_without_its_engine_sends_nothing_more(bare: Stack) -> None:
    bare.write(PROGRAM).init()
    bare.tenant.set_faults(
        Fault(do="answer", status=429, retry_after=2, method="POST", path="/policies$")
    )
    bare.tenant.clear_requests()
    process = cli_chaos.start_update(bare)
    try:
        while not any(request.fault and request.status for request in bare.tenant.requests):
            assert process.poll() is None
        process.kill()
        process.wait()
        before = bare.tenant.requests
        # Past the moment at which the create would have been sent again.
        threading.Event().wait(3.5)
        assert bare.tenant.requests == before
    finally:
        process.kill()
        cli_chaos.end_orphans(bare.folder)
    bare.run("cancel", "--yes").ok()
    bare.up().ok()
    assert bare.list_names() == ["Access"]


def test_a_forced_replacement_that_adopts_loses_no_policy(bare: Stack) -> None:
    bare.write(PROGRAM).init()
    bare.up().ok()
    first = bare.id_of("Access")
    adopt = {"PULUMI_C1POLICY_ON_LEFTOVER": "adopt"}
    kept = bare.up("--replace", "**access", **adopt).ok()
    assert bare.id_of("Access") == first
    assert any("was kept" in warning for warning in kept.warnings)
    bare.up("--refresh", "--replace", "**access").ok()
    assert bare.list_names() == ["Access"]
    assert bare.id_of("Access") != first


def test_a_policy_with_a_pending_deletion_is_not_adopted(
    bare: Stack,
) -> None:
    bare.write(PROGRAM).init()
    bare.up().ok()
    bare.tenant.set_faults(Fault(do="answer", status=403, method="DELETE"))
    bare.write(PROGRAM.replace("grant", "revoke")).up().failed()
    bare.write(PROGRAM).up().ok()
    assert bare.list_names() == ["Access"]
    assert bare.read_policies()["access"]["id"] == bare.id_of("Access")
