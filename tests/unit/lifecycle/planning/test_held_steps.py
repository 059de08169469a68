"""Parts of a live policy that no program writes are kept, and are neither diff nor drift."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._findings import severity
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.plan import (
    NoOp,
    Replace,
    Update,
    build_body,
    list_warnings,
    plan,
)
from pulumi_c1policy._lifecycle.planning.prior import Prior, find_drift, record_answer, refresh
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, to_state
from pulumi_c1policy._model.tree import Tree
from tests.support.strategies import accepted_policies
from tests.unit.lifecycle.planning.tenant import answer, stored

MANAGER: Tree = {"approval": {"manager": {}}}
OWNERS: Tree = {"approval": {"app_owners": {}}}
PROVISION: Tree = {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}}
RUN: Tree = {"action": {"automation": {"automation_template_id": "t"}}}
TURNED_DOWN = LifecycleOptions(severities=severity.parse("provision-step=warning,action-step=off"))


def policy(*steps: Tree, **fields: Any) -> Tree:
    lists = {"grant": {"steps": list(steps)}} if steps else {}
    plain: Tree = {"display_name": "Access", "policy_type": "POLICY_TYPE_GRANT"}
    return {k: v for k, v in (plain | {"policy_steps": lists} | fields).items() if v is not None}


def live(*steps: Tree, **fields: Any) -> Tree:
    return answer(stored(policy(*steps, **fields)))


def through_state(recorded: Prior) -> Prior:
    return from_state(to_state(recorded))


SPRINKLED = [
    (MANAGER, PROVISION),
    (PROVISION, MANAGER),
    (RUN, PROVISION, MANAGER, PROVISION),
]


@pytest.mark.parametrize("steps", SPRINKLED)
def test_a_held_step_is_no_difference_and_no_drift(steps: tuple[Tree, ...]) -> None:
    recorded = through_state(record_answer(policy(MANAGER), live(*steps)))
    assert plan(recorded, policy(MANAGER)) == NoOp()
    assert find_drift(recorded, live(*steps)) == []
    refreshed = through_state(refresh(recorded, live(*steps)))
    assert refreshed.inputs == policy(MANAGER)
    assert len(refreshed.held) == len(steps) - 1


def test_a_held_step_that_comes_or_goes_is_no_drift() -> None:
    recorded = record_answer(policy(MANAGER), live(MANAGER))
    assert find_drift(recorded, live(PROVISION, MANAGER)) == []
    refreshed = refresh(recorded, live(PROVISION, MANAGER))
    assert refreshed.held == {'policy_steps["grant"].steps[0]': "provision-step"}
    assert refresh(refreshed, live(MANAGER)).held == {}


def test_drift_beside_a_held_step_is_shown_at_the_programs_own_index() -> None:
    recorded = record_answer(policy(MANAGER), live(PROVISION, MANAGER))
    changed = live(PROVISION, {"approval": {"manager": {"allow_self_approval": True}}})
    paths = [change.path[2:] for change in find_drift(recorded, changed)]
    assert paths == [("steps", 0, "approval", "manager", "allow_self_approval")]


def test_an_update_of_other_fields_goes_through() -> None:
    recorded = through_state(record_answer(policy(MANAGER), live(MANAGER, PROVISION)))
    desired = policy(MANAGER, description="new")
    planned = plan(recorded, desired)
    assert isinstance(planned, Update)
    assert planned.mask == ("description",)
    body = build_body(planned, recorded, desired, live(MANAGER, PROVISION), LifecycleOptions())
    assert body == {"description": "new"}


def test_an_update_of_the_steps_is_refused_at_preview() -> None:
    recorded = through_state(record_answer(policy(MANAGER), live(MANAGER, PROVISION)))
    planned = plan(recorded, policy(OWNERS))
    assert isinstance(planned, Refuse)
    assert '`policy_steps["grant"].steps[1]`' in planned.summary
    assert planned.advice.endswith("[provision-step]")


def test_an_update_of_the_steps_is_refused_by_the_live_policy_too() -> None:
    recorded = record_answer(policy(MANAGER), live(MANAGER))
    planned = plan(recorded, policy(OWNERS))
    assert isinstance(planned, Update)
    refused = build_body(planned, recorded, policy(OWNERS), live(MANAGER, RUN), LifecycleOptions())
    assert isinstance(refused, Refuse)
    assert refused.advice.endswith("[action-step]")


def test_with_the_rule_turned_down_the_programs_list_is_sent() -> None:
    recorded = through_state(record_answer(policy(MANAGER), live(MANAGER, PROVISION)))
    planned = plan(recorded, policy(OWNERS), TURNED_DOWN)
    assert isinstance(planned, Update)
    body = build_body(planned, recorded, policy(OWNERS), live(MANAGER, PROVISION), TURNED_DOWN)
    assert body == {"policySteps": {"grant": {"steps": [{"approval": {"appOwners": {}}}]}}}


def test_a_preview_says_which_held_steps_the_update_drops() -> None:
    recorded = through_state(record_answer(policy(MANAGER), live(MANAGER, PROVISION, RUN)))
    planned = plan(recorded, policy(OWNERS), TURNED_DOWN)
    [said] = list_warnings(planned, recorded, policy(OWNERS), TURNED_DOWN)
    assert '`policy_steps["grant"].steps[1]`' in said
    assert said.endswith("the update drops them. [provision-step]")
    other = policy(MANAGER, description="new")
    assert list_warnings(plan(recorded, other), recorded, other, LifecycleOptions()) == []


def test_a_replacement_says_which_held_steps_it_leaves_behind() -> None:
    recorded = through_state(record_answer(policy(MANAGER), live(MANAGER, PROVISION)))
    desired = policy(MANAGER, scope={"app_id": "a"})
    planned = plan(recorded, desired)
    assert isinstance(planned, Replace)
    [said] = list_warnings(planned, recorded, desired, LifecycleOptions())
    assert "[provision-step]" in said


def test_a_step_that_the_program_writes_counts_as_any_other() -> None:
    both = policy(MANAGER, PROVISION)
    recorded = through_state(record_answer(both, live(MANAGER, PROVISION)))
    assert recorded.held == {}
    assert plan(recorded, both, TURNED_DOWN) == NoOp()
    assert find_drift(recorded, live(MANAGER)) != []


def test_a_step_that_the_program_takes_out_is_kept() -> None:
    """A state of 0.1.0 holds provision steps; taking them out of the program changes nothing."""
    recorded = through_state(record_answer(policy(MANAGER, PROVISION), live(MANAGER, PROVISION)))
    assert plan(recorded, policy(MANAGER)) == NoOp()
    assert isinstance(plan(recorded, policy(OWNERS)), Refuse)


def test_a_held_step_stays_held_beside_a_refused_step_of_another_kind() -> None:
    """A program that writes an action step does not thereby write the tenant's provision step."""
    both = policy(MANAGER, RUN)
    there = live(MANAGER, PROVISION, RUN)
    action_only = LifecycleOptions(severities=severity.parse("action-step=off"))
    recorded = through_state(record_answer(both, there))
    assert recorded.held == {'policy_steps["grant"].steps[1]': "provision-step"}
    assert plan(recorded, both, action_only) == NoOp()
    assert find_drift(recorded, there) == []
    assert refresh(recorded, there).inputs == both
    refused = plan(recorded, policy(OWNERS, RUN), action_only)
    assert isinstance(refused, Refuse)
    assert refused.advice.endswith("[provision-step]")
    allowed = plan(recorded, policy(OWNERS, RUN), TURNED_DOWN)
    assert isinstance(allowed, Update)


