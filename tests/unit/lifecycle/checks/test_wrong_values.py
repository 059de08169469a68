"""Each kind of wrong value is a failure with its path, its rule and a correction."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.tree import Tree
from tests.unit.lifecycle.checks.short_policies import (
    CONFIG,
    DURATION,
    EXPIRATION,
    FIELD,
    STEP,
    make_account,
    make_duration_wait,
    make_escalation,
    make_form,
    make_policy,
    make_step,
    make_time_wait,
    make_wait,
)

WRONG: list[tuple[Tree, str, str, str]] = [
    (make_policy(display_name=5), "display_name", "", "a string, not a number"),
    (make_policy(display_name=["x"]), "display_name", "", "not a list"),
    (make_policy(display_name=True), "display_name", "", "not True or False"),
    (make_policy(display_name=None), "display_name", "missing", "is required"),
    (make_policy(display_name=""), "display_name", "missing", "must not be empty"),
    (make_policy(description={}), "description", "", "not a dict"),
    (make_policy(baseline_policy_id=1.5), "baseline_policy_id", "", "not a number"),
    (make_policy(policy_type="GRANT"), "policy_type", "not-a-value", "'POLICY_TYPE_GRANT'?"),
    (make_policy(policy_type="grant"), "policy_type", "not-a-value", "'POLICY_TYPE_GRANT'?"),
    (make_policy(policy_type="POLICY_TYPE_GRAND"), "policy_type", "not-a-value", "did you mean"),
    (
        make_policy(policy_type="zzz"),
        "policy_type",
        "not-a-value",
        "write one of POLICY_TYPE_GRANT",
    ),
    (make_policy(policy_type=1), "policy_type", "not-a-value", "cannot be a number"),
    (make_policy(policy_type=None), "policy_type", "missing", "is required"),
    (make_policy(policy_type="POLICY_TYPE_UNSPECIFIED"), "policy_type", "missing", "not be empty"),
    (make_policy(policy_steps=[]), "policy_steps", "", "a dict, not a list"),
    (make_policy(policy_steps="x"), "policy_steps", "", "not a string"),
    (make_policy(policy_steps={"grant": []}), 'policy_steps["grant"]', "", "a dict"),
    (make_policy(policy_steps={"grant": None}), 'policy_steps["grant"]', "", "not None"),
    (
        make_policy(policy_steps={"grant": {"steps": {}}}),
        'policy_steps["grant"].steps',
        "",
        "a list, not a dict",
    ),
    (
        make_policy(policy_steps={"grant": {"steps": [None]}}),
        STEP,
        "",
        "a dict, not None",
    ),
    (make_policy(policy_steps={"grant": {"steps": ["wait"]}}), STEP, "", "not a string"),
    (
        make_policy(policy_steps={"grant": {"stepz": []}}),
        'policy_steps["grant"].stepz',
        "",
        "`steps`",
    ),
    (make_step(approval="manager"), f"{STEP}.approval", "", "a dict, not a string"),
    (
        make_step(approval={"manager": {"fallback": "yes"}}),
        f"{STEP}.approval.manager.fallback",
        "",
        "True or False, not a string",
    ),
    (
        make_step(approval={"manager": {"fallback": 1}}),
        f"{STEP}.approval.manager.fallback",
        "",
        "True or False, not a number",
    ),
    (
        make_step(approval={"users": {"user_ids": "ann"}}),
        f"{STEP}.approval.users.user_ids",
        "",
        "a list, not a string",
    ),
    (
        make_step(approval={"users": {"user_ids": ["ann", 7]}}),
        f"{STEP}.approval.users.user_ids[1]",
        "",
        "not a number",
    ),
    (
        make_step(approval={"users": {"user_ids": [None]}}),
        f"{STEP}.approval.users.user_ids[0]",
        "",
        "not None",
    ),
    (
        make_step(approval={"users": {"user_ids": []}}),
        f"{STEP}.approval.users.user_ids",
        "too-few",
        "at least 1, has 0",
    ),
    (
        make_step(approval={"users": {"user_ids": [f"u{i}" for i in range(33)]}}),
        f"{STEP}.approval.users.user_ids",
        "too-many",
        "at most 32, has 33",
    ),
    (
        make_step(approval={"users": {}}),
        f"{STEP}.approval.users.user_ids",
        "missing",
        "is required",
    ),
    (
        make_step(approval={"expression": {"expressions": []}}),
        f"{STEP}.approval.expression.expressions",
        "too-few",
        "at least 1",
    ),
    (
        make_step(approval={"manager": {"assigned_user_ids": ["x"]}}),
        f"{STEP}.approval.manager.assigned_user_ids",
        "output-only",
        "remove it",
    ),
    (
        make_step(approval={"manager": {}, "assigned": False}),
        f"{STEP}.approval.assigned",
        "output-only",
        "set by the tenant",
    ),
    (make_policy(id="x"), "id", "output-only", "remove it"),
    (make_policy(created_at="2026-01-01T00:00:00Z"), "created_at", "output-only", "remove it"),
    (make_duration_wait("1 hour"), DURATION, "", "'1 hour'"),
    (make_duration_wait("60"), DURATION, "", "'60'"),
    (make_duration_wait("h"), DURATION, "", "'h'"),
    (make_duration_wait(""), DURATION, "", "''"),
    (make_duration_wait(True), DURATION, "", "not True or False"),
    (make_duration_wait([3600]), DURATION, "", "not a list"),
    (make_duration_wait(float("nan")), DURATION, "", "not a number"),
    (make_duration_wait(float("inf")), DURATION, "", "not a number"),
    (make_duration_wait("0s"), DURATION, "wait-length", "between 1h and 31d"),
    (make_duration_wait("-2h"), DURATION, "wait-length", "between 1h and 31d"),
    (make_duration_wait(3599), DURATION, "wait-length", "3599s"),
    (make_duration_wait("59m59.9s"), DURATION, "wait-length", "between 1h"),
    (make_duration_wait("31d1s"), DURATION, "wait-length", "31d"),
    (make_duration_wait(timedelta(minutes=1)), DURATION, "wait-length", "1m"),
    (make_wait(timeout_duration="1m"), f"{STEP}.wait.timeout_duration", "wait-length", "1h"),
    (
        make_step(provision={"provision_target": {"grant_duration": "9999999999w"}}),
        f"{STEP}.provision.provision_target.grant_duration",
        "",
        "between",
    ),
    (
        make_time_wait(hours=24),
        f"{STEP}.wait.until_time.hours",
        "out-of-bounds",
        "between 0 and 23, not 24",
    ),
    (make_time_wait(hours=-1), f"{STEP}.wait.until_time.hours", "", "not -1"),
    (make_time_wait(minutes="60"), f"{STEP}.wait.until_time.minutes", "out-of-bounds", "not 60"),
    (make_time_wait(hours=1.5), f"{STEP}.wait.until_time.hours", "", "a whole number"),
    (make_time_wait(hours=True), f"{STEP}.wait.until_time.hours", "", "not True or False"),
    (make_time_wait(hours="noon"), f"{STEP}.wait.until_time.hours", "", "not a string"),
    (make_time_wait(hours="--5"), f"{STEP}.wait.until_time.hours", "", "not a string"),
    (make_time_wait(hours=""), f"{STEP}.wait.until_time.hours", "", "a whole number"),
    (make_time_wait(hours="9" * 5000), f"{STEP}.wait.until_time.hours", "", "whole number"),
    (make_time_wait(hours="٣"), f"{STEP}.wait.until_time.hours", "", "a whole number"),
    (make_escalation("soon"), EXPIRATION, "", "'soon'"),
    (make_escalation("1.5s"), EXPIRATION, "", "'1.5s'"),
    (make_escalation(2**63), EXPIRATION, "", "not 9223372036854775808"),
    (
        make_form(int64_field={"default_value": 2**63}),
        f"{FIELD}.int64_field.default_value",
        "",
        "between",
    ),
    (
        make_form(string_field={"rules": {"min_len": -1}}),
        f"{FIELD}.string_field.rules.min_len",
        "",
        "between 0",
    ),
    (
        make_form(string_field={"date_field": {"min_days_from_today": 2**31}}),
        f"{FIELD}.string_field.date_field.min_days_from_today",
        "",
        "between -2147483648 and 2147483647",
    ),
    (
        make_form(string_field={"rules": {"email": True, "uuid": True}}),
        f"{FIELD}.string_field.rules",
        "",
        "`email` and `uuid`",
    ),
    (make_form(), FIELD, "one-of", "exactly one of `string_field`"),
    (
        make_form(string_map_field={"default_value": {"a b": 1}}),
        f'{FIELD}.string_map_field.default_value["a b"]',
        "",
        "a string, not a number",
    ),
    (make_account("x"), CONFIG, "", "a dict, not a string"),
    (make_account([]), CONFIG, "", "a dict, not a list"),
    (make_policy(rules={}), "rules", "", "a list, not a dict"),
    (make_policy(rules=[["x"]]), "rules[0]", "", "a dict, not a list"),
    (
        make_policy(rules=[{"condition": "", "step_key": "grant"}]),
        "rules[0].condition",
        "empty-condition",
        "write a CEL expression",
    ),
    (
        make_policy(rules=[{"condition": "true", "step_key": 1}]),
        "rules[0].step_key",
        "",
        "a string, not a number",
    ),
    (make_policy(annotations={"a": 1}), 'annotations["a"]', "", "a string"),
    (make_policy(annotations=["a"]), "annotations", "", "a dict, not a list"),
    (make_policy(annotations={"1a": "x"}), 'annotations["1a"]', "annotation-key", "a letter"),
    (make_policy(annotations={"c1/a": "x"}), 'annotations["c1/a"]', "annotation-key", "c1/"),
    (make_policy(annotations={"a": "two words"}), 'annotations["a"]', "annotation-value", "spaces"),
    (make_policy(annotations={"a": "x" * 257}), 'annotations["a"]', "annotation-value", "256"),
    (make_policy(annotations={"a": "x\n"}), 'annotations["a"]', "annotation-value", "URL"),
    (
        make_policy(annotations={f"k{i:02}": "x" * 253 for i in range(17)}),
        "annotations",
        "too-many",
        "has 17",
    ),
    (
        make_policy(annotations={f"k{i:02}": "x" * 254 for i in range(16)}),
        "annotations",
        "too-large",
        "at most 4096 bytes in all, has 4112",
    ),
    (make_policy(scope="app"), "scope", "", "a dict, not a string"),
    (make_policy(scope={"slot": "EMERGENCY"}), "scope.slot", "not-a-value", "did you mean"),
    (
        make_policy(post_actions=[{}]),
        "post_actions[0]",
        "one-of",
        "set `certify_remediate_immediately`",
    ),
]


@pytest.mark.parametrize(
    ("inputs", "path", "rule", "fragment"),
    [pytest.param(*case, id=f"{case[1]} {case[2]} {number}") for number, case in enumerate(WRONG)],
)
def test_a_wrong_value_causes_exactly_one_failure(
    inputs: Tree, path: str, rule: str, fragment: str
) -> None:
    """The failure has its path and its rule, and causes no other one."""
    failures = [
        f
        for f in check(inputs)
        if (f.severity == "error" or f.rule == "wait-length")
        and f.rule not in ("provision-step", "no-steps")
    ]
    if rule == "too-many" and path == "annotations":
        failures = [f for f in failures if f.rule != "too-large"]
    assert [(format_path(f.path), f.rule) for f in failures] == [(path, rule)]
    assert fragment in failures[0].message
