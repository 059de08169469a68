"""Each field of the model is sent, read, compared and updated."""

from __future__ import annotations

import pytest

from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import find_drift, record_answer, refresh
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, to_state
from pulumi_c1policy._model.paths import get_at
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import decode
from tests.support.edits import (
    apply,
    changes_match_edit,
    is_minimal_mask,
    keeps_rejected_steps,
    list_edits,
)
from tests.unit.lifecycle.planning.specimens import PLACES, Place, find_path, make_specimen
from tests.unit.lifecycle.planning.tenant_answers import answer, apply_update, store

BESIDE = {
    *("provision-step", "action-step", "fallback-nobody", "agent-mode", "agent-failure-action"),
    *("agent-policies", "agent-reassign", "agent-user", "policy-type"),
}
SETTABLE = [
    pytest.param(place, id=repr(place))
    for place in PLACES
    if not (place.field.output_only or place.field.ignored)
]


@pytest.mark.parametrize("place", SETTABLE)
def test_a_field_can_be_set_and_is_kept(place: Place) -> None:
    inputs = make_specimen(place)
    assert get_at(inputs, find_path(place)) is not None
    # The specimen of one field lacks the fields that tenants require beside it.
    assert [f for f in check(inputs) if f.severity == "error" and f.rule not in BESIDE] == []
    for seed in range(4):
        prior = from_state(to_state(record_answer(inputs, answer(store(inputs), seed))))
        assert prior.inputs == inputs
        assert find_drift(prior, answer(store(inputs), seed + 1)) == []


@pytest.mark.parametrize("place", SETTABLE)
def test_every_edit_of_a_field_is_reported_and_undone(place: Place) -> None:
    """The edit is in the tenant or in the program."""
    inputs, path = make_specimen(place), find_path(place)
    wire = store(inputs)
    tree = decode(POLICY, wire)
    if place.field.alias_of:
        path = (*path[:-1], place.field.alias_of)
    above = path[:-1] if place.field.oneof else path
    found = [
        edit
        for edit in list_edits(POLICY, tree)
        if any(changed[: len(above)] == above for changed, _ in edit.places)
        and keeps_rejected_steps(tree, edit)
    ]
    if place.field.refused_by or place.field.name == "agent_user_id":
        return
    assert found
    prior = record_answer(inputs, answer(wire))
    for seed, edit in enumerate(found):
        other = apply(tree, edit)
        planned = plan(prior, other)
        if edit.field.immutable:
            assert isinstance(planned, Replace)
            continue
        assert isinstance(planned, Update)
        assert changes_match_edit(list(planned.changes), edit), edit
        if edit.field.merge and edit.kind in ("key added", "set"):
            continue  # On the tenant, it would be an annotation of others.
        live = answer(store(other), seed)
        assert changes_match_edit(find_drift(prior, live), edit), edit
        refreshed = refresh(prior, live)
        undo = plan(refreshed, inputs)
        assert isinstance(undo, Update)
        assert is_minimal_mask(edit, undo.mask)
        body = build_body(undo, refreshed, inputs, live, LifecycleOptions())
        assert isinstance(body, dict)
        after = apply_update(store(other), body, undo.mask)
        assert compare(POLICY, decode(POLICY, after), inputs) == []
        assert plan(record_answer(inputs, answer(after, seed)), inputs) == NoOp()
