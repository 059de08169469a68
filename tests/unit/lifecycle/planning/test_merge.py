"""Merging and respelling neither lose nor add values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._lifecycle.planning.align import align_items
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.merge import Side, merge
from pulumi_c1policy._lifecycle.planning.pruning import prune, strip
from pulumi_c1policy._lifecycle.planning.respell import respell
from pulumi_c1policy._model.normalize import canonicalize
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.steps import POLICY_STEPS
from pulumi_c1policy._model.tree import Tree
from tests.support.strategies import policies
from tests.unit.lifecycle.planning.tenant_answers import answer, store

SEEDS = st.integers(0, 2**32 - 1)
SIDES = st.sampled_from(["ours", "theirs"])


def _list_leaves(value: Any) -> Iterator[str]:
    """List the leaves of a canonical tree without their paths."""
    if isinstance(value, dict | list) and value:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _list_leaves(item)
    else:
        yield repr(value)


@given(policies(), policies(), policies(), SIDES)
def test_a_merge_has_only_values_of_its_sides(
    base: Tree, theirs: Tree, ours: Tree, prefer: Side
) -> None:
    theirs = prune(POLICY, theirs)
    merged = canonicalize(POLICY, merge(POLICY, base=base, theirs=theirs, ours=ours, prefer=prefer))
    known = {
        *_list_leaves(canonicalize(POLICY, theirs)),
        *_list_leaves(canonicalize(POLICY, ours)),
        "{}",
        "[]",
    }
    assert set(_list_leaves(merged)) <= known


@given(policies(), policies(), SIDES)
def test_a_merge_takes_the_only_side_that_changed(base: Tree, other: Tree, prefer: Side) -> None:
    base, other = prune(POLICY, base), prune(POLICY, other)
    ours = merge(POLICY, base=base, theirs=base, ours=other, prefer=prefer)
    assert compare(POLICY, ours, other) == []
    theirs = merge(POLICY, base=base, theirs=other, ours=base, prefer=prefer)
    assert compare(POLICY, theirs, other) == []


@given(policies(), SIDES)
def test_a_merge_takes_a_change_that_both_sides_made(policy: Tree, prefer: Side) -> None:
    merged = merge(POLICY, base={}, theirs=prune(POLICY, policy), ours=policy, prefer=prefer)
    assert compare(POLICY, merged, policy) == []


@given(policies(), policies(), SEEDS)
def test_respelling_keeps_the_meaning_of_the_answer(written: Tree, other: Tree, seed: int) -> None:
    """Only the spelling of the program's inputs is used, and none of their values."""
    live = prune(POLICY, answer(store(other), seed))
    assert compare(POLICY, respell(POLICY, written, live), live) == []


@given(policies(), SEEDS)
def test_respelling_restores_the_spelling_of_the_program(written: Tree, seed: int) -> None:
    live = strip(POLICY, prune(POLICY, answer(store(written), seed)))
    assert respell(POLICY, written, live) == written


@given(policies(), SEEDS, SEEDS)
def test_answers_that_differ_in_spelling_are_pruned_to_one_form(
    inputs: Tree, seed: int, later: int
) -> None:
    one, other = (strip(POLICY, prune(POLICY, answer(store(inputs), s))) for s in (seed, later))
    assert _remove_leaves(one) == _remove_leaves(other)


def _remove_leaves(value: Any) -> Any:
    """Return a tree without its leaves, whose spelling may differ."""
    if isinstance(value, dict):
        return {key: _remove_leaves(item) for key, item in value.items()}
    return [_remove_leaves(item) for item in value] if isinstance(value, list) else None


ALIGNED: dict[str, tuple[str, str, dict[int, int]]] = {
    "the same": ("abc", "abc", {0: 0, 1: 1, 2: 2}),
    "one more at the end": ("abc", "ab", {0: 0, 1: 1}),
    "one more at the beginning": ("xab", "ab", {1: 0, 2: 1}),
    "one less": ("ac", "abc", {0: 0, 1: 2}),
    "changed in place": ("axc", "abc", {0: 0, 1: 1, 2: 2}),
    "changed to its neighbour": ("bbc", "abc", {0: 0, 1: 1, 2: 2}),
    "swapped": ("bac", "abc", {0: 1, 1: 0, 2: 2}),
    "moved to the end": ("bca", "abc", {0: 1, 1: 2, 2: 0}),
    "nothing in common, other length": ("xy", "abc", {}),
    "from nothing": ("ab", "", {}),
}


