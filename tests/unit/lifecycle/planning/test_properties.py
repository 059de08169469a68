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
    edits,
    names_only,
    reports,
    writes_alike,
)
from tests.support.strategies import accepted_policies, policies
from tests.unit.lifecycle.planning.tenant import answer, raw_answer, stored, tags, updated

SEEDS = st.integers(0, 2**32 - 1)
IMMUTABLE = {"policy_type", "scope"}


def through_state(recorded: Prior) -> Prior:
    """The record after the engine has stored it: nulls dropped, every number a double."""
    text = json.dumps(_without_nulls(to_state(recorded)))
    return from_state(json.loads(text, parse_int=float))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


@st.composite
def edited(
    draw: st.DrawFn, *, mutable: bool = True, tagged: bool = False
) -> tuple[Tree, Tree, Edit]:
    """Inputs, what the tenant keeps of them, and one edit of that."""
    inputs = draw(policies())
    wire = stored(inputs, tagged=tagged)
    tree = decode(POLICY, wire)
    found = [
        edit
        for edit in edits(POLICY, tree)
        if (edit.path[0] not in IMMUTABLE) is mutable and writes_alike(tree, edit)
    ]
    edit = draw(st.sampled_from(found))
    note(repr(edit))
    return inputs, wire, edit


def with_edit(wire: Tree, edit: Edit) -> Tree:
    """The stored policy with the edit."""
    return stored(apply(decode(POLICY, wire), edit))


def sent(wire: Tree, planned: Update, recorded: Prior, desired: Tree, live: Tree) -> Tree:
    """Return what the tenant stores after the planned update of the stored policy `wire`."""
    body = build_body(planned, recorded, desired, live, LifecycleOptions())
    assert isinstance(body, dict), body
    assert set(body) == set(planned.mask)
    return updated(wire, body, planned.mask)


@given(accepted_policies())
def test_a_policy_that_tenants_accept_has_no_failure(inputs: Tree) -> None:
    assert [f for f in check(inputs) if f.severity == "error"] == []


@given(policies())
def test_inputs_survive_the_wire(inputs: Tree) -> None:
    there_and_back = decode(POLICY, json.loads(json.dumps(encode(POLICY, inputs))))
    assert compare(POLICY, inputs, there_and_back) == []
    assert canonicalize(POLICY, there_and_back) == canonicalize(POLICY, inputs)
    assert _keys(there_and_back) == _keys(inputs)


def _keys(policy: Tree) -> list[list[str]]:
    return [list(policy.get(name) or {}) for name in ("policy_steps", "annotations")]


@given(policies(), SEEDS)
def test_an_answer_survives_decode_and_encode(inputs: Tree, seed: int) -> None:
    """Whatever an answer holds, known to the model or not, stands in what is sent back."""
    wire = stored(inputs, tagged=True)
    again = stored(answer(wire, seed))
    assert tags(again) == tags(wire)
    assert compare(POLICY, decode(POLICY, again), inputs) == []


@given(policies(), SEEDS, SEEDS, st.booleans())
def test_nothing_to_do_after_creation(inputs: Tree, seed: int, later: int, newer: bool) -> None:
    wire = stored(inputs)
    recorded = record_answer(inputs, answer(wire, seed, newer=newer))
    assert plan(recorded, inputs) == NoOp()
    again = through_state(recorded)
    assert plan(again, inputs) == NoOp()
    live = answer(wire, later, newer=newer)
    assert find_drift(again, live) == []
    refreshed = refresh(again, live)
    assert refreshed.inputs == again.inputs
    assert plan(through_state(refreshed), inputs) == NoOp()


@given(policies(), SEEDS)
def test_a_record_keeps_the_spelling_of_the_program(inputs: Tree, seed: int) -> None:
    recorded = through_state(record_answer(inputs, answer(stored(inputs), seed)))
    assert recorded.inputs == _without_nulls(inputs)


@given(accepted_policies(), SEEDS)
def test_an_imported_policy_is_as_a_program_would_write_it(inputs: Tree, seed: int) -> None:
    """A policy that was never recorded reads as inputs without noise."""
    from pulumi_c1policy._lifecycle.planning.pruning import prune, strip

    live = answer(stored(inputs), seed)
    recorded = record_answer(strip(POLICY, prune(POLICY, live)), live)
    assert plan(through_state(recorded), inputs) == NoOp()
    assert check(recorded.inputs) == [] or all(
        f.severity == "warning" for f in check(recorded.inputs)
    )


