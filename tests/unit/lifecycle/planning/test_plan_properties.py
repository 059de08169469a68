"""Properties of every policy: no false change, no missed drift, and updates that converge."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given, note
from hypothesis import strategies as st

from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import Prior, find_drift, record_answer, refresh
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, to_state
from pulumi_c1policy._model.normalize import canonicalize
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode, encode
from tests.support.edits import (
    AMONG_EQUALS,
    Edit,
    apply,
    changes_match_edit,
    is_minimal_mask,
    keeps_rejected_steps,
    list_edits,
)
from tests.support.strategies import accepted_policies, policies
from tests.unit.lifecycle.planning.tenant_answers import (
    answer,
    answer_raw,
    apply_update,
    list_tags,
    store,
)

SEEDS = st.integers(0, 2**32 - 1)
IMMUTABLE = {"policy_type", "scope"}


def pass_through_state(prior: Prior) -> Prior:
    """Return a record after its way through the state: without nulls, with numbers as doubles."""
    text = json.dumps(_remove_nulls(to_state(prior)))
    return from_state(json.loads(text, parse_int=float))


def _remove_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _remove_nulls(item) for key, item in value.items() if item is not None}
    return [_remove_nulls(item) for item in value] if isinstance(value, list) else value


@st.composite
def edited_policies(
    draw: st.DrawFn, *, mutable: bool = True, tagged: bool = False
) -> tuple[Tree, Tree, Edit]:
    """Generate inputs, the policy that the tenant stores for them, and one edit of it."""
    inputs = draw(policies())
    wire = store(inputs, tagged=tagged)
    tree = decode(POLICY, wire)
    found = [
        edit
        for edit in list_edits(POLICY, tree)
        if (edit.path[0] not in IMMUTABLE) is mutable and keeps_rejected_steps(tree, edit)
    ]
    edit = draw(st.sampled_from(found))
    note(repr(edit))
    return inputs, wire, edit


def apply_edit(wire: Tree, edit: Edit) -> Tree:
    """Return the stored policy with the edit."""
    return store(apply(decode(POLICY, wire), edit))


def store_update(wire: Tree, planned: Update, prior: Prior, desired: Tree, live: Tree) -> Tree:
    """Return what the tenant stores after the planned update of the stored policy `wire`."""
    body = build_body(planned, prior, desired, live, LifecycleOptions())
    assert isinstance(body, dict), body
    assert set(body) == set(planned.mask)
    return apply_update(wire, body, planned.mask)


@given(accepted_policies())
def test_a_policy_that_tenants_accept_has_no_failure(inputs: Tree) -> None:
    assert [f for f in check(inputs) if f.severity == "error"] == []


@given(policies())
def test_inputs_survive_the_wire(inputs: Tree) -> None:
    there_and_back = decode(POLICY, json.loads(json.dumps(encode(POLICY, inputs))))
    assert compare(POLICY, inputs, there_and_back) == []
    assert canonicalize(POLICY, there_and_back) == canonicalize(POLICY, inputs)
    assert _list_keys(there_and_back) == _list_keys(inputs)


def _list_keys(policy: Tree) -> list[list[str]]:
    return [list(policy.get(name) or {}) for name in ("policy_steps", "annotations")]


@given(policies(), SEEDS)
def test_an_answer_survives_decode_and_encode(inputs: Tree, seed: int) -> None:
    """Fields that the model does not know are sent back, too."""
    wire = store(inputs, tagged=True)
    again = store(answer(wire, seed))
    assert list_tags(again) == list_tags(wire)
    assert compare(POLICY, decode(POLICY, again), inputs) == []


@given(policies(), SEEDS, SEEDS, st.booleans())
def test_a_created_policy_has_no_change(inputs: Tree, seed: int, later: int, newer: bool) -> None:
    wire = store(inputs)
    prior = record_answer(inputs, answer(wire, seed, newer=newer))
    assert plan(prior, inputs) == NoOp()
    again = pass_through_state(prior)
    assert plan(again, inputs) == NoOp()
    live = answer(wire, later, newer=newer)
    assert find_drift(again, live) == []
    refreshed = refresh(again, live)
    assert refreshed.inputs == again.inputs
    assert plan(pass_through_state(refreshed), inputs) == NoOp()


@given(policies(), SEEDS)
def test_a_record_keeps_the_spelling_of_the_program(inputs: Tree, seed: int) -> None:
    prior = pass_through_state(record_answer(inputs, answer(store(inputs), seed)))
    assert prior.inputs == _remove_nulls(inputs)


@given(accepted_policies(), SEEDS)
def test_the_inputs_of_an_imported_policy_have_no_noise(inputs: Tree, seed: int) -> None:
    """The policy has no prior."""
    from pulumi_c1policy._lifecycle.planning.pruning import prune, strip

    live = answer(store(inputs), seed)
    prior = record_answer(strip(POLICY, prune(POLICY, live)), live)
    assert plan(pass_through_state(prior), inputs) == NoOp()
    assert check(prior.inputs) == [] or all(f.severity == "warning" for f in check(prior.inputs))


@given(edited_policies(tagged=True), SEEDS, SEEDS)
def test_live_edits_are_drift_at_their_own_path(
    case: tuple[Tree, Tree, Edit], seed: int, later: int
) -> None:
    inputs, wire, edit = case
    prior = pass_through_state(record_answer(inputs, answer(wire, seed)))
    live_wire = apply_edit(wire, edit)
    live = answer(live_wire, later)
    foreign = edit.kind in ("key added", "set") and edit.path[0] == "annotations"
    if foreign:
        assert find_drift(prior, live) == []
        assert plan(refresh(prior, live), inputs) == NoOp()
        return
    found = find_drift(prior, live)
    assert changes_match_edit(found, edit), found
    refreshed = pass_through_state(refresh(prior, live))
    assert find_drift(refreshed, live) == []
    assert compare(POLICY, prior.inputs, refreshed.inputs) == found
    planned = plan(refreshed, inputs)
    assert isinstance(planned, Update)
    assert is_minimal_mask(edit, planned.mask)
    assert changes_match_edit(list(planned.changes), edit)
    after = store_update(live_wire, planned, refreshed, inputs, live)
    settled = record_answer(inputs, answer(after, seed))
    assert plan(pass_through_state(settled), inputs) == NoOp()
    assert compare(POLICY, decode(POLICY, after), decode(POLICY, wire)) == []
    assert list_tags(after) == list_tags(live_wire) or edit.kind.endswith(AMONG_EQUALS)


@given(edited_policies(tagged=True), SEEDS, SEEDS)
def test_desired_edits_are_sent_under_their_own_field(
    case: tuple[Tree, Tree, Edit], seed: int, later: int
) -> None:
    inputs, wire, edit = case
    prior = pass_through_state(record_answer(inputs, answer(wire, seed)))
    desired_wire = apply_edit(wire, edit)
    desired = _remove_tags(decode(POLICY, desired_wire))
    planned = plan(prior, desired)
    assert isinstance(planned, Update)
    assert is_minimal_mask(edit, planned.mask)
    assert changes_match_edit(list(planned.changes), edit)
    live = answer(wire, later)
    after = store_update(wire, planned, prior, desired, live)
    assert compare(POLICY, decode(POLICY, after), desired) == []
    assert list_tags(after) == list_tags(desired_wire) or edit.kind.endswith(AMONG_EQUALS)
    settled = record_answer(desired, answer(after, seed))
    assert plan(pass_through_state(settled), desired) == NoOp()
    assert find_drift(pass_through_state(settled), answer(after, later)) == []


def _remove_tags(tree: Any) -> Any:
    """Return a tree without the tenant's tags, as a program can write it."""
    if isinstance(tree, dict):
        return {key: _remove_tags(item) for key, item in tree.items() if key != "newerField"}
    return [_remove_tags(item) for item in tree] if isinstance(tree, list) else tree