FILLED: Tree = {"reject": {}}


def test_the_baseline_that_a_tenant_fills_in_is_no_difference() -> None:
    bare = policy(policy_steps=None)
    for first in (live(FILLED), answer(stored(bare))):
        recorded = through_state(record_answer(bare, first))
        assert plan(recorded, bare) == NoOp()
        assert find_drift(recorded, live(FILLED)) == []
        assert refresh(recorded, live(FILLED)).inputs == bare


def test_an_edit_of_the_baseline_that_a_tenant_filled_in_is_drift() -> None:
    bare = policy(policy_steps=None)
    recorded = record_answer(bare, live(FILLED))
    edited = live({"accept": {}})
    assert find_drift(recorded, edited) != []
    refreshed = refresh(recorded, edited)
    planned = plan(refreshed, bare)
    assert isinstance(planned, Update)
    assert build_body(planned, refreshed, bare, edited, LifecycleOptions()) == {"policySteps": {}}


def test_a_denial_that_the_program_writes_counts() -> None:
    denial = policy(FILLED)
    recorded = record_answer(denial, live(FILLED))
    assert plan(recorded, denial) == NoOp()
    assert isinstance(plan(recorded, policy(MANAGER)), Update)


def test_the_user_that_the_server_chose_for_an_agent_is_no_difference() -> None:
    agent = {
        "agent_mode": "APPROVAL_AGENT_MODE_COMMENT_ONLY",
        "agent_failure_action": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
    }
    written = policy({"approval": {"agent": agent}})
    held = live({"approval": {"agent": agent | {"agent_user_id": "u"}}})
    recorded = through_state(record_answer(written, held))
    assert plan(recorded, written) == NoOp()
    assert find_drift(recorded, held) == []
    desired = policy({"approval": {"agent": agent | {"instructions": "look twice"}}})
    planned = plan(recorded, desired)
    assert isinstance(planned, Update)
    body = build_body(planned, recorded, desired, held, LifecycleOptions())
    assert "agentUserId" not in str(body)


