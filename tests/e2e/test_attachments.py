"""Attachments under the real engine: a life, refusals at preview, decisions and renames."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import ROOT, Stack
from tests.support.cli_outcome import Outcome

PROGRAM = """
    from pulumi_c1policy import AppPolicies, EntitlementPolicies, accept

    def make(kind):
        steps = {kind: {"steps": [{"accept": {}}]}}
        return Policy(kind, display_name=kind, policy_type=f"POLICY_TYPE_{kind.upper()}",
                      policy_steps=steps)

    grant, revoke = make("grant"), make("revoke")
    AppPolicies("shop", app_id="APP", grant_policy_id=grant.id)
    EntitlementPolicies(
        "admins",
        app_id="APP",
        entitlement_id="ENTITLEMENT",
        grant_policy_id=grant.id,
        revoke_policy_id="",
        emergency_grant_policy_id=grant.id,
        emergency_grant_enabled=True,
    )
"""
APP = 'AppPolicies("shop", app_id="APP", grant_policy_id="")'


class Shop:
    """A tenant with an app and an entitlement, and the programs about them."""

    def __init__(self, tenant: Emulator) -> None:
        self.tenant = tenant
        self.theirs = self.add_policy("Theirs")
        self.app = tenant.add_app("Shop", grantPolicyId=self.theirs)
        self.other_app = tenant.add_app("Other")
        self.entitlement = tenant.add_entitlement(
            self.app, "Admins", grantPolicyId=self.theirs, description="Kept"
        )

    def add_policy(self, name: str) -> str:
        steps: dict[str, Any] = {"grant": {"steps": [{"reject": {}}]}}
        found = self.tenant.policies.create(
            {"displayName": name, "policyType": "POLICY_TYPE_GRANT", "policySteps": steps}
        )
        return found.id

    def name(self, program: str) -> str:
        """Return a program with the ids of the tenant."""
        return (
            program.replace("OTHER", self.other_app)
            .replace("THEIRS", self.theirs)
            .replace('"APP"', f'"{self.app}"')
            .replace("ENTITLEMENT", self.entitlement)
        )

    def show(self) -> tuple[Any, Any]:
        """Return the grant policies of the app and of the entitlement."""
        whole = self.tenant.entitlement(self.app, self.entitlement)
        return self.tenant.app(self.app).get("grantPolicyId"), whole.get("grantPolicyId")


@pytest.fixture
def shop(c1_tenant: Emulator) -> Shop:
    return Shop(c1_tenant)


Start = Callable[[str], Stack]


@pytest.fixture
def start(stack: Any, shop: Shop) -> Start:
    """Make a stack of a program about the shop."""
    return lambda program: stack(shop.name(program))


def list_writes(outcome: Outcome) -> list[tuple[str, Any]]:
    """List the masks of the writes to apps and entitlements."""
    return [
        ("entitlement" if "/entitlements/" in each.path else "app", each.update_mask)
        for each in outcome.requests
        if each.method == "POST" and each.path.startswith("/api/v1/apps")
    ]


def test_attachments_are_deployed_repaired_and_given_back(start: Start, shop: Shop) -> None:
    one = start(PROGRAM)
    assert list_writes(one.preview().ok()) == []
    done = one.up().ok()
    masks = "emergencyGrantEnabled,emergencyGrantPolicyId,grantPolicyId"
    assert sorted(list_writes(done)) == [("app", "grantPolicyId"), ("entitlement", masks)]
    grant = one.id_of("grant")
    assert shop.show() == (grant, grant)
    one.expect_no_changes()
    one.expect_no_changes("--refresh")

    # Drift of a field of ours is shown; that of another one is not.
    changes = {"revokePolicyId": one.id_of("revoke"), "displayName": "Root", "certifyPolicyId": ""}
    shop.tenant.edit_entitlement(shop.app, shop.entitlement, changes)
    shown = one.preview("--refresh", "--diff").ok()
    assert shown.operations["admins"][-1] == "update"
    assert "revoke_policy_id" in shown.output
    refused = one.up()
    assert refused.code == 0, "an unchanged program sends nothing"
    assert list_writes(one.up("--refresh").ok()) == [("entitlement", "revokePolicyId")]

    # A dropped field gets its predecessor back.
    one.write(shop.name(PROGRAM).replace("emergency_grant_enabled=True,", ""))
    assert list_writes(one.up().ok()) == [("entitlement", "emergencyGrantEnabled")]
    one.expect_no_changes("--refresh")
    gone = one.destroy().ok()
    assert sorted(each for each, _ in list_writes(gone)) == ["app", "entitlement"]
    assert shop.show() == (shop.theirs, shop.theirs)
    found = shop.tenant.entitlement(shop.app, shop.entitlement)
    assert (found["displayName"], found["description"]) == ("Root", "Kept")


def test_a_preview_refuses_two_resources_of_one_object_and_wrong_inputs(start: Start) -> None:
    program = f"""
        from pulumi_c1policy import AppPolicies
        {APP}
        AppPolicies("again", app_id="APP", revoke_policy_id="")
    """
    shown = start(program).preview()
    assert shown.code != 0
    assert "two resources of the program manage the policies of this object" in shown.output
    assert "AppPolicies::shop" in shown.output
    assert "AppPolicies::again" in shown.output
    wrong = start("""
        from pulumi_c1policy import EntitlementPolicies
        EntitlementPolicies("none", app_id="APP", entitlement_id="")
    """).preview()
    assert wrong.code != 0
    assert "entitlement_id" in wrong.output
    assert "set one of `grant_policy_id`, `revoke_policy_id`" in wrong.output


def test_an_update_refuses_to_overwrite_a_change_of_others(start: Start, shop: Shop) -> None:
    program = """
        from pulumi_c1policy import AppPolicies
        AppPolicies("shop", app_id="APP", grant_policy_id="", on_conflict="refuse")
    """
    one = start(program)
    one.up().ok()
    shop.tenant.edit_app(shop.app, {"grantPolicyId": shop.theirs})
    other = shop.add_policy("Other")
    changed = program.replace('grant_policy_id=""', f'grant_policy_id="{other}"')
    one.write(shop.name(changed))
    refused = one.up()
    assert refused.code != 0
    assert "Cannot update the attachment c1policy.AppPolicies/shop" in refused.output
    assert "changes of somebody else: `grant_policy_id`" in refused.output
    assert list_writes(refused) == []
    one.write(shop.name(changed.replace('"refuse"', '"overwrite"')))
    one.up().ok()
    assert shop.show()[0] == other


def test_a_changed_decision_causes_no_update_and_applies_to_the_deletion(
    start: Start, shop: Shop
) -> None:
    program = f"""
        from pulumi_c1policy import AppPolicies
        {APP}
    """
    one = start(program)
    one.up().ok()
    one.write(shop.name(program.replace('_id="")', '_id="", on_delete="keep")')))
    assert one.up().ok().operations.get("shop", []) in ([], ["same"])
    one.refresh().ok()
    gone = one.destroy().ok()
    assert list_writes(gone) == []
    assert not shop.show()[0]


def test_a_replacement_deletes_first_and_a_rename_leaves_the_object(
    start: Start, shop: Shop
) -> None:
    program = """
        from pulumi_c1policy import AppPolicies
        AppPolicies("shop", app_id="APP", grant_policy_id="")
    """
    one = start(program)
    one.up().ok()
    assert not shop.show()[0]
    one.write(shop.name(program.replace('"APP"', '"OTHER"')))
    shown = one.preview().ok()
    assert shown.operations["shop"] == ["delete-replaced", "replace", "create-replacement"]
    one.up().ok()
    assert shop.show()[0] == shop.theirs

    one.write(shop.name(program.replace('"APP"', '"OTHER"').replace('"shop"', '"renamed"')))
    done = one.up().ok()
    assert list_writes(done) == []
    assert "AppPolicies::renamed manages the same object now" in done.output
    one.expect_no_changes("--refresh")


def test_a_forced_replacement_leaves_the_attachment(start: Start, shop: Shop) -> None:
    one = start(f"from pulumi_c1policy import AppPolicies\n{APP}")
    one.up().ok()
    # The engine creates the new one before it deletes the old one; both have the same object.
    [urn] = [
        each["urn"]
        for each in one.export()["deployment"]["resources"]
        if each["urn"].endswith("AppPolicies::shop")
    ]
    done = one.up("--replace", urn).ok()
    assert list_writes(done) == []
    assert not shop.show()[0]
    assert "its replacement manages the same object now" in done.output
    assert f"`grant_policy_id` was '{shop.theirs}'" in done.output
    one.expect_no_changes("--refresh")


def test_the_programs_of_the_attachments_page_pass_a_preview(stack: Any, shop: Shop) -> None:
    page = (ROOT / "docs" / "attaching.md").read_text("utf-8")
    first, third, second = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    operations = stack(first).preview().ok().operations
    assert operations == {name: ["create"] for name in ("requests", "shop", "shop-admins")}
    assert stack(second).preview().ok().operations == {"shop": ["create"]}
    shop.add_policy("Requests")
    assert stack(third).preview().ok().operations == {"shop-admins": ["create"]}


def test_results_of_lookups_are_ids(stack: Any, shop: Shop) -> None:
    one: Stack = stack("""
        import pulumi_c1policy as c1

        app = c1.find_app(name="Shop")
        theirs = c1.get_policy(display_name="Theirs")
        c1.AppPolicies("shop", app_id=app, grant_policy_id="", revoke_policy_id="")
        c1.EntitlementPolicies(
            "admins",
            app_id=c1.find_app_output(name=pulumi.Output.from_input("Shop")),
            entitlement_id=c1.find_entitlement(app=app, name="Admins"),
            emergency_grant_policy_id=theirs,
        )
    """)
    done = one.up().ok()
    assert ("entitlement", "emergencyGrantPolicyId") in list_writes(done)
    found = shop.tenant.entitlement(shop.app, shop.entitlement)
    assert found["emergencyGrantPolicyId"] == shop.theirs
    one.expect_no_changes("--refresh")
    assert len(list_writes(one.destroy().ok())) == 2


def test_a_secret_id_is_encrypted_in_the_state_and_absent_from_messages(
    start: Start, shop: Shop
) -> None:
    program = """
        from pulumi_c1policy import AppPolicies
        AppPolicies("shop", app_id="APP", grant_policy_id=pulumi.Output.secret("THEIRS"))
    """
    one = start(program)
    shop.tenant.edit_app(shop.app, {"grantPolicyId": ""})
    one.up().ok()
    assert shop.show()[0] == shop.theirs
    assert shop.theirs not in str(one.export())
    one.expect_no_changes("--refresh")
    other = shop.add_policy("Other")
    shop.tenant.edit_app(shop.app, {"grantPolicyId": other})
    one.write(shop.name(program).replace(shop.theirs, shop.add_policy("Next")))
    refused = one.up().failed()
    assert "`grant_policy_id` (a secret)" in refused.output
    assert shop.theirs not in refused.output
    one.refresh().ok()
    state = str(one.export())
    assert "__overwritten" in state
    assert shop.theirs not in state
