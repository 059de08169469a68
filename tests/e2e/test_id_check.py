"""Wrong ids, and the use of a policy, in previews and updates of the real CLI."""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._emulator import Emulator, Fault
from tests.support.cli import Stack

ON = {"PULUMI_C1POLICY_CHECK_IDS": ""}
STRICT = {"PULUMI_C1POLICY_CHECK_IDS": "error"}


def ask(*approvals: dict[str, Any], shown: str = "Access") -> str:
    """Return a program with a policy of these approvals, and a policy that names it."""
    steps = [{"approval": each} for each in approvals]
    return f"""
    access = Policy(
        "access",
        display_name={shown!r},
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={{"grant": {{"steps": {steps!r}}}}},
    )
    Policy(
        "other",
        display_name="Other",
        policy_type="POLICY_TYPE_GRANT",
        baseline_policy_id=access.id,
    )
"""


def test_a_gone_user_and_the_id_of_a_resource_are_found_at_preview(
    stack: Any, c1_tenant: Emulator
) -> None:
    gone, app = c1_tenant.add_user("gone@example.com"), c1_tenant.add_app("Okta")
    c1_tenant.remove_user(gone)
    group = c1_tenant.add_group(app, "Security", appResourceId="resource")
    made: Stack = stack(
        ask(
            {"users": {"user_ids": [gone]}},
            {"group": {"app_id": app, "app_group_id": "resource"}},
        )
    )
    refused = made.preview(**STRICT).failed()
    assert f"names the user {gone}, which the tenant does not have" in refused.output
    assert f"write the id of the entitlement 'Security' ({group}) [wrong-id]" in refused.output
    assert "Traceback" not in refused.output
    warned = made.preview(**ON).ok()
    assert len(warned.warnings) == 2
    done = made.up(**ON).ok()
    assert sorted(done.warnings) == sorted(warned.warnings)
    assert made.list_names() == ["Access", "Other"]
    assert made.expect_no_changes(**STRICT).requests == ()


def test_a_tenant_that_does_not_tell_is_one_warning_and_the_deployment_goes_on(
    stack: Any, c1_tenant: Emulator
) -> None:
    forbidden = [
        Fault(path=path, do="answer", status=403, times=None)
        for path in ("/search/users", "/search/entitlements")
    ]
    c1_tenant.set_faults(*forbidden)
    made: Stack = stack(ask({"users": {"user_ids": ["nobody"]}}))
    for done in (made.preview(**STRICT).ok(), made.up(**STRICT).ok()):
        [warning] = done.warnings
        assert "Ids of users in the policies went unchecked (" in warning
    made.write(ask({"users": {"user_ids": ["somebody"]}}))
    done = made.up(**STRICT).ok()
    assert len(done.warnings) == 2
    assert "The tenant did not answer which entitlements use the policies" in done.output
    made.destroy(**ON).ok()


def test_an_update_of_a_policy_in_use_tells_the_number_of_objects(
    stack: Any, c1_tenant: Emulator
) -> None:
    made: Stack = stack(ask({"manager": {}}))
    made.up().ok()
    app = c1_tenant.add_app("GitHub", grantPolicyId=made.id_of("Access"))
    c1_tenant.add_entitlement(app, "Admin", revokePolicyId=made.id_of("Access"))
    policy_id = made.id_of("Access")
    made.write(ask({"manager": {}}, shown="Renamed"))
    for done in (made.preview(**ON).ok(), made.up(**ON).ok()):
        assert done.warnings == []
        assert (
            f"policy c1policy.Policy/access ({policy_id}): it is used by 1 app and 1 "
            "entitlement; the change applies to all of them."
        ) in done.output