@given(accepted_policies(), st.data())
def test_held_steps_anywhere_change_nothing(inputs: Tree, data: st.DataObject) -> None:
    wire = stored(inputs)
    for entry in wire.get("policySteps", {}).values():
        for _ in range(data.draw(st.integers(0, 2))):
            step = data.draw(st.sampled_from([PROVISION_WIRE, {"action": {}}]))
            entry["steps"].insert(data.draw(st.integers(0, len(entry["steps"]))), step)
    found = answer(wire)
    recorded = through_state(record_answer(inputs, found))
    assert plan(recorded, inputs) == NoOp()
    assert find_drift(recorded, found) == []
    assert refresh(recorded, found).inputs == inputs


@given(accepted_policies(), st.data())
def test_held_steps_anywhere_stop_updates_of_the_steps_and_no_others(
    inputs: Tree, data: st.DataObject
) -> None:
    wire = stored(inputs)
    if not wire.get("policySteps"):
        return
    entry = wire["policySteps"][data.draw(st.sampled_from(sorted(wire["policySteps"])))]
    step = data.draw(st.sampled_from([PROVISION_WIRE, {"action": {}}]))
    entry["steps"].insert(data.draw(st.integers(0, len(entry["steps"]))), step)
    found = answer(wire)
    # The last read may be from before the step was there.
    recorded = through_state(
        record_answer(inputs, data.draw(st.sampled_from([found, answer(stored(inputs))])))
    )

    described = inputs | {"description": "another text"}
    planned = plan(recorded, described)
    assert isinstance(planned, Update)
    assert planned.mask == ("description",)
    body = build_body(planned, recorded, described, found, LifecycleOptions())
    assert body == {"description": "another text"}

    lists = inputs["policy_steps"] | {"another key": {"steps": [OWNERS]}}
    changed = inputs | {"policy_steps": lists}
    preview = plan(recorded, changed)
    refused = (
        build_body(preview, recorded, changed, found, LifecycleOptions())
        if isinstance(preview, Update)
        else preview
    )
    assert isinstance(refused, Refuse)
    assert refused.advice.endswith("-step]")


PROVISION_WIRE: Tree = {"provision": {"provisionPolicy": {"connector": {"defaultBehavior": {}}}}}
