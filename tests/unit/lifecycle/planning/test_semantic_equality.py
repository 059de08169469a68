"""Semantic equality: equal spellings, and similar spellings with another meaning."""

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
from tests.unit.lifecycle.planning.tenant_answers import answer, store

GRANT = {"display_name": "x", "policy_type": "POLICY_TYPE_GRANT"}


def make_step(**kind: Any) -> Tree:
    """Return a policy of that one step."""
    return {"policy_steps": {"grant": {"steps": [kind]}}}


def make_approval(**fields: Any) -> Tree:
    """Return a policy with one approval; the default approver is the manager."""
    return make_step(approval={"manager": {}} | fields)


def make_users(*ids: str) -> Tree:
    return make_step(approval={"users": {"user_ids": list(ids)}})


def make_wait(duration: Any) -> Tree:
    return make_step(wait={"duration": {"duration": duration}})


def make_escalation(**fields: Any) -> Tree:
    return make_approval(escalation_enabled=True, escalation={"skip_step": {}} | fields)


def make_account(config: Any) -> Tree:
    connector = {"account": {"config": config}}
    return make_step(provision={"provision_policy": {"connector": connector}})


def make_form(**field: Any) -> Tree:
    return make_step(form={"form": {"fields": [{"name": "f"} | field]}})


def make_rule(**fields: Any) -> Tree:
    return {"rules": [{"condition": "true"} | fields]}


EQUAL: list[tuple[str, Tree, Tree]] = [
    ("null and absent", {"description": None}, {}),
    ("empty text and absent", {"description": ""}, {}),
    ("false and absent", make_approval(allow_reassignment=False), make_approval()),
    ("an empty list and absent", {"rules": []}, {}),
    ("an empty map and absent", {"policy_steps": {}}, {}),
    (
        "an empty message and absent",
        make_step(provision={"provision_target": {}}),
        make_step(provision={}),
    ),
    ("a message of zeros and absent", {"scope": {"app_id": "", "slot": None}}, {}),
    (
        "an enum's zero and absent",
        {"scope": {"app_id": "a", "slot": "POLICY_SCOPE_SLOT_UNSPECIFIED"}},
        {"scope": {"app_id": "a"}},
    ),
    ("a number's zero and absent", make_escalation(expiration=0), make_escalation()),
    ("the text of a zero and absent", make_escalation(expiration="0"), make_escalation()),
    ("hours and seconds", make_wait("1h"), make_wait("3600s")),
    ("a number of seconds", make_wait(3600), make_wait("3600s")),
    ("a double of seconds", make_wait(3600.0), make_wait("1h")),
    ("a timedelta", make_wait(timedelta(hours=1)), make_wait("3600s")),
    ("mixed units", make_wait("1h30m"), make_wait("5400s")),
    ("a padded fraction", make_wait("3600.000s"), make_wait("3600s")),
    ("a number as text", make_escalation(expiration=3600), make_escalation(expiration="3600")),
    (
        "a number as a double",
        make_escalation(expiration=3600.0),
        make_escalation(expiration="3600"),
    ),
    (
        "a number of seconds of a duration",
        make_escalation(expiration="1h"),
        make_escalation(expiration=3600),
    ),
    ("users in another order", make_users("a", "b"), make_users("b", "a")),
    ("a user named twice", make_users("a", "a"), make_users("a")),
    (
        "groups in another order",
        make_approval(manager={"fallback_group_ids": [{"app_id": "1"}, {"app_id": "2"}]}),
        make_approval(manager={"fallback_group_ids": [{"app_id": "2"}, {"app_id": "1"}]}),
    ),
    ("the old spelling of a step key", make_rule(policy_key="a"), make_rule(step_key="a")),
    ("both spellings", make_rule(policy_key="a", step_key="a"), make_rule(step_key="a")),
    (
        "an emptied preferred spelling",
        make_rule(step_key="", policy_key="a"),
        make_rule(step_key="a"),
    ),
    (
        "a disabled escalation",
        make_approval(escalation={"expiration": 1, "skip_step": {}}),
        make_approval(escalation_enabled=False),
    ),
    ("ignored fields", {"reassign_tasks_to_delegates": True}, {}),
    ("the tenant's own fields", {"id": "1", "updated_at": "now", "system_builtin": False}, {}),
    ("the step's own fields", make_approval(assigned=True), make_approval()),
    ("fields of a newer API", make_approval(brand_new={"a": 1}), make_approval()),
    ("an empty annotation", {"annotations": {"a": ""}}, {}),
    ("a null in free-form data", make_account({"a": "b", "c": None}), make_account({"a": "b"})),
    ("a whole double in free-form data", make_account({"a": 1.0}), make_account({"a": 1})),
    (
        "an empty rule set of a form field",
        make_form(bool_field={"rules": {}}),
        make_form(bool_field={}),
    ),
]

