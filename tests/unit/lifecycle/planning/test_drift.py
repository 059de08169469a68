"""Drift: an edit in the product is reported at its own path, and an update undoes it.

For most cases, the vendor's Terraform provider (1.5.0) shows "no changes".
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import find_drift, record_answer, refresh
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, to_state
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree
from tests.unit.lifecycle.planning.employees import (
    CONFIG,
    INPUTS,
    SALES,
    STEP,
    get_approval,
    get_config,
    get_manager,
    get_sales,
)
from tests.unit.lifecycle.planning.tenant_answers import answer, apply_update, store

Edit = Callable[[Any], object]


def _clear_ownership(live: Tree) -> None:
    live["annotations"] = {"note": "x"}


def _become_users(live: Tree) -> None:
    del get_approval(live)["manager"]
    get_approval(live)["users"] = {"userIds": ["eve"]}


def _hand_over(live: Tree) -> None:
    del live["rules"][1]["stepKey"]
    live["rules"][1]["policyId"] = "2other"


def _change_kind(live: Tree) -> None:
    live["policySteps"]["grant"]["steps"][1] = {"holdUntilNoon": {"zone": "UTC"}}


CASES: list[tuple[str, Edit, list[str]]] = [
    (
        "self-approval switched on",
        lambda live: get_manager(live).update(allowSelfApproval=True),
        [f"add {STEP}[0].approval.manager.allow_self_approval"],
    ),
    (
        "reassignment switched on",
        lambda live: get_approval(live).update(allowReassignment=True),
        [f"add {STEP}[0].approval.allow_reassignment"],
    ),
    ("all policy steps removed", lambda live: live.pop("policySteps"), ["delete policy_steps"]),
    (
        "post actions set",
        lambda live: live.update(postActions=[{"certifyRemediateImmediately": True}]),
        ["add post_actions"],
    ),
    (
        "a baseline policy set",
        lambda live: live.update(baselinePolicyId="2other"),
        ["add baseline_policy_id"],
    ),
    (
        "all ownership annotations cleared",
        _clear_ownership,
        ['delete annotations["iac_workspace"]', 'delete annotations["managed_by"]'],
    ),
    (
        "two rules swapped",
        lambda live: live["rules"].reverse(),
        [f"update rules[{i}].{name}" for i in (0, 1) for name in ("condition", "step_key")],
    ),
    (
        "an approver added",
        lambda live: get_sales(live)["users"]["userIds"].insert(0, "eve"),
        [f"update {SALES}[0].approval.users.user_ids"],
    ),
    (
        "an approver exchanged",
        lambda live: get_sales(live)["users"].update(userIds=["ann", "eve"]),
        [f"update {SALES}[0].approval.users.user_ids"],
    ),
    (
        "an approval of another kind",
        _become_users,
        [f"delete {STEP}[0].approval.manager", f"add {STEP}[0].approval.users"],
    ),
    (
        "a fallback switched on",
        lambda live: get_manager(live).update(fallback=True),
        [f"add {STEP}[0].approval.manager.fallback"],
    ),
    (
        "fallback users set",
        lambda live: get_manager(live).update(fallbackUserIds=["eve"]),
        [f"add {STEP}[0].approval.manager.fallback_user_ids"],
    ),
    (
        "a fallback group set",
        lambda live: get_manager(live).update(
            fallbackGroupIds=[{"appId": "app", "appEntitlementId": "group"}]
        ),
        [f"add {STEP}[0].approval.manager.fallback_group_ids"],
    ),
    (
        "a required reason dropped",
        lambda live: get_approval(live).pop("requireApprovalReason"),
        [f"delete {STEP}[0].approval.require_approval_reason"],
    ),
    (
        "the escalation switched off",
        lambda live: [get_sales(live).pop(name) for name in ("escalation", "escalationEnabled")],
        [
            f"delete {SALES}[0].approval.escalation",
            f"delete {SALES}[0].approval.escalation_enabled",
        ],
    ),
    (
        "the escalation made later",
        lambda live: get_sales(live)["escalation"].update(expiration="7200"),
        [f"update {SALES}[0].approval.escalation.expiration"],
    ),
    (
        "a wait made longer",
        lambda live: live["policySteps"]["grant"]["steps"][1]["wait"]["duration"].update(
            duration="7200s"
        ),
        [f"update {STEP}[1].wait.duration.duration"],
    ),
    (
        "a step removed",
        lambda live: live["policySteps"]["grant"]["steps"].pop(),
        [f"delete {STEP}[2]"],
    ),
    (
        "a step added",
        lambda live: live["policySteps"]["grant"]["steps"].append({"accept": {}}),
        [f"add {STEP}[3]"],
    ),
    (
        "two steps swapped",
        lambda live: live["policySteps"]["grant"]["steps"].insert(
            1, live["policySteps"]["grant"]["steps"].pop(0)
        ),
        [
            f"{kind} {STEP}[{i}].{name}"
            for i, (kind, name) in (
                (0, ("delete", "approval")),
                (0, ("add", "wait")),
                (1, ("add", "approval")),
                (1, ("delete", "wait")),
            )
        ],
    ),
    (
        "a step of a kind that this version does not know",
        _change_kind,
        [f"delete {STEP}[1].wait"],
    ),
    (
        "steps added under another key",
        lambda live: live["policySteps"].update({"a.b_C": {"steps": [{"reject": {}}]}}),
        ['add policy_steps["a.b_C"]'],
    ),
    (
        "the steps of a key removed",
        lambda live: live["policySteps"].pop("sales_Team.x"),
        ['delete policy_steps["sales_Team.x"]'],
    ),
    (
        "a rule added",
        lambda live: live["rules"].append({"condition": "true", "stepKey": "grant"}),
        ["add rules[2]"],
    ),
    ("all rules removed", lambda live: live.pop("rules"), ["delete rules"]),
    (
        "a condition widened",
        lambda live: live["rules"][1].update(condition="true"),
        ["update rules[1].condition"],
    ),
    (
        "a rule that leads to another policy",
        _hand_over,
        ["add rules[1].policy_id", "delete rules[1].step_key"],
    ),
    ("a description set", lambda live: live.update(description="Hi"), ["add description"]),
    ("renamed", lambda live: live.update(displayName="Mine"), ["update display_name"]),
    (
        "an own annotation changed",
        lambda live: live["annotations"].update(note="y"),
        ['update annotations["note"]'],
    ),
    (
        "free-form data added",
        lambda live: get_config(live).update({"first.Name_x": False}),
        [f'add {CONFIG}["first.Name_x"]'],
    ),
    (
        "a number in free-form data made true",
        lambda live: get_config(live).update(n=True),
        [f'update {CONFIG}["n"]'],
    ),
]


@pytest.mark.parametrize(("edit", "expected"), [pytest.param(*c[1:], id=c[0]) for c in CASES])
@pytest.mark.parametrize("seed", range(3))
def test_an_edit_in_the_product_is_drift_at_its_path_and_is_undone(
    edit: Edit, expected: list[str], seed: int
) -> None:
    wire = store(INPUTS)
    prior = from_state(to_state(record_answer(INPUTS, answer(wire, seed))))
    live_wire = copy.deepcopy(wire)
    edit(live_wire)
    live = answer(live_wire, seed + 1)
    found = find_drift(prior, live)
    assert sorted(map(str, found)) == sorted(expected)
    refreshed = from_state(to_state(refresh(prior, live)))
    assert compare(POLICY, prior.inputs, refreshed.inputs) == found
    planned = plan(refreshed, INPUTS)
    assert isinstance(planned, Update)
    assert planned.mask == (POLICY.fields[found[0].field].wire,)
    body = build_body(planned, refreshed, INPUTS, live, LifecycleOptions(take_back=True))
    assert isinstance(body, dict)
    after = apply_update(live_wire, body, planned.mask)
    assert after == wire
    assert plan(record_answer(INPUTS, answer(after, seed)), INPUTS) == NoOp()