@given(edited(tagged=True), SEEDS, SEEDS)
def test_live_edits_are_drift_at_their_own_path(
    case: tuple[Tree, Tree, Edit], seed: int, later: int
) -> None:
    inputs, wire, edit = case
    recorded = through_state(record_answer(inputs, answer(wire, seed)))
    live_wire = with_edit(wire, edit)
    live = answer(live_wire, later)
    foreign = edit.kind in ("key added", "set") and edit.path[0] == "annotations"
    if foreign:
        assert find_drift(recorded, live) == []
        assert plan(refresh(recorded, live), inputs) == NoOp()
        return
    found = find_drift(recorded, live)
    assert reports(found, edit), found
    refreshed = through_state(refresh(recorded, live))
    assert find_drift(refreshed, live) == []
    assert compare(POLICY, recorded.inputs, refreshed.inputs) == found
    planned = plan(refreshed, inputs)
    assert isinstance(planned, Update)
    assert names_only(edit, planned.mask)
    assert reports(list(planned.changes), edit)
    after = sent(live_wire, planned, refreshed, inputs, live)
    settled = record_answer(inputs, answer(after, seed))
    assert plan(through_state(settled), inputs) == NoOp()
    assert compare(POLICY, decode(POLICY, after), decode(POLICY, wire)) == []
    assert tags(after) == tags(live_wire) or edit.kind.endswith(AMONG_EQUALS)


@given(edited(tagged=True), SEEDS, SEEDS)
def test_desired_edits_are_sent_under_their_own_field(
    case: tuple[Tree, Tree, Edit], seed: int, later: int
) -> None:
    inputs, wire, edit = case
    recorded = through_state(record_answer(inputs, answer(wire, seed)))
    desired_wire = with_edit(wire, edit)
    desired = _known(decode(POLICY, desired_wire))
    planned = plan(recorded, desired)
    assert isinstance(planned, Update)
    assert names_only(edit, planned.mask)
    assert reports(list(planned.changes), edit)
    live = answer(wire, later)
    after = sent(wire, planned, recorded, desired, live)
    assert compare(POLICY, decode(POLICY, after), desired) == []
    assert tags(after) == tags(desired_wire) or edit.kind.endswith(AMONG_EQUALS)
    settled = record_answer(desired, answer(after, seed))
    assert plan(through_state(settled), desired) == NoOp()
    assert find_drift(through_state(settled), answer(after, later)) == []


def _known(tree: Any) -> Any:
    """A tree without the tenant's tags: what a program could write."""
    if isinstance(tree, dict):
        return {key: _known(item) for key, item in tree.items() if key != "newerField"}
    return [_known(item) for item in tree] if isinstance(tree, list) else tree


@given(edited(mutable=False), SEEDS)
def test_immutable_edits_replace(case: tuple[Tree, Tree, Edit], seed: int) -> None:
    inputs, wire, edit = case
    recorded = through_state(record_answer(inputs, answer(wire, seed)))
    planned = plan(recorded, apply(decode(POLICY, wire), edit))
    assert isinstance(planned, Replace)
    assert planned.fields == (edit.field.name,)
    assert reports(list(planned.changes), edit)


@given(edited(), edited(), SEEDS)
def test_two_edits_at_once_meet(
    case: tuple[Tree, Tree, Edit], unrelated: tuple[Tree, Tree, Edit], seed: int
) -> None:
    """Any policy becomes any other of its type and scope with one update."""
    inputs, wire, edit = case
    desired = unrelated[0] | {"policy_type": inputs["policy_type"]}
    desired.pop("scope", None)
    desired |= {"scope": inputs["scope"]} if "scope" in inputs else {}
    recorded = record_answer(inputs, answer(wire, seed))
    live_wire = with_edit(wire, edit)
    live = answer(live_wire, seed + 1)
    refreshed = refresh(recorded, live)
    planned = plan(refreshed, desired)
    assume(isinstance(planned, Update))
    assert isinstance(planned, Update)
    assert list(planned.mask) == sorted(set(planned.mask))
    after = sent(live_wire, planned, refreshed, desired, live)
    settled = record_answer(desired, answer(after, seed))
    assert plan(through_state(settled), desired) == NoOp()
    assert find_drift(through_state(settled), raw_decoded(after, seed + 2)) == []