@pytest.mark.parametrize(("new", "old", "pairs"), ALIGNED.values(), ids=ALIGNED)
def test_items_of_two_lists_are_paired(new: str, old: str, pairs: dict[int, int]) -> None:
    rules = POLICY.fields["rules"]
    sides = ([{"condition": text, "step_key": text} for text in side] for side in (new, old))
    assert align_items(rules, *sides) == pairs


def test_items_of_lists_of_different_lengths_are_paired_by_similarity() -> None:
    rules = POLICY.fields["rules"]
    old = [{"condition": "a", "step_key": "x"}, {"condition": "b", "step_key": "y"}]
    new = [
        {"condition": "new", "policy_id": "p"},
        {"condition": "a", "step_key": "x"},
        {"condition": "c", "policy_id": "q"},
        {"condition": "b2", "step_key": "y"},
        {"condition": "d", "policy_id": "r"},
    ]
    assert align_items(rules, new, old) == {1: 0}
    steps = POLICY_STEPS.fields["steps"]
    manager = {"manager": {"fallback": True}, "allow_delegation": True}
    before = [{"approval": manager}]
    after = [{"accept": {}}, {"approval": manager | {"require_denial_reason": True}}]
    assert align_items(steps, after, before) == {1: 0}


CONFLICTS: list[tuple[str, Tree, Tree, Tree, Side, Tree]] = [
    ("ours wins", {"a": 1}, {"a": 2}, {"a": 3}, "ours", {"a": 3}),
    ("theirs wins", {"a": 1}, {"a": 2}, {"a": 3}, "theirs", {"a": 2}),
    ("both keep", {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 3}, "ours", {"a": 2, "b": 3}),
    ("ours deletes", {"a": 1, "b": 1}, {"a": 1, "b": 1}, {"b": 1}, "theirs", {"b": 1}),
    ("theirs deletes", {"a": 1, "b": 1}, {"b": 1}, {"a": 1, "b": 1}, "ours", {"b": 1}),
    ("theirs adds", {}, {"a": 1}, {}, "ours", {"a": 1}),
    ("deleted against changed", {"a": 1}, {}, {"a": 2}, "theirs", {}),
    ("changed against deleted", {"a": 1}, {"a": 2}, {}, "theirs", {"a": 2}),
]


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "prefer", "expected"),
    [pytest.param(*case[1:], id=case[0]) for case in CONFLICTS],
)
def test_a_merge_combines_the_changes_of_both_sides(
    base: Tree, theirs: Tree, ours: Tree, prefer: Side, expected: Tree
) -> None:
    """Each number stands for a step with this text under a key of the steps."""

    def policy(keys: Tree) -> Tree:
        return {
            "policy_steps": {
                key: {"steps": [{"accept": {"accept_message": str(number)}}]}
                for key, number in keys.items()
            }
        }

    sides = {"base": policy(base), "theirs": policy(theirs), "ours": policy(ours)}
    merged = merge(POLICY, **sides, prefer=prefer)
    assert compare(POLICY, merged, policy(expected)) == []


@pytest.mark.parametrize("prefer", ["ours", "theirs"])
def test_a_merge_of_two_kinds_keeps_the_preferred_one(prefer: Side) -> None:
    def policy(kind: str) -> Tree:
        return {"policy_steps": {"grant": {"steps": [{"approval": {kind: {}}}]}}}

    base, theirs, ours = policy("manager"), policy("app_owners"), policy("self")
    merged = merge(POLICY, base=base, theirs=theirs, ours=ours, prefer=prefer)
    assert merged == {"ours": ours, "theirs": theirs}[prefer]
