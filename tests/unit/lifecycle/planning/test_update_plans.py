"""Updates: reset values, kept values of the tenant, and values that are not drift."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from pulumi_c1policy._findings import severity
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import find_drift, record_answer, refresh
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, to_state
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode
from tests.unit.lifecycle.planning.employees import INPUTS, SALES, STEP, get_approval, get_sales
from tests.unit.lifecycle.planning.tenant_answers import answer, apply_update, store


def test_an_annotation_of_others_is_not_drift_and_stays() -> None:
    live_wire = store(INPUTS)
    prior = record_answer(INPUTS, answer(live_wire))
    live_wire["annotations"]["theirs"] = "z"
    live = answer(live_wire)
    assert find_drift(prior, live) == []
    refreshed = refresh(prior, live)
    desired = INPUTS | {"annotations": {"managed_by": "pulumi", "new": "n"}}
    planned = plan(refreshed, desired)
    assert isinstance(planned, Update)
    assert planned.mask == ("annotations",)
    body = build_body(planned, refreshed, desired, live, LifecycleOptions(take_back=True))
    assert body == {
        "annotations": {"managed_by": "pulumi", "iac_workspace": "", "note": "", "new": "n"}
    }
    assert apply_update(live_wire, body, planned.mask)["annotations"] == {
        "managed_by": "pulumi",
        "new": "n",
        "theirs": "z",
    }


UNSET: list[tuple[str, Callable[[Tree], object], Tree]] = [
    ("rules", lambda policy: policy.pop("rules"), {"rules": []}),
    ("the description", lambda policy: policy.pop("description"), {"description": ""}),
    (
        "the name of a baseline",
        lambda policy: policy.pop("baseline_policy_id"),
        {"baselinePolicyId": ""},
    ),
    ("post actions", lambda policy: policy.pop("post_actions"), {"postActions": []}),
    ("all steps", lambda policy: policy.pop("policy_steps"), {"policySteps": {}}),
    ("all annotations", lambda policy: policy.pop("annotations"), {"annotations": {"a": ""}}),
    (
        "one flag of one approver",
        lambda policy: policy["policy_steps"]["grant"]["steps"][0]["approval"]["manager"].clear(),
        {"policySteps": {"grant": {"steps": [{"approval": {"manager": {}}}]}}},
    ),
]


@pytest.mark.parametrize(("unset", "sent"), [pytest.param(*c[1:], id=c[0]) for c in UNSET])
def test_a_value_that_the_program_removes_is_reset(
    unset: Callable[[Tree], object], sent: Tree
) -> None:
    """The body has an explicit empty value, because a tenant may keep an absent masked field."""
    inputs: Tree = {
        "display_name": "All set",
        "policy_type": "POLICY_TYPE_GRANT",
        "description": "text",
        "baseline_policy_id": "2other",
        "policy_steps": {
            "grant": {"steps": [{"approval": {"manager": {"allow_self_approval": True}}}]}
        },
        "rules": [{"condition": "true", "step_key": "grant"}],
        "post_actions": [{"certify_remediate_immediately": True}],
        "annotations": {"a": "b"},
    }
    desired = copy.deepcopy(inputs)
    unset(desired)
    live = answer(store(inputs))
    prior = record_answer(inputs, live)
    planned = plan(prior, desired)
    assert isinstance(planned, Update)
    assert planned.mask == tuple(sent)
    assert build_body(planned, prior, desired, live, LifecycleOptions()) == sent


def test_a_default_of_the_tenant_is_not_a_change_and_an_edit_of_it_is_drift() -> None:
    wire = store(INPUTS)
    wire["policySteps"]["grant"]["steps"][1]["wait"]["name"] = "Wait"
    get_approval(wire)["allowReassignment"] = True
    prior = from_state(to_state(record_answer(INPUTS, answer(wire))))
    assert prior.inputs == INPUTS
    assert plan(prior, INPUTS) == NoOp()
    assert plan(refresh(prior, answer(wire, 1)), INPUTS) == NoOp()
    wire["policySteps"]["grant"]["steps"][1]["wait"]["name"] = "Hold"
    del get_approval(wire)["allowReassignment"]
    live = answer(wire)
    assert [str(change) for change in find_drift(prior, live)] == [
        f"delete {STEP}[0].approval.allow_reassignment",
        f"update {STEP}[1].wait.name",
    ]
    planned = plan(refresh(prior, live), INPUTS)
    assert isinstance(planned, Update)
    assert [str(change) for change in planned.changes] == [f"delete {STEP}[1].wait.name"]


def test_an_update_beside_a_default_of_the_tenant_keeps_it() -> None:
    wire = store(INPUTS)
    get_approval(wire)["allowReassignment"] = True
    prior = from_state(to_state(record_answer(INPUTS, answer(wire))))
    desired = copy.deepcopy(INPUTS)
    desired["policy_steps"]["grant"]["steps"][0]["approval"]["require_denial_reason"] = True
    desired["policy_steps"]["grant"]["steps"].insert(0, {"accept": {}})
    planned = plan(prior, desired)
    assert isinstance(planned, Update)
    body = build_body(planned, prior, desired, answer(wire), LifecycleOptions())
    assert isinstance(body, dict)
    assert body["policySteps"]["grant"]["steps"][1]["approval"] == {
        "manager": {},
        "requireApprovalReason": True,
        "requireDenialReason": True,
        "allowReassignment": True,
    }


def test_a_new_item_inherits_nothing_from_the_item_at_its_index() -> None:
    wire = store(INPUTS)
    get_approval(wire)["allowReassignment"] = True
    prior = record_answer(INPUTS, answer(wire))
    desired = copy.deepcopy(INPUTS)
    steps = desired["policy_steps"]["grant"]["steps"]
    desired["policy_steps"]["grant"]["steps"] = [*steps[1:], {"approval": {"app_owners": {}}}]
    planned = plan(prior, desired)
    assert isinstance(planned, Update)
    body = build_body(planned, prior, desired, answer(wire), LifecycleOptions())
    assert isinstance(body, dict)
    assert body["policySteps"]["grant"]["steps"][-1] == {"approval": {"appOwners": {}}}


def test_an_update_beside_a_step_of_an_unknown_kind_keeps_it() -> None:
    wire = store(INPUTS)
    wire["policySteps"]["grant"]["steps"][1] = {"holdUntilNoon": {"zone": "UTC"}}
    wire["policySteps"]["grant"]["steps"][0]["approval"]["quorum"] = {"mode": "QUORUM_ANY"}
    inputs = copy.deepcopy(INPUTS)
    inputs["policy_steps"]["grant"]["steps"][1] = {}
    live = decode(POLICY, wire)
    prior = record_answer(inputs, live)
    desired = copy.deepcopy(inputs)
    desired["policy_steps"]["grant"]["steps"].append({"accept": {}})
    planned = plan(prior, desired)
    assert isinstance(planned, Update)
    body = build_body(planned, prior, desired, live, LifecycleOptions())
    assert isinstance(body, dict)
    steps = wire["policySteps"]["grant"]["steps"]
    assert body["policySteps"]["grant"]["steps"] == [*steps, {"accept": {}}]


def test_enabling_a_disabled_escalation_is_drift_of_the_flag_only() -> None:
    """A person enables the escalation in the product, without setting one."""
    inputs = copy.deepcopy(INPUTS)
    inputs["policy_steps"]["sales_Team.x"]["steps"][0]["approval"]["escalation_enabled"] = False
    wire = store(inputs)
    prior = record_answer(inputs, answer(wire))
    get_sales(wire)["escalationEnabled"] = True
    refreshed = refresh(prior, answer(wire))
    assert [str(change) for change in compare(POLICY, inputs, refreshed.inputs)] == [
        f"add {SALES}[0].approval.escalation_enabled"
    ]


def test_a_later_updated_at_is_not_drift() -> None:
    wire = store(INPUTS)
    prior = record_answer(INPUTS, answer(wire, 1))
    refreshed = refresh(prior, answer(wire, 2))
    assert refreshed.outputs["updated_at"] == prior.outputs["updated_at"]
    assert find_drift(prior, answer(wire, 2)) == []


def test_an_agent_must_not_choose_its_own_policy() -> None:
    agent = {
        "agent_mode": "APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY",
        "agent_failure_action": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
        "policy_ids": ["2other"],
    }

    def choosing(policy_id: str) -> Tree:
        steps = [{"approval": {"agent": agent | {"policy_ids": [policy_id]}}}]
        return {
            "display_name": "A",
            "policy_type": "POLICY_TYPE_GRANT",
            "policy_steps": {"grant": {"steps": steps}},
        }

    prior = record_answer(choosing("2other"), answer(store(choosing("2other"))) | {"id": "2own"})
    planned = plan(prior, choosing("2own"))
    assert isinstance(planned, Refuse)
    assert planned.advice.endswith("[agent-policies]")
    turned_down = LifecycleOptions(severities=severity.parse("agent-policies=off"))
    assert isinstance(plan(prior, choosing("2own"), turned_down), Update)
