"""Updates: what is reset, what is kept of the tenant's own, and what a record does not take for
drift.
"""

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
from tests.unit.lifecycle.planning.employees import INPUTS, SALES, STEP, approval, sales
from tests.unit.lifecycle.planning.tenant import answer, stored, updated


def test_somebody_elses_annotation_is_no_drift_and_stays() -> None:
    live_wire = stored(INPUTS)
    recorded = record_answer(INPUTS, answer(live_wire))
    live_wire["annotations"]["theirs"] = "z"
    live = answer(live_wire)
    assert find_drift(recorded, live) == []
    refreshed = refresh(recorded, live)
    desired = INPUTS | {"annotations": {"managed_by": "pulumi", "new": "n"}}
    planned = plan(refreshed, desired)
    assert isinstance(planned, Update)
    assert planned.mask == ("annotations",)
    body = build_body(planned, refreshed, desired, live, LifecycleOptions(take_back=True))
    assert body == {
        "annotations": {"managed_by": "pulumi", "iac_workspace": "", "note": "", "new": "n"}
    }
    assert updated(live_wire, body, planned.mask)["annotations"] == {
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
def test_what_the_program_stops_mentioning_is_reset(
    unset: Callable[[Tree], object], sent: Tree
) -> None:
    """Even where the tenant reads an absent field in a mask as one to leave alone."""
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
    live = answer(stored(inputs))
    recorded = record_answer(inputs, live)
    planned = plan(recorded, desired)
    assert isinstance(planned, Update)
    assert planned.mask == tuple(sent)
    assert build_body(planned, recorded, desired, live, LifecycleOptions()) == sent


def test_a_default_that_the_tenant_filled_in_is_no_change_but_its_change_is_drift() -> None:
    wire = stored(INPUTS)
    wire["policySteps"]["grant"]["steps"][1]["wait"]["name"] = "Wait"
    approval(wire)["allowReassignment"] = True
    recorded = from_state(to_state(record_answer(INPUTS, answer(wire))))
    assert recorded.inputs == INPUTS
    assert plan(recorded, INPUTS) == NoOp()
    assert plan(refresh(recorded, answer(wire, 1)), INPUTS) == NoOp()
    wire["policySteps"]["grant"]["steps"][1]["wait"]["name"] = "Hold"
    del approval(wire)["allowReassignment"]
    live = answer(wire)
    assert [str(change) for change in find_drift(recorded, live)] == [
        f"delete {STEP}[0].approval.allow_reassignment",
        f"update {STEP}[1].wait.name",
    ]
    planned = plan(refresh(recorded, live), INPUTS)
    assert isinstance(planned, Update)
    assert [str(change) for change in planned.changes] == [f"delete {STEP}[1].wait.name"]


def test_an_update_next_to_it_keeps_a_default_that_the_tenant_filled_in() -> None:
    wire = stored(INPUTS)
    approval(wire)["allowReassignment"] = True
    recorded = from_state(to_state(record_answer(INPUTS, answer(wire))))
    desired = copy.deepcopy(INPUTS)
    desired["policy_steps"]["grant"]["steps"][0]["approval"]["require_denial_reason"] = True
    desired["policy_steps"]["grant"]["steps"].insert(0, {"accept": {}})
    planned = plan(recorded, desired)
    assert isinstance(planned, Update)
    body = build_body(planned, recorded, desired, answer(wire), LifecycleOptions())
    assert isinstance(body, dict)
    assert body["policySteps"]["grant"]["steps"][1]["approval"] == {
        "manager": {},
        "requireApprovalReason": True,
        "requireDenialReason": True,
        "allowReassignment": True,
    }


def test_a_new_item_inherits_nothing_from_the_one_whose_place_it_takes() -> None:
    wire = stored(INPUTS)
    approval(wire)["allowReassignment"] = True
    recorded = record_answer(INPUTS, answer(wire))
    desired = copy.deepcopy(INPUTS)
    steps = desired["policy_steps"]["grant"]["steps"]
    desired["policy_steps"]["grant"]["steps"] = [*steps[1:], {"approval": {"app_owners": {}}}]
    planned = plan(recorded, desired)
    assert isinstance(planned, Update)
    body = build_body(planned, recorded, desired, answer(wire), LifecycleOptions())
    assert isinstance(body, dict)
    assert body["policySteps"]["grant"]["steps"][-1] == {"approval": {"appOwners": {}}}


def test_a_step_of_an_unknown_kind_is_kept_by_an_update_next_to_it() -> None:
    wire = stored(INPUTS)
    wire["policySteps"]["grant"]["steps"][1] = {"holdUntilNoon": {"zone": "UTC"}}
    wire["policySteps"]["grant"]["steps"][0]["approval"]["quorum"] = {"mode": "QUORUM_ANY"}
    inputs = copy.deepcopy(INPUTS)
    inputs["policy_steps"]["grant"]["steps"][1] = {}
    live = decode(POLICY, wire)
    recorded = record_answer(inputs, live)
    desired = copy.deepcopy(inputs)
    desired["policy_steps"]["grant"]["steps"].append({"accept": {}})
    planned = plan(recorded, desired)
    assert isinstance(planned, Update)
    body = build_body(planned, recorded, desired, live, LifecycleOptions())
    assert isinstance(body, dict)
    steps = wire["policySteps"]["grant"]["steps"]
    assert body["policySteps"]["grant"]["steps"] == [*steps, {"accept": {}}]


def test_a_disabled_escalation_that_the_program_wrote_does_not_come_alive() -> None:
    """Enabled in the product, without an escalation: that flag is the drift, and no more."""
    inputs = copy.deepcopy(INPUTS)
    inputs["policy_steps"]["sales_Team.x"]["steps"][0]["approval"]["escalation_enabled"] = False
    wire = stored(inputs)
    recorded = record_answer(inputs, answer(wire))
    sales(wire)["escalationEnabled"] = True
    refreshed = refresh(recorded, answer(wire))
    assert [str(change) for change in compare(POLICY, inputs, refreshed.inputs)] == [
        f"add {SALES}[0].approval.escalation_enabled"
    ]


def test_who_touched_the_policy_and_when_is_no_drift() -> None:
    wire = stored(INPUTS)
    recorded = record_answer(INPUTS, answer(wire, 1))
    refreshed = refresh(recorded, answer(wire, 2))
    assert refreshed.outputs["updated_at"] == recorded.outputs["updated_at"]
    assert find_drift(recorded, answer(wire, 2)) == []


def test_an_agent_may_not_choose_the_policy_that_it_stands_in() -> None:
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

    recorded = record_answer(
        choosing("2other"), answer(stored(choosing("2other"))) | {"id": "2own"}
    )
    planned = plan(recorded, choosing("2own"))
    assert isinstance(planned, Refuse)
    assert planned.advice.endswith("[agent-policies]")
    turned_down = LifecycleOptions(severities=severity.parse("agent-policies=off"))
    assert isinstance(plan(recorded, choosing("2own"), turned_down), Update)
