"""Adoption: the decision for each policy, and inputs as a person would write them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_c1policy._import.adoptable import Adopted, LeftOut, prepare_adoption, write_inputs
from pulumi_c1policy._import.import_file import make_import_file
from pulumi_c1policy._import.program_names import make_names
from pulumi_c1policy._import.program_writer import Source, write_program
from pulumi_c1policy._lifecycle.planning.plan import NoOp, plan
from pulumi_c1policy._lifecycle.planning.prior import find_drift
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._lifecycle.planning.state_codec import from_state
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import decode
from tests.unit.importing.imported_programs import ACCEPT, make_wire_policy

TERRAFORM = {
    "managed_by": "terraform",
    "iac_workspace": "prod/access",
    "iac_resource_address": "conductorone_policy.a",
}


def make_inputs(**fields: Any) -> dict[str, Any]:
    """Return the inputs for a policy with these fields on the wire."""
    return write_inputs(decode(POLICY, make_wire_policy("a", **fields)))


def make_first_step(kind: str, fields: dict[str, Any]) -> Any:
    """Return the inputs for a step with these fields on the wire."""
    found = make_inputs(policySteps={"grant": {"steps": [{kind: fields}]}})
    return found["policy_steps"]["grant"]["steps"][0][kind]


def make_wait(text: str) -> Any:
    return make_first_step("wait", {"duration": {"duration": text}})["duration"]["duration"]


ZEROS = {
    "absent": {},
    "null": {"description": None, "rules": None, "baselinePolicyId": None, "scope": None},
    "empty": {"description": "", "rules": [], "baselinePolicyId": "", "annotations": {}},
    "null-inside": {"policySteps": {"grant": {"steps": [{"accept": {}, "reject": None}]}}},
    "empty-inside": {"policySteps": {"grant": {"steps": [{"accept": {"acceptMessage": ""}}]}}},
}


@pytest.mark.parametrize("fields", ZEROS.values(), ids=ZEROS)
def test_unset_fields_are_not_written(fields: dict[str, Any]) -> None:
    assert make_inputs(**fields) == {
        "display_name": "a",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": ACCEPT,
    }


DURATIONS = {
    "3600s": "1h",
    "3600.000s": "1h",
    "5400s": "90m",
    "86400s": "1d",
    "3661s": "3661s",
    "4000.5s": "4000.5s",
    "1234567s": "1234567s",
    "3600.000000001s": "3600.000000001s",
}


@pytest.mark.parametrize(("answered", "expected"), DURATIONS.items(), ids=DURATIONS)
def test_a_duration_gets_its_short_form_if_that_is_exact(answered: str, expected: str) -> None:
    assert make_wait(answered) == expected


def test_a_number_in_a_json_string_is_written_as_a_number() -> None:
    approval = {
        "manager": {},
        "escalationEnabled": True,
        "escalation": {"expiration": "14400", "skipStep": {}},
    }
    assert make_first_step("approval", approval)["escalation"] == {
        "expiration": "4h",
        "skip_step": {},
    }
    rules = {"gte": "1", "lte": "9007199254740993"}
    field = {"name": "n", "int64Field": {"rules": rules}}
    [asked] = make_first_step("form", {"form": {"fields": [field]}})["form"]["fields"]
    # The engine would round a larger number.
    assert asked["int64_field"]["rules"] == {"gte": 1, "lte": "9007199254740993"}


def test_fields_have_the_order_of_the_model() -> None:
    backwards = dict(
        reversed(make_wire_policy("a", description="d", annotations={"z": "1", "b": "2"}).items())
    )
    found = write_inputs(decode(POLICY, backwards))
    assert list(found) == [
        "display_name",
        "policy_type",
        "description",
        "policy_steps",
        "annotations",
    ]
    assert list(found["annotations"]) == ["b", "z"]


def test_steps_are_sorted_baseline_first_then_by_rules() -> None:
    keys = ["other", "b", "a", "grant"]
    found = make_inputs(
        policySteps=dict.fromkeys(keys, ACCEPT["grant"]),
        rules=[
            {"condition": "subject.department == 'x'", "policyKey": "b"},
            {"condition": "true", "policyKey": "a", "stepKey": "a"},
        ],
    )
    assert list(found["policy_steps"]) == ["grant", "b", "a", "other"]
    assert [rule["step_key"] for rule in found["rules"]] == ["b", "a"]
    assert all("policy_key" not in rule for rule in found["rules"])


def test_fields_without_effect_are_not_written() -> None:
    approval = {"manager": {}, "escalation": {"expiration": "60", "skipStep": {}}}
    assert make_first_step("approval", approval) == {"manager": {}}
    assert "reassign_tasks_to_delegates" not in make_inputs(reassignTasksToDelegates=True)


def test_output_only_and_unknown_fields_are_left_out() -> None:
    answer = {"createdAt": "2026-01-01T00:00:00Z", "systemBuiltin": False, "newField": {"a": 1}}
    assert not make_inputs(**answer).keys() & {"created_at", "system_builtin", "newField"}
    approval = {"manager": {"newer": 1, "assignedUserIds": ["u"]}, "assigned": True}
    assert make_first_step("approval", approval) == {"manager": {}}


def test_annotations_of_the_tenant_and_of_the_manager_are_left_out() -> None:
    notes = {"team": "security", "c1/own": "x", "bad key": "x", "spaces": "a b", "none": ""}
    assert make_inputs(annotations=notes)["annotations"] == {"team": "security"}
    kept = notes | TERRAFORM | {"iac_tool_version": "1.5.0"}
    assert make_inputs(annotations=kept)["annotations"] == {"team": "security"}
    alone = {"iac_tool_version": "1.5.0"}
    assert make_inputs(annotations=alone)["annotations"] == alone


LEFT_OUT: dict[str, tuple[dict[str, Any], str, str]] = {
    "builtin": ({"systemBuiltin": True}, "builtin policy", "`Policy.get(name, id='a')`"),
    "terraform": (
        {"annotations": TERRAFORM},
        "managed by terraform in the workspace 'prod/access' (conductorone_policy.a)",
        "--take-over",
    ),
    "incomplete-ownership": (
        {"annotations": {"managed_by": "crossplane"}},
        "managed by crossplane",
        "--take",
    ),
    "no-baseline": ({"policySteps": None}, 'policy_steps["grant"]', "in ConductorOne"),
    "no-name": ({"displayName": ""}, "display_name is required", "in ConductorOne"),
    "expression": (
        {"rules": [{"condition": "subject.departmnt == 'x'", "stepKey": "grant"}]},
        "rules[0].condition `User` has no field `departmnt`",
        "in ConductorOne",
    ),
    "annotations": (
        {"annotations": {f"key{number}": "x" for number in range(14)}},
        "takes at most 16 keys with the three that Pulumi sets, has 17",
        "in ConductorOne",
    ),
    "newer-step": (
        {"policySteps": {"grant": {"steps": [{"quantumApproval": {}}]}}},
        "does not know the fields `quantumApproval`",
        "in ConductorOne",
    ),
    "newer-type": ({"policyType": "POLICY_TYPE_NEW"}, "cannot be 'POLICY_TYPE_NEW'", ""),
    "unreadable": ({"rules": "none"}, "`rules` should be a list", "up to date"),
}


@pytest.mark.parametrize(("fields", "reason", "advice"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_policy_that_is_left_out_has_a_reason_and_advice(
    fields: dict[str, Any], reason: str, advice: str
) -> None:
    found = prepare_adoption(make_wire_policy("a", **fields), take_over=False)
    assert isinstance(found, LeftOut)
    assert found.id == "a"
    assert reason in found.reason
    assert advice in found.advice
    assert "\n" not in found.reason


def test_take_over_adopts_a_policy_of_another_manager_but_no_builtin() -> None:
    found = prepare_adoption(make_wire_policy("a", annotations=TERRAFORM), take_over=True)
    assert not isinstance(found, LeftOut)
    assert found.manager == "terraform in the workspace 'prod/access' (conductorone_policy.a)"
    builtin = make_wire_policy("a", annotations=TERRAFORM, systemBuiltin=True)
    assert isinstance(prepare_adoption(builtin, take_over=True), LeftOut)


PROVISION: dict[str, Any] = {
    "provision": {"provisionPolicy": {"connector": {"defaultBehavior": {}}}}
}


def test_a_rejected_step_is_left_out_with_a_comment() -> None:
    steps = {"grant": {"steps": [{"accept": {}}, PROVISION]}}
    found = prepare_adoption(make_wire_policy("a", policySteps=steps), take_over=False)
    assert isinstance(found, Adopted)
    assert found.inputs["policy_steps"] == ACCEPT
    assert found.held == {'policy_steps["grant"].steps[1]': "provision-step"}
    source = write_program(Source([found], make_names(["a"])))
    assert (
        '# The tenant keeps policy_steps["grant"].steps[1]. It rejects such a step in a write; '
        "set provisioning on the entitlement. [provision-step]\n"
    ) in source


def test_a_policy_with_a_held_step_has_an_empty_plan_after_the_import() -> None:
    steps = {"grant": {"steps": [PROVISION, {"accept": {}}]}}
    found = prepare_adoption(make_wire_policy("a", policySteps=steps), take_over=False)
    assert isinstance(found, Adopted)
    [entry] = json.loads(make_import_file([found], make_names(["a"])))["resources"]
    prior = from_state({k: v for k, v in entry["outputs"].items() if k != "__provider"})
    assert plan(prior, found.inputs) == NoOp()
    assert find_drift(prior, found.live) == []
    changed = found.inputs | {"policy_steps": {"grant": {"steps": [{"reject": {}}]}}}
    assert isinstance(plan(prior, changed), Refuse)


def test_the_user_of_an_agent_is_not_written() -> None:
    agent = {
        "agentMode": "APPROVAL_AGENT_MODE_COMMENT_ONLY",
        "agentFailureAction": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
        "agentUserId": "u",
    }
    steps = {"grant": {"steps": [{"approval": {"agent": agent}}]}}
    found = prepare_adoption(make_wire_policy("a", policySteps=steps), take_over=False)
    assert isinstance(found, Adopted)
    assert "agent_user_id" not in write_program(Source([found], make_names(["a"])))
    [entry] = json.loads(make_import_file([found], make_names(["a"])))["resources"]
    prior = from_state({k: v for k, v in entry["outputs"].items() if k != "__provider"})
    assert plan(prior, found.inputs) == NoOp()
    assert find_drift(prior, found.live) == []


def test_a_policy_with_a_list_of_rejected_steps_only_is_left_out() -> None:
    steps = ACCEPT | {"late": {"steps": [PROVISION]}}
    found = prepare_adoption(make_wire_policy("a", policySteps=steps), take_over=False)
    assert isinstance(found, LeftOut)
    assert '`policy_steps["late"]` would be empty' in found.reason
    assert found.reason.endswith("[provision-step]")
