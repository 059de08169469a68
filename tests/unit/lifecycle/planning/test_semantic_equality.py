"""Semantic equality: spellings that no diff may show, and their near
misses.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, Update, plan
from pulumi_c1policy._lifecycle.planning.prior import record_answer
from pulumi_c1policy._lifecycle.planning.update_mask import make_mask
from pulumi_c1policy._model.approval import APPROVAL
from pulumi_c1policy._model.normalize import are_equal, canonicalize
from pulumi_c1policy._model.paths import Path, get_at
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._model.unknown import UNKNOWN
from tests.support.strategies import accepted_policies, policies
from tests.unit.lifecycle.planning.tenant_answers import answer, stored

GRANT = {"display_name": "x", "policy_type": "POLICY_TYPE_GRANT"}


def step(**kind: Any) -> Tree:
    """A policy of that one step."""
    return {"policy_steps": {"grant": {"steps": [kind]}}}


def approval(**fields: Any) -> Tree:
    """A policy of one approval, by the manager unless said otherwise."""
    return step(approval={"manager": {}} | fields)


def users(*ids: str) -> Tree:
    return step(approval={"users": {"user_ids": list(ids)}})


def wait(duration: Any) -> Tree:
    return step(wait={"duration": {"duration": duration}})


def escalation(**fields: Any) -> Tree:
    return approval(escalation_enabled=True, escalation={"skip_step": {}} | fields)


def account(config: Any) -> Tree:
    connector = {"account": {"config": config}}
    return step(provision={"provision_policy": {"connector": connector}})


def form(**field: Any) -> Tree:
    return step(form={"form": {"fields": [{"name": "f"} | field]}})


def rule(**fields: Any) -> Tree:
    return {"rules": [{"condition": "true"} | fields]}


SAME: list[tuple[str, Tree, Tree]] = [
    ("null and absent", {"description": None}, {}),
    ("empty text and absent", {"description": ""}, {}),
    ("false and absent", approval(allow_reassignment=False), approval()),
    ("an empty list and absent", {"rules": []}, {}),
    ("an empty map and absent", {"policy_steps": {}}, {}),
    ("an empty message and absent", step(provision={"provision_target": {}}), step(provision={})),
    ("a message of zeros and absent", {"scope": {"app_id": "", "slot": None}}, {}),
    (
        "an enum's zero and absent",
        {"scope": {"app_id": "a", "slot": "POLICY_SCOPE_SLOT_UNSPECIFIED"}},
        {"scope": {"app_id": "a"}},
    ),
    ("a number's zero and absent", escalation(expiration=0), escalation()),
    ("a text's zero of a number and absent", escalation(expiration="0"), escalation()),
    ("hours and seconds", wait("1h"), wait("3600s")),
    ("a number of seconds", wait(3600), wait("3600s")),
    ("a double of seconds", wait(3600.0), wait("1h")),
    ("a timedelta", wait(timedelta(hours=1)), wait("3600s")),
    ("mixed units", wait("1h30m"), wait("5400s")),
    ("a padded fraction", wait("3600.000s"), wait("3600s")),
    ("a number as text", escalation(expiration=3600), escalation(expiration="3600")),
    ("a number as a double", escalation(expiration=3600.0), escalation(expiration="3600")),
    ("a number of seconds as a span", escalation(expiration="1h"), escalation(expiration=3600)),
    ("users in another order", users("a", "b"), users("b", "a")),
    ("a user named twice", users("a", "a"), users("a")),
    (
        "groups in another order",
        approval(manager={"fallback_group_ids": [{"app_id": "1"}, {"app_id": "2"}]}),
        approval(manager={"fallback_group_ids": [{"app_id": "2"}, {"app_id": "1"}]}),
    ),
    ("the old spelling of a step key", rule(policy_key="a"), rule(step_key="a")),
    ("both spellings", rule(policy_key="a", step_key="a"), rule(step_key="a")),
    ("an emptied preferred spelling", rule(step_key="", policy_key="a"), rule(step_key="a")),
    (
        "a disabled escalation",
        approval(escalation={"expiration": 1, "skip_step": {}}),
        approval(escalation_enabled=False),
    ),
    ("ignored fields", {"reassign_tasks_to_delegates": True}, {}),
    ("the tenant's own fields", {"id": "1", "updated_at": "now", "system_builtin": False}, {}),
    ("the step's own fields", approval(assigned=True), approval()),
    ("fields of a newer API", approval(brand_new={"a": 1}), approval()),
    ("an annotation that is deleted anyway", {"annotations": {"a": ""}}, {}),
    ("a null in free-form data", account({"a": "b", "c": None}), account({"a": "b"})),
    ("a whole double in free-form data", account({"a": 1.0}), account({"a": 1})),
    ("an empty rule set of a form field", form(bool_field={"rules": {}}), form(bool_field={})),
]

DIFFERENT: list[tuple[str, Tree, Tree, list[str | int]]] = [
    ("true and absent", approval(allow_delegation=True), approval(), ["allow_delegation"]),
    ("another kind", step(accept={}), step(reject={}), ["accept", "reject"]),
    ("an empty kind and none", step(accept={}), step(), ["accept"]),
    (
        "an empty member of a oneof that may be unset, and none",
        step(provision={"provision_policy": {"connector": {"default_behavior": {}}}}),
        step(provision={"provision_policy": {"connector": {}}}),
        ["default_behavior"],
    ),
    (
        "a zero that is not nothing",
        form(int64_field={"default_value": 0}),
        form(int64_field={}),
        ["default_value"],
    ),
    (
        "today and any day",
        form(string_field={"date_field": {"min_days_from_today": 0}}),
        form(string_field={"date_field": {}}),
        ["min_days_from_today"],
    ),
    ("a second more", wait("3600s"), wait("3601s"), ["duration"]),
    ("a fraction more", wait("3600s"), wait("3600.5s"), ["duration"]),
    (
        "expressions in another order",
        step(approval={"expression": {"expressions": ["a", "b"]}}),
        step(approval={"expression": {"expressions": ["b", "a"]}}),
        [0, 1],
    ),
    ("one and true in free-form data", account({"a": 1}), account({"a": True}), ["a"]),
    ("zero and false in free-form data", account({"a": 0}), account({"a": False}), ["a"]),
    ("an empty text in free-form data", account({"a": "", "b": 1}), account({"b": 1}), ["a"]),
    ("text and number in free-form data", account({"a": "1"}), account({"a": 1}), ["a"]),
    ("a key's case", {"policy_steps": {"a_b": {}}}, {"policy_steps": {"aB": {}}}, ["aB", "a_b"]),
    ("an empty list of steps and none", {"policy_steps": {"a": {}}}, {}, ["policy_steps"]),
    ("blanks in a condition", rule(condition="a"), rule(condition="a "), ["condition"]),
]


@pytest.mark.parametrize(("one", "other"), [pytest.param(*case[1:], id=case[0]) for case in SAME])
def test_equal_spellings_are_not_a_change(one: Tree, other: Tree) -> None:
    assert compare(POLICY, one, other) == []
    assert compare(POLICY, other, one) == []
    assert canonicalize(POLICY, one) == canonicalize(POLICY, other)
    assert plan(record_answer(GRANT | one, answer(stored(GRANT | other))), GRANT | one) == NoOp()


@pytest.mark.parametrize(
    ("one", "other", "last"), [pytest.param(*case[1:], id=case[0]) for case in DIFFERENT]
)
def test_similar_spellings_with_another_meaning_are_a_change(
    one: Tree, other: Tree, last: list[str | int]
) -> None:
    assert [change.path[-1] for change in compare(POLICY, one, other)] == last
    assert [change.path[-1] for change in compare(POLICY, other, one)] == last


@given(policies())
def test_canonicalization_is_idempotent(inputs: Tree) -> None:
    form = canonicalize(POLICY, inputs)
    assert canonicalize(POLICY, form) == form


@pytest.mark.parametrize(
    ("one", "other"),
    [(True, 1), (False, 0), ([True], [1]), ({"a": [0]}, {"a": [False]}), (UNKNOWN, UNKNOWN)],
    ids=repr,
)
def test_a_boolean_equals_no_number_and_unknown_equals_nothing(one: Any, other: Any) -> None:
    assert not are_equal(one, other)
    assert not are_equal(other, one)


def _places(value: Any, path: Path = ()) -> list[Path]:
    """Every place in a tree, the whole left out."""
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    items = inner.items() if isinstance(inner, dict) else ()
    below = [place for key, item in items for place in _places(item, (*path, key))]
    return [path, *below] if path else below


def _with_unknown(tree: Any, path: Path) -> Any:
    if not path:
        return UNKNOWN
    head, *rest = path
    copied: Any = dict(tree) if isinstance(tree, dict) else list(tree)
    copied[head] = _with_unknown(tree[head], tuple(rest))
    return copied


@given(accepted_policies(), st.data())
def test_an_unknown_value_at_any_place_is_a_change_and_not_a_failure(
    inputs: Tree, data: st.DataObject
) -> None:
    """It postpones checks, it crashes nothing, and it never reads as nothing to do."""
    recorded = record_answer(inputs, answer(stored(inputs)))
    path = data.draw(st.sampled_from(_places(inputs)))
    desired = _with_unknown(inputs, path)
    assert get_at(desired, path) is UNKNOWN
    assert [f for f in check(desired) if f.severity == "error"] == []
    planned = plan(recorded, desired)
    if "reassign_tasks_to_delegates" in path:
        assert planned == NoOp()
    elif path[0] in ("policy_type", "scope"):
        assert isinstance(planned, Replace)
    else:
        assert isinstance(planned, Update)
        assert planned.mask == (POLICY.fields[str(path[0])].wire,)


@pytest.mark.parametrize("field", POLICY.fields.values(), ids=lambda field: field.name)
def test_a_mask_names_only_fields_that_an_update_may_change(field: Any) -> None:
    after = {field.name: UNKNOWN}
    mask = make_mask(POLICY, compare(POLICY, {}, after))
    fixed = field.output_only or field.immutable or field.ignored
    assert mask == (() if fixed else (field.wire,))


def test_a_mask_is_sorted_and_names_each_field_once() -> None:
    before: Tree = {"rules": [{"condition": "a"}, {"condition": "b"}], "display_name": "x"}
    after: Tree = {"rules": [{"condition": "c"}], "description": "d", "annotations": {"a": "b"}}
    assert make_mask(POLICY, compare(POLICY, before, after)) == (
        "annotations",
        "description",
        "displayName",
        "rules",
    )


def test_an_identical_field_that_another_field_disables_is_a_change() -> None:
    escalation = {"expiration": "3600", "skip_step": {}}
    on, off = (
        {"manager": {}, "escalation_enabled": enabled, "escalation": escalation}
        for enabled in (True, False)
    )
    changed = {change.path[0] for change in compare(APPROVAL, on, off)}
    assert changed == {"escalation_enabled", "escalation"}