def raw_decoded(wire: Tree, seed: int) -> Tree:
    """An answer as it arrives."""
    return decode(POLICY, json.loads(json.dumps(raw_answer(wire, seed))))


def filled(wire: Tree) -> Tree:
    """Return what a tenant stores that sets defaults of its own on creation."""
    if isinstance(wire, dict):
        out = {name: filled(value) for name, value in wire.items()}
        if isinstance(wire.get("approval"), dict):
            out["approval"] = {"allowReassignment": True} | out["approval"]
        if isinstance(wire.get("wait"), dict):
            out["wait"] = {"name": "Wait"} | out["wait"]
        return out
    return [filled(item) for item in wire] if isinstance(wire, list) else wire


FILLED = ("allow_reassignment", "name")
KEEPS_ALL = ("set", "changed", "items swapped", "item added", "item put first")


@given(policies(), SEEDS, st.data())
def test_defaults_of_the_tenant_are_neither_changes_nor_lost(
    inputs: Tree, seed: int, data: st.DataObject
) -> None:
    wire = filled(stored(inputs, tagged=True))
    live = answer(wire, seed)
    recorded = through_state(record_answer(inputs, live))
    assert recorded.inputs == _without_nulls(inputs)
    assert plan(recorded, inputs) == NoOp()
    assert refresh(recorded, answer(wire, seed + 1)).inputs == recorded.inputs
    written = decode(POLICY, stored(inputs))
    found = [
        e for e in edits(POLICY, written) if e.path[0] not in IMMUTABLE and writes_alike(written, e)
    ]
    edit = data.draw(st.sampled_from(found))
    desired = apply(written, edit)
    planned = plan(recorded, desired)
    if any(edit.path[-1] == name for name in FILLED) and isinstance(planned, NoOp):
        return
    assert isinstance(planned, Update)
    assert reports(list(planned.changes), edit)
    after = sent(wire, planned, recorded, desired, live)
    for change in compare(POLICY, desired, decode(POLICY, after)):
        assert (change.kind, change.path[-1] in FILLED) == ("add", True), change
    if edit.kind in KEEPS_ALL:
        assert str(after).count("'allowReassignment': True") >= str(wire).count(
            "'allowReassignment': True"
        )
    settled = through_state(record_answer(desired, answer(after, seed)))
    assert plan(settled, desired) == NoOp()
    assert find_drift(settled, answer(after, seed + 1)) == []


@given(policies(), SEEDS, st.data())
def test_an_edit_beside_defaults_of_the_tenant_is_drift_and_undone(
    inputs: Tree, seed: int, data: st.DataObject
) -> None:
    wire = filled(stored(inputs))
    recorded = through_state(record_answer(inputs, answer(wire, seed)))
    tree = decode(POLICY, wire)
    found = [
        edit
        for edit in edits(POLICY, tree)
        if edit.path[0] not in {*IMMUTABLE, "annotations"} and writes_alike(tree, edit)
    ]
    edit = data.draw(st.sampled_from(found))
    live_wire = with_edit(wire, edit)
    live = answer(live_wire, seed + 1)
    assert reports(find_drift(recorded, live), edit)
    refreshed = through_state(refresh(recorded, live))
    assert find_drift(refreshed, live) == []
    planned = plan(refreshed, inputs)
    if edit.kind == "removed" and edit.path[-1] in FILLED and isinstance(planned, NoOp):
        return  # The default is gone, and the program never asked for it.
    assert isinstance(planned, Update)
    assert names_only(edit, planned.mask)
    assert reports(list(planned.changes), edit)
    after = sent(live_wire, planned, refreshed, inputs, live)
    settled = through_state(record_answer(inputs, answer(after, seed)))
    assert plan(settled, inputs) == NoOp()
    for change in compare(POLICY, decode(POLICY, wire), decode(POLICY, after)):
        assert (
            change.path[: len(edit.path)] == edit.path
            or edit.path[: len(change.path)] == change.path
        ), change