@given(edited_policies(mutable=False), SEEDS)
def test_an_edit_of_an_immutable_field_replaces_the_policy(
    case: tuple[Tree, Tree, Edit], seed: int
) -> None:
    inputs, wire, edit = case
    prior = pass_through_state(record_answer(inputs, answer(wire, seed)))
    planned = plan(prior, apply(decode(POLICY, wire), edit))
    assert isinstance(planned, Replace)
    assert planned.fields == (edit.field.name,)
    assert changes_match_edit(list(planned.changes), edit)


@given(edited_policies(), edited_policies(), SEEDS)
def test_one_update_turns_any_policy_into_any_other(
    case: tuple[Tree, Tree, Edit], unrelated: tuple[Tree, Tree, Edit], seed: int
) -> None:
    """Both policies have the same type and scope."""
    inputs, wire, edit = case
    desired = unrelated[0] | {"policy_type": inputs["policy_type"]}
    desired.pop("scope", None)
    desired |= {"scope": inputs["scope"]} if "scope" in inputs else {}
    prior = record_answer(inputs, answer(wire, seed))
    live_wire = apply_edit(wire, edit)
    live = answer(live_wire, seed + 1)
    refreshed = refresh(prior, live)
    planned = plan(refreshed, desired)
    assume(isinstance(planned, Update))
    assert isinstance(planned, Update)
    assert list(planned.mask) == sorted(set(planned.mask))
    after = store_update(live_wire, planned, refreshed, desired, live)
    settled = record_answer(desired, answer(after, seed))
    assert plan(pass_through_state(settled), desired) == NoOp()
    assert find_drift(pass_through_state(settled), decode_raw(after, seed + 2)) == []


