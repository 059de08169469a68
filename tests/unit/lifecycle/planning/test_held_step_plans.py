"""Held steps of a live policy are kept, and are neither a change nor drift."""

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
from tests.unit.lifecycle.planning.tenant_answers import answer, store

MANAGER: Tree = {"approval": {"manager": {}}}
OWNERS: Tree = {"approval": {"app_owners": {}}}
PROVISION: Tree = {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}}
RUN: Tree = {"action": {"automation": {"automation_template_id": "t"}}}
LOWERED_RULES = LifecycleOptions(
    severities=severity.parse("provision-step=warning,action-step=off")
)


def make_policy(*steps: Tree, **fields: Any) -> Tree:
    lists = {"grant": {"steps": list(steps)}} if steps else {}
    plain: Tree = {"display_name": "Access", "policy_type": "POLICY_TYPE_GRANT"}
    return {k: v for k, v in (plain | {"policy_steps": lists} | fields).items() if v is not None}


def make_live(*steps: Tree, **fields: Any) -> Tree:
    return answer(store(make_policy(*steps, **fields)))


def pass_through_state(prior: Prior) -> Prior:
    return from_state(to_state(prior))


SPRINKLED = [
    (MANAGER, PROVISION),
    (PROVISION, MANAGER),
    (RUN, PROVISION, MANAGER, PROVISION),
]


@pytest.mark.parametrize("steps", SPRINKLED)
def test_a_held_step_is_neither_a_change_nor_drift(steps: tuple[Tree, ...]) -> None:
    prior = pass_through_state(record_answer(make_policy(MANAGER), make_live(*steps)))
    assert plan(prior, make_policy(MANAGER)) == NoOp()
    assert find_drift(prior, make_live(*steps)) == []
    refreshed = pass_through_state(refresh(prior, make_live(*steps)))
    assert refreshed.inputs == make_policy(MANAGER)
    assert len(refreshed.held) == len(steps) - 1


def test_an_added_or_removed_held_step_is_not_drift() -> None:
    prior = record_answer(make_policy(MANAGER), make_live(MANAGER))
    assert find_drift(prior, make_live(PROVISION, MANAGER)) == []
    refreshed = refresh(prior, make_live(PROVISION, MANAGER))
    assert refreshed.held == {'policy_steps["grant"].steps[0]': "provision-step"}
    assert refresh(refreshed, make_live(MANAGER)).held == {}


def test_drift_beside_a_held_step_has_the_index_of_the_program() -> None:
    prior = record_answer(make_policy(MANAGER), make_live(PROVISION, MANAGER))
    changed = make_live(PROVISION, {"approval": {"manager": {"allow_self_approval": True}}})
    paths = [change.path[2:] for change in find_drift(prior, changed)]
    assert paths == [("steps", 0, "approval", "manager", "allow_self_approval")]


def test_a_held_step_does_not_stop_an_update_of_other_fields() -> None:
    prior = pass_through_state(record_answer(make_policy(MANAGER), make_live(MANAGER, PROVISION)))
    desired = make_policy(MANAGER, description="new")
    planned = plan(prior, desired)
    assert isinstance(planned, Update)
    assert planned.mask == ("description",)
    body = build_body(planned, prior, desired, make_live(MANAGER, PROVISION), LifecycleOptions())
    assert body == {"description": "new"}


def test_an_update_of_the_steps_is_refused_at_preview() -> None:
    prior = pass_through_state(record_answer(make_policy(MANAGER), make_live(MANAGER, PROVISION)))
    planned = plan(prior, make_policy(OWNERS))
    assert isinstance(planned, Refuse)
    assert '`policy_steps["grant"].steps[1]`' in planned.summary
    assert planned.advice.endswith("[provision-step]")


def test_a_held_step_of_the_live_policy_stops_an_update_of_the_steps() -> None:
    prior = record_answer(make_policy(MANAGER), make_live(MANAGER))
    planned = plan(prior, make_policy(OWNERS))
    assert isinstance(planned, Update)
    refused = build_body(
        planned, prior, make_policy(OWNERS), make_live(MANAGER, RUN), LifecycleOptions()
    )
    assert isinstance(refused, Refuse)
    assert refused.advice.endswith("[action-step]")


