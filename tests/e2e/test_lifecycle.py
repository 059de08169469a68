"""The main job: declare, deploy, see and repair drift, change, destroy."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import Stack, Write, list_creates, list_deletes, make_update, send_request
from tests.support.leaves import ABSENT

TWO = """
    description = "For everyone."
    Policy(
        "employees",
        display_name="Employees",
        policy_type="POLICY_TYPE_GRANT",
        description=description,
        policy_steps={"grant": {"steps": [{"approval": {"manager": {}}}, {"accept": {}}]}},
        annotations={"team": "security", "cost-centre": "42"},
    )
    Policy(
        "leavers",
        display_name="Leavers",
        policy_type="POLICY_TYPE_REVOKE",
        policy_steps={"revoke": {"steps": [{"wait": {"duration": {"duration": "24h"}}}]}},
    )
"""


RULE = {"condition": "true", "step_key": "grant"}
UPDATES: tuple[tuple[str, str, list[str], dict[str, Any]], ...] = (
    (
        "For everyone.",
        "For all of us.",
        ["description"],
        {"description": ("For everyone.", "For all of us.")},
    ),
    (
        'display_name="Employees",',
        f'display_name="Everybody", rules=[{RULE}],',
        ["displayName", "rules"],
        {"display_name": ("Employees", "Everybody"), "rules": (ABSENT, [RULE])},
    ),
    (
        '{"manager": {}}',
        '{"manager": {"allow_self_approval": True}}',
        ["policySteps"],
        {"policy_steps.grant.steps[0].approval.manager.allow_self_approval": (ABSENT, True)},
    ),
    (
        '"team": "security", ',
        "",
        ["annotations"],
        {"annotations.team": ("security", ABSENT)},
    ),
    (
        "        description=description,\n",
        "",
        ["description"],
        {"description": ("For all of us.", ABSENT)},
    ),
)
"""A change of the program, the fields that are sent, and the leaves that are shown.
"""


@pytest.fixture
def deployed(stack: Any) -> Stack:
    """A stack of two policies, after its first `pulumi up`."""
    two: Stack = stack(TWO)
    assert two.up().ok().writes == list_creates("Employees", "Leavers")
    return two


def test_a_deployment_creates_annotated_policies_and_a_second_one_changes_nothing(
    deployed: Stack,
) -> None:
    marks = {"managed_by": "pulumi", "iac_workspace": "shop/dev"}
    theirs = {"team": "security", "cost-centre": "42"}
    address = {"iac_resource_address": "c1policy.Policy/employees"}
    assert deployed.read_live("Employees")["annotations"] == {**marks, **theirs, **address}
    assert deployed.read_live("Leavers")["annotations"] == {
        **marks,
        "iac_resource_address": "c1policy.Policy/leavers",
    }
    state = deployed.read_policies()["employees"]
    assert state["id"] == deployed.id_of("Employees") == state["outputs"]["id"]
    assert state["outputs"]["system_builtin"] is False
    assert state["outputs"]["created_at"].startswith("20")
    assert deployed.expect_no_changes().requests == ()
    assert deployed.expect_no_changes("--refresh").reads == ["Employees", "Leavers"]
    again = deployed.up().ok()
    assert again.requests == ()
    assert deployed.refresh("--expect-no-changes").ok().writes == []
    deployed.expect_no_changes()


def test_an_edit_through_the_api_and_a_deletion_are_shown_and_repaired(deployed: Stack) -> None:
    live = deployed.read_live("Employees")
    steps = copy.deepcopy(live["policySteps"])
    steps["grant"]["steps"][0]["approval"]["allowReassignment"] = True
    edit = {"policy": {"policySteps": steps}, "updateMask": "policySteps"}
    send_request(deployed.tenant, "POST", f"/{live['id']}", edit)
    send_request(deployed.tenant, "DELETE", f"/{deployed.id_of('Leavers')}")

    assert deployed.expect_no_changes().requests == ()
    shown = deployed.preview("--refresh", "--diff").ok()
    assert shown.operations == {"employees": ["update"], "leavers": ["create"]}
    leaf = "policy_steps.grant.steps[0].approval.allow_reassignment"
    assert shown.list_changes("employees") == {leaf: (True, ABSENT)}
    assert "- allow_reassignment: true" in shown.output
    assert shown.writes == []

    repaired = deployed.up("--refresh").ok()
    assert repaired.writes == [make_update("Employees", "policySteps"), *list_creates("Leavers")]
    after = deployed.read_live("Employees")
    assert {**after, "updatedAt": ""} == {**live, "updatedAt": ""}
    deployed.expect_no_changes("--refresh")


def test_a_preview_shows_a_product_edit_and_the_cleared_ownership_annotations(
    deployed: Stack,
) -> None:
    policy_id = deployed.id_of("Employees")
    deployed.tenant.product_edit(policy_id, {"description": "Changed by hand."})
    shown = deployed.preview("--refresh", "--diff").ok()
    changes = shown.list_changes("employees")
    assert changes.pop("description") == ("Changed by hand.", "For everyone.")
    assert set(changes) == {
        "annotations.managed_by",
        "annotations.iac_workspace",
        "annotations.iac_resource_address",
    }
    assert {before for before, _ in changes.values()} == {ABSENT}

    refused = deployed.up("--refresh").failed()
    assert refused.writes == []
    [error] = refused.errors
    assert "taken over by a person" in error
    assert 'on_takeover="take_back"' in error.splitlines()[-1]

    deployed.write(TWO.replace("annotations={", 'on_takeover="take_back", annotations={'))
    taken_back = deployed.up("--refresh").ok()
    assert taken_back.writes == [make_update("Employees", "annotations", "description")]
    assert deployed.read_live("Employees")["annotations"]["managed_by"] == "pulumi"
    deployed.expect_no_changes("--refresh")


def test_annotations_of_others_are_no_drift_and_stay(deployed: Stack) -> None:
    live = deployed.read_live("Employees")
    deployed.tenant.api_edit(live["id"], {"annotations": {"theirs": "kept"}})
    deployed.expect_no_changes("--refresh")
    deployed.write(TWO.replace('"cost-centre": "42"', '"cost-centre": "43"'))
    assert deployed.up().ok().writes == [make_update("Employees", "annotations")]
    assert deployed.read_live("Employees")["annotations"] == {
        **live["annotations"],
        "cost-centre": "43",
        "theirs": "kept",
    }


def test_a_refresh_records_drift_and_the_next_update_repairs_it(deployed: Stack) -> None:
    deployed.tenant.api_edit(deployed.id_of("Employees"), {"description": "Drifted."})
    assert deployed.refresh().ok().writes == []
    assert deployed.read_policies()["employees"]["outputs"]["description"] == "Drifted."
    shown = deployed.preview().ok()
    assert shown.list_changes("employees") == {"description": ("Drifted.", "For everyone.")}
    assert deployed.up().ok().writes == [make_update("Employees", "description")]
    deployed.expect_no_changes("--refresh")


def test_each_update_sends_only_the_changed_fields(deployed: Stack) -> None:
    program = TWO
    policy_id, leavers = deployed.id_of("Employees"), deployed.read_live("Leavers")
    for old, new, mask, leaves in UPDATES:
        assert program.count(old) == 1
        program = program.replace(old, new)
        before = deployed.tenant.policy(policy_id)
        deployed.write(program)
        done = deployed.up().ok()
        assert done.list_changes("employees") == leaves
        [write] = done.writes
        assert write.mask == ",".join(mask)
        assert sorted(done.read_body(write.policy)) == mask
        after = deployed.tenant.policy(policy_id)
        differs = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
        assert differs == {*mask, "updatedAt"}
    assert deployed.read_live("Leavers") == leavers
    assert "team" not in deployed.read_live("Everybody")["annotations"]
    deployed.expect_no_changes("--refresh")


def test_a_destroy_deletes_existing_policies_and_accepts_missing_ones(
    deployed: Stack,
) -> None:
    send_request(deployed.tenant, "DELETE", f"/{deployed.id_of('Leavers')}")
    done = deployed.destroy().ok()
    assert list_deletes("Employees")[0] in done.writes
    assert deployed.list_names() == []
    assert deployed.read_policies() == {}


def test_a_policy_is_destroyed_after_the_policies_that_point_to_it(stack: Any) -> None:
    chain = stack(
        """
        steps = {"grant": {"steps": [{"accept": {}}]}}
        first = Policy(
            "a-first", display_name="First", policy_type="POLICY_TYPE_GRANT", policy_steps=steps
        )
        second = Policy(
            "b-second",
            display_name="Second",
            policy_type="POLICY_TYPE_GRANT",
            baseline_policy_id=first.id,
        )
        Policy(
            "c-third",
            display_name="Third",
            policy_type="POLICY_TYPE_GRANT",
            policy_steps=steps,
            rules=[{"condition": "true", "policy_id": second.id}],
        )
        """
    )
    assert chain.up().ok().sent == list_creates("First", "Second", "Third")
    chain.expect_no_changes("--refresh")
    assert chain.destroy().ok().sent == list_deletes("Third", "Second", "First")
    assert chain.list_names() == []


def test_an_error_names_the_foreign_policy_that_prevents_a_deletion(
    deployed: Stack, c1_tenant: Emulator
) -> None:
    policy = {
        "displayName": "Outsider",
        "policyType": "POLICY_TYPE_GRANT",
        "baselinePolicyId": deployed.id_of("Employees"),
    }
    send_request(c1_tenant, "POST", "", policy)
    failed = deployed.destroy().failed()
    assert Write("DELETE", "Employees") in failed.writes
    [error] = failed.errors
    assert "Outsider" in error
    assert "Traceback" not in error
    assert "Employees" in deployed.list_names()
    assert "employees" in deployed.read_policies()