DIFFERENT: list[tuple[str, Tree, Tree, list[str | int]]] = [
    (
        "true and absent",
        make_approval(allow_delegation=True),
        make_approval(),
        ["allow_delegation"],
    ),
    ("another kind", make_step(accept={}), make_step(reject={}), ["accept", "reject"]),
    ("an empty kind and no kind", make_step(accept={}), make_step(), ["accept"]),
    (
        "an empty member of an optional oneof and no member",
        make_step(provision={"provision_policy": {"connector": {"default_behavior": {}}}}),
        make_step(provision={"provision_policy": {"connector": {}}}),
        ["default_behavior"],
    ),
    (
        "a zero with presence",
        make_form(int64_field={"default_value": 0}),
        make_form(int64_field={}),
        ["default_value"],
    ),
    (
        "a date limit of zero and no limit",
        make_form(string_field={"date_field": {"min_days_from_today": 0}}),
        make_form(string_field={"date_field": {}}),
        ["min_days_from_today"],
    ),
    ("a second more", make_wait("3600s"), make_wait("3601s"), ["duration"]),
    ("a fraction more", make_wait("3600s"), make_wait("3600.5s"), ["duration"]),
    (
        "expressions in another order",
        make_step(approval={"expression": {"expressions": ["a", "b"]}}),
        make_step(approval={"expression": {"expressions": ["b", "a"]}}),
        [0, 1],
    ),
    ("one and true in free-form data", make_account({"a": 1}), make_account({"a": True}), ["a"]),
    ("zero and false in free-form data", make_account({"a": 0}), make_account({"a": False}), ["a"]),
    (
        "an empty text in free-form data",
        make_account({"a": "", "b": 1}),
        make_account({"b": 1}),
        ["a"],
    ),
    ("text and number in free-form data", make_account({"a": "1"}), make_account({"a": 1}), ["a"]),
    ("a key's case", {"policy_steps": {"a_b": {}}}, {"policy_steps": {"aB": {}}}, ["aB", "a_b"]),
    ("an empty list of steps and none", {"policy_steps": {"a": {}}}, {}, ["policy_steps"]),
    ("blanks in a condition", make_rule(condition="a"), make_rule(condition="a "), ["condition"]),
]


@pytest.mark.parametrize(("one", "other"), [pytest.param(*case[1:], id=case[0]) for case in EQUAL])
def test_equal_spellings_are_not_a_change(one: Tree, other: Tree) -> None:
    assert compare(POLICY, one, other) == []
    assert compare(POLICY, other, one) == []
    assert canonicalize(POLICY, one) == canonicalize(POLICY, other)
    assert plan(record_answer(GRANT | one, answer(store(GRANT | other))), GRANT | one) == NoOp()


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


def _list_places(value: Any, path: Path = ()) -> list[Path]:
    """Return every place in a tree, the whole left out."""
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    items = inner.items() if isinstance(inner, dict) else ()
    below = [place for key, item in items for place in _list_places(item, (*path, key))]
    return [path, *below] if path else below


def _set_unknown(tree: Any, path: Path) -> Any:
    if not path:
        return UNKNOWN
    head, *rest = path
    copied: Any = dict(tree) if isinstance(tree, dict) else list(tree)
    copied[head] = _set_unknown(tree[head], tuple(rest))
    return copied


@given(accepted_policies(), st.data())
def test_an_unknown_value_at_any_place_is_a_change_and_not_a_failure(
    inputs: Tree, data: st.DataObject
) -> None:
    """The value postpones checks, and the plan is never NoOp."""
    prior = record_answer(inputs, answer(store(inputs)))
    path = data.draw(st.sampled_from(_list_places(inputs)))
    desired = _set_unknown(inputs, path)
    assert get_at(desired, path) is UNKNOWN
    assert [f for f in check(desired) if f.severity == "error"] == []
    planned = plan(prior, desired)
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
