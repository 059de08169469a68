"""The checks as a whole: all failures of an input in one result, no false ones, no crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._findings.rule_registry import RULES
from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Enum, Message, Scalar
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._model.unknown import UNKNOWN
from tests.support.strategies import AWKWARD_KEYS
from tests.unit.lifecycle.checks.short_policies import (
    STEP,
    make_account,
    make_duration_wait,
    make_escalation,
    make_policy,
    make_step,
    make_time_wait,
)
from tests.unit.lifecycle.planning.specimens import PLACES, Place, find_path, make_specimen


def list_errors(inputs: Tree) -> list[tuple[str, str]]:
    """List the path and the rule of each failure."""
    return [(format_path(f.path), f.rule) for f in check(inputs) if f.severity == "error"]


def _make_wrong_value(place: Place) -> Any:
    field = place.field
    if field.shape != "one" or isinstance(field.type, Message) or field.type is Scalar.STRUCT:
        return "text"
    return [] if field.type in (Scalar.STRING, Scalar.BOOL) or isinstance(field.type, Enum) else {}


@pytest.mark.parametrize(
    "place",
    [pytest.param(p, id=repr(p)) for p in PLACES if not (p.field.output_only or p.field.kept_if)],
)
def test_a_value_of_another_type_is_a_failure_of_its_field(place: Place) -> None:
    path = format_path(find_path(place))
    found = [where for where, _ in list_errors(make_specimen(place, _make_wrong_value(place)))]
    assert any(where.startswith(path) for where in found), found


def test_all_failures_are_returned_in_the_order_of_their_paths() -> None:
    inputs: Tree = {
        "display_name": "",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {
            "grant": {"steps": [{}, {"approval": {}}, {"wait": {"duration": {"duration": "1s"}}}]},
            "other": {"steps": [{"aproval": {"manager": {}}}]},
        },
        "rules": [
            {"condition": "a", "step_key": "othr"},
            {"condition": "", "policy_id": "x", "step_key": "other"},
        ],
        "post_actions": [{"certify_remediate_immediately": True}],
        "annotations": {"c1/x": "y", "a": "b c"},
        "nmae": 1,
    }
    assert list_errors(inputs) == [
        ('annotations["a"]', "annotation-value"),
        ('annotations["c1/x"]', "annotation-key"),
        ("display_name", "missing"),
        ("nmae", ""),
        ('policy_steps["grant"].steps[0]', "empty-step"),
        ('policy_steps["grant"].steps[1].approval', "one-of"),
        ('policy_steps["other"].steps[0].aproval', ""),
        ("post_actions[0].certify_remediate_immediately", "certify-only"),
        ("rules[0].step_key", "no-such-steps"),
        ("rules[1]", ""),
        ("rules[1].condition", "empty-condition"),
    ]


def test_a_wrong_step_causes_no_failure_of_the_rules_that_name_its_list() -> None:
    inputs = make_policy(
        policy_steps={"grant": {"steps": [{}]}}, rules=[{"condition": "a", "step_key": "grant"}]
    )
    assert list_errors(inputs) == [(STEP, "empty-step")]


def test_a_misspelt_step_key_does_not_make_its_steps_unreachable() -> None:
    inputs = make_policy(rules=[{"condition": "a", "stepkey": "low"}])
    inputs["policy_steps"]["low"] = {"steps": [{"reject": {}}]}
    assert [(format_path(f.path), f.rule) for f in check(inputs)] == [("rules[0].stepkey", "")]


@pytest.mark.parametrize("key", AWKWARD_KEYS)
def test_a_step_key_can_be_any_text(key: str) -> None:
    inputs = make_policy(rules=[{"condition": "a", "step_key": key}])
    inputs["policy_steps"][key] = {"steps": [{"reject": {}}]}
    assert check(inputs) == []


POSTPONED: list[tuple[Tree, list[tuple[str, str]]]] = [
    (make_policy(policy_type=UNKNOWN, policy_steps={}), []),
    (make_policy(policy_steps=UNKNOWN, rules=[{"condition": "a", "step_key": "x"}]), []),
    (make_policy(baseline_policy_id=UNKNOWN, policy_steps={}), []),
    (
        make_policy(rules=[UNKNOWN, {"condition": "", "step_key": "grant"}]),
        [("rules[1].condition", "empty-condition")],
    ),
    (make_policy(rules=[{"condition": UNKNOWN, "step_key": UNKNOWN}]), []),
    (make_policy(rules=[{"condition": "a", "step_key": UNKNOWN, "policy_id": UNKNOWN}]), []),
    (make_policy(rules=[{"condition": "a", "policy_id": UNKNOWN}]), []),
    (make_step(approval={"users": {"user_ids": UNKNOWN}}), []),
    (
        make_step(approval={"users": {"user_ids": [UNKNOWN, 5]}}),
        [(f"{STEP}.approval.users.user_ids[1]", "")],
    ),
    (make_step(approval=UNKNOWN), []),
    (make_step(approval={"manager": UNKNOWN}), []),
    (
        make_step(
            approval={"manager": {}, "escalation_enabled": UNKNOWN, "escalation": {"skip_step": {}}}
        ),
        [],
    ),
    (make_duration_wait(UNKNOWN), []),
    (make_escalation(UNKNOWN), []),
    (
        make_time_wait(hours=UNKNOWN, minutes=99),
        [(f"{STEP}.wait.until_time.minutes", "out-of-bounds")],
    ),
    (
        make_policy(annotations={"a": UNKNOWN, "b": "x y"}),
        [('annotations["b"]', "annotation-value")],
    ),
    (make_policy(annotations=UNKNOWN), []),
    (make_policy(post_actions=UNKNOWN), []),
    (make_account(UNKNOWN), [(f"{STEP}.provision", "provision-step")]),
    (make_account({"email": UNKNOWN}), [(f"{STEP}.provision", "provision-step")]),
    (make_policy(policy_type=UNKNOWN, post_actions=[{"certify_remediate_immediately": True}]), []),
    (make_policy(scope={"slot": UNKNOWN}), []),
]


@pytest.mark.parametrize(("inputs", "found"), POSTPONED)
def test_an_unknown_value_postpones_only_the_checks_that_need_it(
    inputs: Tree, found: list[tuple[str, str]]
) -> None:
    assert list_errors(inputs) == found


NAMES = st.sampled_from(sorted({place.field.name for place in PLACES})) | st.text(max_size=3)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.just(UNKNOWN),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(POLICY.fields)), ANYTHING))
def test_any_inputs_give_findings_with_a_path_and_a_message(inputs: Tree) -> None:
    for finding in check(inputs):
        assert format_path(finding.path)
        assert finding.message
        assert finding.rule in RULES or not finding.rule


@given(st.sampled_from(PLACES), ANYTHING)
def test_any_value_of_any_field_can_be_checked(place: Place, value: Any) -> None:
    check(make_specimen(place, value))