def test_the_steps_of_the_program_are_sent_if_the_rule_is_lowered() -> None:
    prior = pass_through_state(record_answer(make_policy(MANAGER), make_live(MANAGER, PROVISION)))
    planned = plan(prior, make_policy(OWNERS), LOWERED_RULES)
    assert isinstance(planned, Update)
    body = build_body(
        planned, prior, make_policy(OWNERS), make_live(MANAGER, PROVISION), LOWERED_RULES
    )
    assert body == {"policySteps": {"grant": {"steps": [{"approval": {"appOwners": {}}}]}}}


def test_a_preview_names_the_held_steps_that_the_update_drops() -> None:
    prior = pass_through_state(
        record_answer(make_policy(MANAGER), make_live(MANAGER, PROVISION, RUN))
    )
    planned = plan(prior, make_policy(OWNERS), LOWERED_RULES)
    [said] = list_warnings(planned, prior, make_policy(OWNERS), LOWERED_RULES)
    assert '`policy_steps["grant"].steps[1]`' in said
    assert said.endswith("the update drops them. [provision-step]")
    other = make_policy(MANAGER, description="new")
    assert list_warnings(plan(prior, other), prior, other, LifecycleOptions()) == []


def test_a_replacement_names_the_held_steps_that_it_drops() -> None:
    prior = pass_through_state(record_answer(make_policy(MANAGER), make_live(MANAGER, PROVISION)))
    desired = make_policy(MANAGER, scope={"app_id": "a"})
    planned = plan(prior, desired)
    assert isinstance(planned, Replace)
    [said] = list_warnings(planned, prior, desired, LifecycleOptions())
    assert "[provision-step]" in said


def test_a_provision_step_of_the_program_is_not_a_held_step() -> None:
    both = make_policy(MANAGER, PROVISION)
    prior = pass_through_state(record_answer(both, make_live(MANAGER, PROVISION)))
    assert prior.held == {}
    assert plan(prior, both, LOWERED_RULES) == NoOp()
    assert find_drift(prior, make_live(MANAGER)) != []


def test_a_provision_step_that_the_program_removes_becomes_a_held_step() -> None:
    """A state of 0.1.0 has provision steps; their removal from the program is not a change."""
    prior = pass_through_state(
        record_answer(make_policy(MANAGER, PROVISION), make_live(MANAGER, PROVISION))
    )
    assert plan(prior, make_policy(MANAGER)) == NoOp()
    assert isinstance(plan(prior, make_policy(OWNERS)), Refuse)


def test_a_held_step_stays_held_beside_an_action_step_of_the_program() -> None:
    """The program manages its action step, and not the tenant's provision step."""
    both = make_policy(MANAGER, RUN)
    current = make_live(MANAGER, PROVISION, RUN)
    action_only = LifecycleOptions(severities=severity.parse("action-step=off"))
    prior = pass_through_state(record_answer(both, current))
    assert prior.held == {'policy_steps["grant"].steps[1]': "provision-step"}
    assert plan(prior, both, action_only) == NoOp()
    assert find_drift(prior, current) == []
    assert refresh(prior, current).inputs == both
    refused = plan(prior, make_policy(OWNERS, RUN), action_only)
    assert isinstance(refused, Refuse)
    assert refused.advice.endswith("[provision-step]")
    allowed = plan(prior, make_policy(OWNERS, RUN), LOWERED_RULES)
    assert isinstance(allowed, Update)


FILLED: Tree = {"reject": {}}


def test_a_baseline_that_the_tenant_filled_in_is_neither_a_change_nor_drift() -> None:
    bare = make_policy(policy_steps=None)
    for first in (make_live(FILLED), answer(store(bare))):
        prior = pass_through_state(record_answer(bare, first))
        assert plan(prior, bare) == NoOp()
        assert find_drift(prior, make_live(FILLED)) == []
        assert refresh(prior, make_live(FILLED)).inputs == bare


