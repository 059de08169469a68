"""The tenant after a run: the policies of the run are deleted, and no others."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acceptance.context import Context
from acceptance.fact import Fact
from acceptance.run import run
from acceptance.target import choose, open_tenant
from pulumi_c1policy._emulator import Emulator, Fault
from tests.acceptance.conftest import SuiteResult, list_live, select_facts

pytestmark = pytest.mark.slow

Suite = Callable[..., SuiteResult]
ROOT = Path(__file__).parents[2]
RUN_ID = "c1accept0123456789ab"
FOREIGN = {"displayName": "Policy of others", "policyType": "POLICY_TYPE_GRANT"}
STEPS: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}


def _make_policy(name: str, **fields: Any) -> dict[str, Any]:
    plain = {"displayName": name, "policyType": "POLICY_TYPE_GRANT", "policySteps": STEPS}
    return {**plain, **fields}


def _add_chain(tenant: Emulator, run_id: str) -> None:
    """Add a chain of policies, each of which prevents the deletion of the next one."""
    last = tenant.add_policy(_make_policy(f"[{run_id}] last"))["id"]
    rules = [{"condition": "true", "policyId": last}]
    middle = tenant.add_policy(_make_policy(f"[{run_id}] middle", rules=rules))["id"]
    baseline = {"policySteps": {}, "baselinePolicyId": middle}
    tenant.add_policy(_make_policy(f"[{run_id}] first", **baseline))


def test_clean_deletes_only_the_policies_of_the_run(
    suite: Suite, real: dict[str, str], c1_tenant: Emulator
) -> None:
    _add_chain(c1_tenant, RUN_ID)
    kept = ["Policy of others", "[c1accept0123456789ac] another run", "c1accept0123456789a"]
    for name in kept:
        c1_tenant.add_policy(_make_policy(name, description=f"Not of {RUN_ID}."))
    builtin = c1_tenant.policies.create(_make_policy(f"[{RUN_ID}] builtin"), builtin=True)
    ran = suite("--clean", RUN_ID, **real)
    assert (ran.code, ran.out, ran.err) == (0, "Nothing of the run is left.\n", "")
    assert list_live(c1_tenant) == sorted(kept)
    assert c1_tenant.policies.find(builtin.id) == builtin
    assert builtin.id not in "".join(r.path for r in c1_tenant.requests if r.method == "DELETE")


def test_clean_reads_each_policy_again_before_it_deletes_it(
    suite: Suite, real: dict[str, str], c1_tenant: Emulator
) -> None:
    held = c1_tenant.add_policy(_make_policy(f"[{RUN_ID}] plain"))["id"]
    suite("--clean", RUN_ID, **real)
    path = f"/api/v1/policies/{held}"
    assert [r.method for r in c1_tenant.requests if r.path == path] == ["GET", "DELETE"]


@pytest.mark.parametrize(
    "run_id", ["c1accept", "a", "c1accept0123456789ab*", "C1ACCEPT0123456789AB"]
)
def test_clean_needs_a_complete_run_id(
    suite: Suite, real: dict[str, str], c1_tenant: Emulator, run_id: str
) -> None:
    _add_chain(c1_tenant, RUN_ID)
    assert suite("--clean", run_id, **real).code == 2
    assert len(list_live(c1_tenant)) == 3
    assert c1_tenant.requests == []


def test_clean_needs_a_real_tenant(suite: Suite) -> None:
    ran = suite("--clean", RUN_ID)
    assert (ran.code, ran.out) == (2, "")


def test_clean_counts_the_policies_that_are_left(
    suite: Suite, real: dict[str, str], c1_tenant: Emulator
) -> None:
    _add_chain(c1_tenant, RUN_ID)
    pointed = next(r for r in c1_tenant.policies if r.fields["displayName"].endswith("first"))
    rules = [{"condition": "true", "policyId": pointed.id}]
    c1_tenant.add_policy(_make_policy("Policy of others", rules=rules))
    ran = suite("--clean", RUN_ID, **real)
    assert (ran.code, ran.out) == (2, "3 policies are left.\n")


def _crash(context: Context) -> None:
    target = context.create()["id"]
    context.create(rules=[{"condition": "true", "policyId": target}])
    raise ZeroDivisionError


def test_an_exception_in_a_case_leaves_nothing(real: dict[str, str], c1_tenant: Emulator) -> None:
    fact = Fact("crash", "It crashes.", "docs", "nowhere", _crash)
    c1_tenant.add_policy(FOREIGN)
    with open_tenant(choose(real), real) as context, pytest.raises(ZeroDivisionError):
        run(context, [fact])
    assert list_live(c1_tenant) == ["Policy of others"]


def test_a_policy_of_the_run_that_lost_its_name_is_deleted(
    real: dict[str, str], c1_tenant: Emulator
) -> None:
    def lose_the_name(context: Context) -> None:
        made = context.create()["id"]
        c1_tenant.api_edit(made, {"displayName": None}, checked=False)

    foreign = c1_tenant.add_policy({"policyType": "POLICY_TYPE_GRANT"})["id"]
    with open_tenant(choose(real), real) as context:
        run(context, [Fact("nameless", "It loses its name.", "docs", "nowhere", lose_the_name)])
    living = [record.id for record in c1_tenant.policies if record.deleted_at is None]
    assert len(living) == 4
    assert living[-1] == foreign


def test_a_policy_whose_create_was_not_answered_is_deleted(
    suite: Suite, real: dict[str, str], c1_tenant: Emulator
) -> None:
    c1_tenant.set_faults(Fault(do="cut", after_effect=True, method="POST", path="policies$", nth=2))
    ran = suite(*select_facts("step-accept"), **real)
    assert ran.verdicts == {"step-accept": "not tried"}
    assert list_live(c1_tenant) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing(
    real: dict[str, str], c1_tenant: Emulator, number: signal.Signals
) -> None:
    # The chain of 5 policies takes many requests, so that the signal arrives during its creation.
    command = [sys.executable, "-m", "acceptance", *select_facts("chain-5", "chain-6")]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **real},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        while process.poll() is None and len(list_live(c1_tenant)) < 3:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        assert process.poll() is None, process.communicate()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (2, f"Interrupted by {number.name}.\n")
    assert out.startswith("Run id: c1accept")
    assert list_live(c1_tenant) == []
