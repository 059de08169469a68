"""The example of a company, deployed as it stands to a tenant with the example's directory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import ROOT, Stack, list_creates, list_deletes
from tests.support.cli_outcome import Outcome

EXAMPLE = ROOT / "examples" / "company"
NAMES = (
    "Access by employment",
    "Emergency access",
    "Employee access",
    "Quarterly certification",
    "Revoke with grace",
)
APP = {
    "grantPolicyId": "Employee access",
    "revokePolicyId": "Revoke with grace",
    "certifyPolicyId": "Quarterly certification",
}
ADMINS = {"grantPolicyId": "Access by employment", "emergencyGrantPolicyId": "Emergency access"}
REPORTS = {"revokePolicyId": "Revoke with grace"}


@pytest.fixture
def tenant() -> Iterator[Emulator]:
    """The company's tenant, with the directory of the example."""
    tables = json.loads((EXAMPLE / "company.json").read_text("utf-8"))
    with Emulator(directory=tables) as tenant:
        yield tenant


@pytest.fixture
def company(tmp_path: Path, tenant: Emulator, pulumi_environment: dict[str, str]) -> Stack:
    """A stack of the example."""
    modules = {path.stem: path.read_text("utf-8") for path in EXAMPLE.glob("*.py")}
    program = modules.pop("__main__").partition('"""\n\n')[2]
    stack = Stack(tmp_path, {**pulumi_environment, **tenant.environment}, tenant)
    return stack.write(program, **modules).init()


def find_builtin(tenant: Emulator, kind: str) -> str:
    """Return the id of a builtin policy of a type."""
    return next(
        each.id
        for each in tenant.policies
        if each.builtin and each.stored["policyType"] == f"POLICY_TYPE_{kind}"
    )


def show(tenant: Emulator) -> list[dict[str, str]]:
    """Return the policies of the app and of both entitlements, by their names."""
    objects = [
        tenant.app("app-billing"),
        tenant.entitlement("app-billing", "e-admin"),
        tenant.entitlement("app-billing", "e-reports"),
    ]
    return [
        {
            field: tenant.policy(value)["displayName"]
            for field, value in each.items()
            if field.endswith("PolicyId") and value
        }
        for each in objects
    ]


def list_attached(outcome: Outcome) -> list[str]:
    """List the apps and entitlements that a command wrote to."""
    return sorted(
        each.path.removeprefix("/api/v1/apps/")
        for each in outcome.requests
        if each.method != "GET" and each.path.startswith("/api/v1/apps/")
    )


def test_a_company_is_deployed_by_names_alone(company: Stack, tenant: Emulator) -> None:
    """Deploy, rename a user, and destroy: every object gets its former policies back."""
    grant, revoke = find_builtin(tenant, "GRANT"), find_builtin(tenant, "REVOKE")
    tenant.edit_app("app-billing", {"grantPolicyId": grant})
    tenant.edit_entitlement("app-billing", "e-admin", {"grantPolicyId": grant})
    tenant.edit_entitlement(
        "app-billing", "e-reports", {"grantPolicyId": grant, "revokePolicyId": revoke}
    )
    before = show(tenant)

    done = company.up().ok()
    assert done.writes == list_creates(*NAMES)
    assert done.warnings == []
    objects = [
        "app-billing",
        "app-billing/entitlements/e-admin",
        "app-billing/entitlements/e-reports",
    ]
    assert list_attached(done) == objects
    assert show(tenant) == [APP, ADMINS, REPORTS]
    assert tenant.entitlement("app-billing", "e-admin")["emergencyGrantEnabled"] is True
    steps = company.read_live("Emergency access")["policySteps"]["grant"]["steps"]
    approval = steps[0]["approval"]
    assert (approval["group"]["appId"], approval["group"]["appGroupId"]) == (
        "app-okta",
        "g-on-call",
    )
    assert approval["escalation"]["reassignToApprovers"]["approverIds"] == ["u-grace"]

    company.expect_no_changes()
    company.expect_no_changes("--refresh")
    tenant.edit_user("u-grace", {"displayName": "Grace Brewster Hopper"})
    company.expect_no_changes("--refresh")

    gone = company.destroy().ok()
    assert gone.writes == list_deletes(*NAMES)
    assert list_attached(gone) == objects
    assert show(tenant) == before


def test_the_program_contains_no_id() -> None:
    tables: dict[str, list[dict[str, Any]]] = json.loads(
        (EXAMPLE / "company.json").read_text("utf-8")
    )
    ids = {row["id"] for rows in tables.values() for row in rows}
    program = "".join(path.read_text("utf-8") for path in EXAMPLE.glob("*.py"))
    assert [each for each in ids if f'"{each}"' in program] == []