def test_an_edit_of_a_baseline_that_the_tenant_filled_in_is_drift() -> None:
    bare = make_policy(policy_steps=None)
    prior = record_answer(bare, make_live(FILLED))
    edited = make_live({"accept": {}})
    assert find_drift(prior, edited) != []
    refreshed = refresh(prior, edited)
    planned = plan(refreshed, bare)
    assert isinstance(planned, Update)
    assert build_body(planned, refreshed, bare, edited, LifecycleOptions()) == {"policySteps": {}}


def test_a_reject_step_of_the_program_is_a_managed_step() -> None:
    denial = make_policy(FILLED)
    prior = record_answer(denial, make_live(FILLED))
    assert plan(prior, denial) == NoOp()
    assert isinstance(plan(prior, make_policy(MANAGER)), Update)


def test_the_user_that_the_tenant_chose_for_an_agent_is_neither_a_change_nor_drift() -> None:
    agent = {
        "agent_mode": "APPROVAL_AGENT_MODE_COMMENT_ONLY",
        "agent_failure_action": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
    }
    written = make_policy({"approval": {"agent": agent}})
    held = make_live({"approval": {"agent": agent | {"agent_user_id": "u"}}})
    prior = pass_through_state(record_answer(written, held))
    assert plan(prior, written) == NoOp()
    assert find_drift(prior, held) == []
    desired = make_policy({"approval": {"agent": agent | {"instructions": "look twice"}}})
    planned = plan(prior, desired)
    assert isinstance(planned, Update)
    body = build_body(planned, prior, desired, held, LifecycleOptions())
    assert "agentUserId" not in str(body)


@given(accepted_policies(), st.data())
def test_held_steps_at_any_place_are_neither_a_change_nor_drift(
    inputs: Tree, data: st.DataObject
) -> None:
    wire = store(inputs)
    for entry in wire.get("policySteps", {}).values():
        for _ in range(data.draw(st.integers(0, 2))):
            step = data.draw(st.sampled_from([PROVISION_WIRE, {"action": {}}]))
            entry["steps"].insert(data.draw(st.integers(0, len(entry["steps"]))), step)
    found = answer(wire)
    prior = pass_through_state(record_answer(inputs, found))
    assert plan(prior, inputs) == NoOp()
    assert find_drift(prior, found) == []
    assert refresh(prior, found).inputs == inputs


@given(accepted_policies(), st.data())
def test_held_steps_at_any_place_stop_only_updates_of_the_steps(
    inputs: Tree, data: st.DataObject
) -> None:
    wire = store(inputs)
    if not wire.get("policySteps"):
        return
    entry = wire["policySteps"][data.draw(st.sampled_from(sorted(wire["policySteps"])))]
    step = data.draw(st.sampled_from([PROVISION_WIRE, {"action": {}}]))
    entry["steps"].insert(data.draw(st.integers(0, len(entry["steps"]))), step)
    found = answer(wire)
    # The last read may be older than the step.
    prior = pass_through_state(
        record_answer(inputs, data.draw(st.sampled_from([found, answer(store(inputs))])))
    )

    described = inputs | {"description": "another text"}
    planned = plan(prior, described)
    assert isinstance(planned, Update)
    assert planned.mask == ("description",)
    body = build_body(planned, prior, described, found, LifecycleOptions())
    assert body == {"description": "another text"}

    lists = inputs["policy_steps"] | {"another key": {"steps": [OWNERS]}}
    changed = inputs | {"policy_steps": lists}
    preview = plan(prior, changed)
    refused = (
        build_body(preview, prior, changed, found, LifecycleOptions())
        if isinstance(preview, Update)
        else preview
    )
    assert isinstance(refused, Refuse)
    assert refused.advice.endswith("-step]")


PROVISION_WIRE: Tree = {"provision": {"provisionPolicy": {"connector": {"defaultBehavior": {}}}}}
