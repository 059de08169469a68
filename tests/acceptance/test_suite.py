"""The suite on the emulator: each fact is confirmed, and a quirk contradicts its fact."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from acceptance.facts import FACTS, attachments
from pulumi_c1policy._emulator import Emulator
from tests.acceptance.conftest import SuiteResult, select_facts

pytestmark = pytest.mark.slow

Suite = Callable[..., SuiteResult]
ROOT = Path(__file__).parents[2]
TRIED = [fact.id for fact in FACTS if fact.case is not None]
OVER_HTTP = [name for name in TRIED if not name.startswith("pulumi-")]
THROUGH_PULUMI = [name for name in TRIED if name.startswith("pulumi-")]


def test_the_emulator_confirms_every_fact_over_http(suite: Suite) -> None:
    ran = suite(*select_facts(*OVER_HTTP))
    assert (ran.code, ran.err) == (0, "")
    assert ran.verdicts == dict.fromkeys(OVER_HTTP, "confirmed")
    assert len(ran.verdicts) >= 60
    assert ran.out.startswith("Run id: c1accept")
    rows = [line for line in ran.out.splitlines() if line.endswith("| confirmed |")]
    assert len(rows) == len(OVER_HTTP)


@pytest.mark.e2e
def test_the_emulator_confirms_every_fact_through_pulumi(suite: Suite) -> None:
    ran = suite(*select_facts(*THROUGH_PULUMI))
    assert ran.verdicts == dict.fromkeys(THROUGH_PULUMI, "confirmed"), ran.err


def test_without_a_pulumi_cli_its_facts_are_not_tried(suite: Suite, tmp_path: Path) -> None:
    ran = suite(*select_facts(*THROUGH_PULUMI), PATH=str(tmp_path))
    assert ran.code == 0
    assert ran.verdicts == dict.fromkeys(THROUGH_PULUMI, "not tried")


@pytest.mark.parametrize(
    "quirks",
    [
        ["pages=over_full", "unset_fields=omitted", "rule_key=policy_key", "duration_style=padded"],
        ["pages=empty", "unset_fields=null_everywhere", "rule_key=both", "handler_errors=wrapped"],
    ],
    ids=str,
)
def test_no_allowed_behaviour_of_tenants_contradicts_a_fact(
    suite: Suite, quirks: list[str]
) -> None:
    ran = suite(*select_facts(*OVER_HTTP), *(f"--quirk={quirk}" for quirk in quirks))
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("quirk", "fact"),
    [
        ("deleted_get=not_found", "deleted-at"),
        ("handler_errors=invalid", "error-500"),
        ("steps_on_update=accepted", "provision-step-update"),
        ("deletion_guard=all", "delete-escalation"),
        ("unique_names=true", "same-name"),
        ("newer_api=true", "unknown-key"),
        ("odd_masks=tolerated", "type-in-mask"),
    ],
)
def test_a_quirk_contradicts_the_fact_that_it_breaks(suite: Suite, quirk: str, fact: str) -> None:
    ran = suite(*select_facts(fact, "step-accept"), "--quirk", quirk)
    assert ran.code == 1
    assert ran.verdicts == {fact: "contradicted", "step-accept": "confirmed"}
    assert f"{fact}: contradicted: " in ran.err


@pytest.mark.parametrize(
    ("fault", "fact"),
    [
        ({"do": "answer", "status": 404, "method": "GET", "path": "policies$"}, "list-pages"),
        ({"do": "answer", "status": 400, "method": "POST", "path": "cel$"}, "validate"),
        ({"do": "html", "method": "POST", "path": "search/policies$"}, "search-name"),
    ],
    ids=str,
)
def test_a_fault_contradicts_the_fact_that_it_breaks(
    suite: Suite, fault: dict[str, object], fact: str
) -> None:
    ran = suite(*select_facts(fact), "--fault", json.dumps([{**fault, "times": None}]))
    assert (ran.code, ran.verdicts) == (1, {fact: "contradicted"})


@pytest.mark.parametrize("status", [503, 504, 403, 401])
def test_an_outage_leaves_a_fact_untried(suite: Suite, status: int) -> None:
    fault = {"do": "answer", "status": status, "path": "validate/cel$", "times": None}
    ran = suite(*select_facts("validate"), "--fault", json.dumps([fault]))
    assert (ran.code, ran.verdicts) == (0, {"validate": "not tried"})


def test_a_credential_that_may_not_read_apps_leaves_their_facts_untried(suite: Suite) -> None:
    facts = [fact.id for fact in attachments.FACTS]
    fault = {"do": "answer", "status": 403, "times": None, "path": "/apps|/search/entitlements"}
    ran = suite(*select_facts(*facts), "--fault", json.dumps([fault]))
    assert ran.code == 0
    assert ran.verdicts == dict.fromkeys(facts, "not tried")


def test_the_suite_waits_for_a_rate_limit(suite: Suite) -> None:
    fault = {"do": "answer", "status": 429, "retry_after": 0, "path": "policies", "times": 3}
    ran = suite(*select_facts("step-accept"), "--fault", json.dumps([fault]))
    assert (ran.code, ran.verdicts) == (0, {"step-accept": "confirmed"})


def test_a_tenant_without_users_and_entitlements_leaves_facts_untried(
    suite: Suite, real: dict[str, str], c1_tenant: Emulator
) -> None:
    names = ["users-one", "users-33", "approval-group", "fallback-groups"]
    ran = suite(*select_facts(*names, "step-accept"), **real)
    assert ran.verdicts == {**dict.fromkeys(names, "not tried"), "step-accept": "confirmed"}
    assert {request.path for request in c1_tenant.requests} >= {"/api/v1/search/users"}


def test_the_json_has_only_ids_and_verdicts(
    suite: Suite, real: dict[str, str], tmp_path: Path, c1_tenant: Emulator
) -> None:
    c1_tenant.set_quirks(handler_errors="wrapped", unique_names=True)
    table = tmp_path / "table.md"
    names = ["same-name", "error-500", "users-one", "deleted-at", "delete-names"]
    ran = suite(*select_facts(*names), "--markdown", str(table), **real)
    verdicts = {"confirmed", "contradicted", "not tried"}
    text = (tmp_path / "verdicts.json").read_text()
    assert set(ran.verdicts) == set(names)
    assert set(ran.verdicts.values()) == verdicts
    assert text == json.dumps(dict(sorted(ran.verdicts.items())), indent=2) + "\n"
    told = f"{text}{table.read_text()}"
    run_id = ran.out.splitlines()[0].removeprefix("Run id: ")
    secrets = [run_id, real["ACCEPTANCE_TENANT"], c1_tenant.client_id, c1_tenant.url]
    ids = [record.id for record in c1_tenant.policies]
    policies = [str(record.stored["displayName"]) for record in c1_tenant.policies]
    assert not [secret for secret in [*secrets, *ids, *policies] if secret in told]


def test_the_facts_have_unique_ids_and_a_consistent_registry() -> None:
    names = [fact.id for fact in FACTS]
    assert len(names) == len(set(names))
    assert all(name == name.lower() and " " not in name for name in names)
    assert all(fact.statement.endswith(".") for fact in FACTS)


def test_only_the_target_imports_the_emulator() -> None:
    knowing = {
        path.name
        for path in (ROOT / "acceptance").rglob("*.py")
        if "_emulator import" in path.read_text() or "_emulator." in path.read_text()
    }
    assert knowing == {"target.py"}


def test_the_page_of_facts_is_current() -> None:
    command = [sys.executable, "-m", "scripts.generate_facts", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_lists_each_fact_as_untried() -> None:
    text = (ROOT / "docs" / "tenant-facts.md").read_text()
    assert "None of these facts has been tried on a live tenant yet" in text
    for fact in FACTS:
        assert f"| `{fact.id}` | " in text