def decode_raw(wire: Tree, seed: int) -> Tree:
    """Decode an answer without changes."""
    return decode(POLICY, json.loads(json.dumps(answer_raw(wire, seed))))


def store_with_defaults(wire: Tree) -> Tree:
    """Return what a tenant stores that sets defaults of its own on creation."""
    if isinstance(wire, dict):
        out = {name: store_with_defaults(value) for name, value in wire.items()}
        if isinstance(wire.get("approval"), dict):
            out["approval"] = {"allowReassignment": True} | out["approval"]
        if isinstance(wire.get("wait"), dict):
            out["wait"] = {"name": "Wait"} | out["wait"]
        return out
    return [store_with_defaults(item) for item in wire] if isinstance(wire, list) else wire


FILLED = ("allow_reassignment", "name")
KEEPS_ALL = ("set", "changed", "items swapped", "item added", "item put first")


@given(policies(), SEEDS, st.data())
def test_defaults_of_the_tenant_are_kept_and_are_not_changes(
    inputs: Tree, seed: int, data: st.DataObject
) -> None:
    wire = store_with_defaults(store(inputs, tagged=True))
    live = answer(wire, seed)
    prior = pass_through_state(record_answer(inputs, live))
    assert prior.inputs == _remove_nulls(inputs)
    assert plan(prior, inputs) == NoOp()
    assert refresh(prior, answer(wire, seed + 1)).inputs == prior.inputs
    written = decode(POLICY, store(inputs))
    found = [
        e
        for e in list_edits(POLICY, written)
        if e.path[0] not in IMMUTABLE and keeps_rejected_steps(written, e)
    ]
    edit = data.draw(st.sampled_from(found))
    desired = apply(written, edit)
    planned = plan(prior, desired)
    if any(edit.path[-1] == name for name in FILLED) and isinstance(planned, NoOp):
        return
    assert isinstance(planned, Update)
    assert changes_match_edit(list(planned.changes), edit)
    after = store_update(wire, planned, prior, desired, live)
    for change in compare(POLICY, desired, decode(POLICY, after)):
        assert (change.kind, change.path[-1] in FILLED) == ("add", True), change
    if edit.kind in KEEPS_ALL:
        assert str(after).count("'allowReassignment': True") >= str(wire).count(
            "'allowReassignment': True"
        )
    settled = pass_through_state(record_answer(desired, answer(after, seed)))
    assert plan(settled, desired) == NoOp()
    assert find_drift(settled, answer(after, seed + 1)) == []


@given(policies(), SEEDS, st.data())
def test_an_edit_beside_defaults_of_the_tenant_is_drift_and_undone(
    inputs: Tree, seed: int, data: st.DataObject
) -> None:
    wire = store_with_defaults(store(inputs))
    prior = pass_through_state(record_answer(inputs, answer(wire, seed)))
    tree = decode(POLICY, wire)
    found = [
        edit
        for edit in list_edits(POLICY, tree)
        if edit.path[0] not in {*IMMUTABLE, "annotations"} and keeps_rejected_steps(tree, edit)
    ]
    edit = data.draw(st.sampled_from(found))
    live_wire = apply_edit(wire, edit)
    live = answer(live_wire, seed + 1)
    assert changes_match_edit(find_drift(prior, live), edit)
    refreshed = pass_through_state(refresh(prior, live))
    assert find_drift(refreshed, live) == []
    planned = plan(refreshed, inputs)
    if edit.kind == "removed" and edit.path[-1] in FILLED and isinstance(planned, NoOp):
        return  # The default is gone, and the program never asked for it.
    assert isinstance(planned, Update)
    assert is_minimal_mask(edit, planned.mask)
    assert changes_match_edit(list(planned.changes), edit)
    after = store_update(live_wire, planned, refreshed, inputs, live)
    settled = pass_through_state(record_answer(inputs, answer(after, seed)))
    assert plan(settled, inputs) == NoOp()
    for change in compare(POLICY, decode(POLICY, wire), decode(POLICY, after)):
        assert (
            change.path[: len(edit.path)] == edit.path
            or edit.path[: len(change.path)] == change.path
        ), change
