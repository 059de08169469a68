"""The recipe of docs/adopting.md: import from one tenant, deploy to another with other ids."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from tests.support.cli import Stack

ACCEPT: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}
MARKED = {f"annotations.{key}" for key in OWNERSHIP_KEYS}


class Company:
    """The people, apps and services of a company, in one of its tenants."""

    def __init__(self, tenant: Emulator) -> None:
        self.tenant = tenant
        self.ada = tenant.add_user("ada@example.com", "Ada Lovelace")
        self.grace = tenant.add_user("grace@example.com", "Grace Hopper")
        self.okta, self.shop = tenant.add_app("Okta"), tenant.add_app("Shop")
        self.security = tenant.add_group(self.okta, "Security")
        self.admin = tenant.add_entitlement(self.shop, "Administrator", alias="shop-admin")
        self.reader = tenant.add_entitlement(self.shop, "Reader")
        self.webhook = tenant.add_webhook("Risk score")
        self.provider = tenant.add_step_up_provider("Verify")
        self.theirs = self.add_policy("Theirs", annotations={"managed_by": "terraform"})

    @property
    def ids(self) -> set[str]:
        """All ids that differ between the tenants."""
        found = {value for value in vars(self).values() if isinstance(value, str)}
        return found | {record.id for record in self.tenant.policies}

    def add_policy(self, name: str, **fields: Any) -> str:
        base = {"displayName": name, "policyType": "POLICY_TYPE_GRANT", "policySteps": ACCEPT}
        return str(self.tenant.add_policy({**base, **fields})["id"])

    def add_policies(self) -> None:
        """Make the policies of the sandbox by hand, and attach them."""
        group = {
            "appId": self.okta,
            "appGroupId": self.security,
            "fallback": True,
            "isGroupFallbackEnabled": True,
            "fallbackGroupIds": [{"appId": self.shop, "appEntitlementId": self.admin}],
        }
        approvals = [
            {
                "users": {"userIds": [self.ada, self.grace]},
                "requiresStepUpProviderId": self.provider,
            },
            {"group": group},
            {"webhook": {"webhookId": self.webhook}},
        ]
        low_risk = self.add_policy("Low risk")
        sensitive = self.add_policy(
            "Sensitive",
            policySteps={"grant": {"steps": [{"approval": each} for each in approvals]}},
            rules=[
                {"condition": "subject.department == 'IT'", "policyId": low_risk},
                {"condition": "subject.department == 'HR'", "policyId": self.theirs},
            ],
        )
        self.add_policy("Only admins", scope={"appId": self.shop, "appEntitlementId": self.admin})
        self.tenant.edit_app(self.shop, {"grantPolicyId": low_risk})
        changes = {"grantPolicyId": sensitive, "emergencyGrantPolicyId": self.theirs}
        self.tenant.edit_entitlement(self.shop, self.admin, changes)


@pytest.fixture
def sandbox(c1_tenant: Emulator) -> Company:
    found = Company(c1_tenant)
    found.add_policies()
    return found


@pytest.fixture
def production() -> Iterator[Company]:
    with Emulator(seed=1) as tenant:
        yield Company(tenant)


def make_stack(folder: Path, environment: dict[str, str], company: Company) -> Stack:
    folder.mkdir()
    tenant = company.tenant
    return Stack(folder, {**environment, **tenant.environment}, tenant).write("import policies")


def adopt(stack: Stack, *options: str, file: str = "import.json") -> None:
    """Run `c1policy import`, then `pulumi import`."""
    done = subprocess.run(
        [Path(sys.executable).with_name("c1policy"), "import", "--file", file, *options],
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    importing = ("--generate-code=false", "--protect=false", "--yes")
    stack.run("import", "--file", file, *importing).ok()


@pytest.mark.parametrize("options", [(), ("--lookups",), ("--attachments",)])
def test_an_imported_program_changes_ownership_annotations_only(
    tmp_path: Path,
    pulumi_environment: dict[str, str],
    sandbox: Company,
    options: tuple[str, ...],
) -> None:
    one = make_stack(tmp_path / "sandbox", pulumi_environment, sandbox).init()
    adopt(one, "--all", *options)
    shown = one.preview().ok()
    assert set(shown.operations) == {"low-risk", "sensitive", "only-admins"}
    for name, steps in shown.operations.items():
        assert steps == ["update"]
        assert shown.list_changes(name).keys() in (MARKED, {"annotations"})
    assert {write.mask for write in one.up().ok().writes} == {"annotations"}
    one.expect_no_changes("--refresh")


@pytest.mark.slow
def test_a_program_of_the_sandbox_is_deployed_to_production(
    tmp_path: Path, pulumi_environment: dict[str, str], sandbox: Company, production: Company
) -> None:
    assert not sandbox.ids & production.ids
    first = make_stack(tmp_path / "sandbox", pulumi_environment, sandbox).init()
    adopt(first, "--all", "--lookups", "--attachments")
    assert set(first.preview().ok().operations) == {"low-risk", "sensitive", "only-admins"}
    first.up().ok()
    first.expect_no_changes("--refresh")

    program = (first.folder / "policies.py").read_text("utf-8")
    assert [own_id for own_id in sandbox.ids if own_id in program] == []
    second = make_stack(tmp_path / "production", pulumi_environment, production)
    (second.folder / "policies.py").write_text(program, "utf-8")
    second.init()
    names = {"low-risk", "sensitive", "only-admins", "shop", "shop-administrator"}
    assert second.preview().ok().operations == {name: ["create"] for name in names}
    # A policy of production has the name, and other steps.
    steps: dict[str, Any] = {"grant": {"steps": [{"reject": {}}]}}
    before = production.add_policy("Low risk", policySteps=steps)
    adopt(second, "Low risk", "--program", "production.py", file="production.json")
    shown = second.preview().ok()
    created = {name: ["create"] for name in names - {"low-risk"}}
    assert shown.operations == {"low-risk": ["update"], **created}
    assert any(path.startswith("policy_steps") for path in shown.list_changes("low-risk"))
    second.up().ok()
    second.expect_no_changes("--refresh")

    low_risk, sensitive = second.read_live("Low risk"), second.read_live("Sensitive")
    assert production.tenant.app(production.shop)["grantPolicyId"] == low_risk["id"] == before
    assert low_risk["policySteps"] == ACCEPT
    admin = production.tenant.entitlement(production.shop, production.admin)
    assert admin["grantPolicyId"] == sensitive["id"]
    assert not admin.get("emergencyGrantPolicyId"), "a policy that was not imported"
    assert [rule["policyId"] for rule in sensitive["rules"]] == [low_risk["id"], production.theirs]
    users, group, webhook = (
        step["approval"] for step in sensitive["policySteps"]["grant"]["steps"]
    )
    assert sorted(users["users"]["userIds"]) == sorted([production.ada, production.grace])
    assert users["requiresStepUpProviderId"] == production.provider
    assert group["group"]["appGroupId"] == production.security
    assert webhook["webhook"]["webhookId"] == production.webhook
    everything = json.dumps([low_risk, sensitive, admin, second.read_live("Only admins")])
    everything += json.dumps(second.export())
    assert [own_id for own_id in sandbox.ids if own_id in everything] == []

    second.destroy().ok()
    assert second.list_names() == ["Theirs"]
    # The sandbox did not change meanwhile.
    first.expect_no_changes("--refresh")
