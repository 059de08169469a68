"""Every way in which a value can be wrong: refused under its path, by its rule, in words
that help.
"""

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
    account,
    expiring,
    form,
    long,
    one,
    policy,
    until,
    wait,
)

WRONG: list[tuple[Tree, str, str, str]] = [
    (policy(display_name=5), "display_name", "", "a string, not a number"),
    (policy(display_name=["x"]), "display_name", "", "not a list"),
    (policy(display_name=True), "display_name", "", "not True or False"),
    (policy(display_name=None), "display_name", "missing", "is required"),
    (policy(display_name=""), "display_name", "missing", "must not be empty"),
    (policy(description={}), "description", "", "not a dict"),
    (policy(baseline_policy_id=1.5), "baseline_policy_id", "", "not a number"),
    (policy(policy_type="GRANT"), "policy_type", "not-a-value", "'POLICY_TYPE_GRANT'?"),
    (policy(policy_type="grant"), "policy_type", "not-a-value", "'POLICY_TYPE_GRANT'?"),
    (policy(policy_type="POLICY_TYPE_GRAND"), "policy_type", "not-a-value", "did you mean"),
    (policy(policy_type="zzz"), "policy_type", "not-a-value", "write one of POLICY_TYPE_GRANT"),
    (policy(policy_type=1), "policy_type", "not-a-value", "cannot be a number"),
    (policy(policy_type=None), "policy_type", "missing", "is required"),
    (policy(policy_type="POLICY_TYPE_UNSPECIFIED"), "policy_type", "missing", "not be empty"),
    (policy(policy_steps=[]), "policy_steps", "", "a dict, not a list"),
    (policy(policy_steps="x"), "policy_steps", "", "not a string"),
    (policy(policy_steps={"grant": []}), 'policy_steps["grant"]', "", "a dict"),
    (policy(policy_steps={"grant": None}), 'policy_steps["grant"]', "", "not None"),
    (
        policy(policy_steps={"grant": {"steps": {}}}),
        'policy_steps["grant"].steps',
        "",
        "a list, not a dict",
    ),
    (
        policy(policy_steps={"grant": {"steps": [None]}}),
        STEP,
        "",
        "a dict, not None",
    ),
    (policy(policy_steps={"grant": {"steps": ["wait"]}}), STEP, "", "not a string"),
    (
        policy(policy_steps={"grant": {"stepz": []}}),
        'policy_steps["grant"].stepz',
        "",
        "`steps`",
    ),
    (one(approval="manager"), f"{STEP}.approval", "", "a dict, not a string"),
    (
        one(approval={"manager": {"fallback": "yes"}}),
        f"{STEP}.approval.manager.fallback",
        "",
        "True or False, not a string",
    ),
    (
        one(approval={"manager": {"fallback": 1}}),
        f"{STEP}.approval.manager.fallback",
        "",
        "True or False, not a number",
    ),
    (
        one(approval={"users": {"user_ids": "ann"}}),
        f"{STEP}.approval.users.user_ids",
        "",
        "a list, not a string",
    ),
    (
        one(approval={"users": {"user_ids": ["ann", 7]}}),
        f"{STEP}.approval.users.user_ids[1]",
        "",
        "not a number",
    ),
    (
        one(approval={"users": {"user_ids": [None]}}),
        f"{STEP}.approval.users.user_ids[0]",
        "",
        "not None",
    ),
    (
        one(approval={"users": {"user_ids": []}}),
        f"{STEP}.approval.users.user_ids",
        "too-few",
        "at least 1, has 0",
    ),
    (
        one(approval={"users": {"user_ids": [f"u{i}" for i in range(33)]}}),
        f"{STEP}.approval.users.user_ids",
        "too-many",
        "at most 32, has 33",
    ),
    (one(approval={"users": {}}), f"{STEP}.approval.users.user_ids", "missing", "is required"),
    (
        one(approval={"expression": {"expressions": []}}),
        f"{STEP}.approval.expression.expressions",
        "too-few",
        "at least 1",
    ),
    (
        one(approval={"manager": {"assigned_user_ids": ["x"]}}),
        f"{STEP}.approval.manager.assigned_user_ids",
        "output-only",
        "remove it",
    ),
    (
        one(approval={"manager": {}, "assigned": False}),
        f"{STEP}.approval.assigned",
        "output-only",
        "set by the tenant",
    ),
    (policy(id="x"), "id", "output-only", "remove it"),
    (policy(created_at="2026-01-01T00:00:00Z"), "created_at", "output-only", "remove it"),
    (long("1 hour"), DURATION, "", "'1 hour'"),
    (long("60"), DURATION, "", "'60'"),
    (long("h"), DURATION, "", "'h'"),
    (long(""), DURATION, "", "''"),
    (long(True), DURATION, "", "not True or False"),
    (long([3600]), DURATION, "", "not a list"),
    (long(float("nan")), DURATION, "", "not a number"),
    (long(float("inf")), DURATION, "", "not a number"),
    (long("0s"), DURATION, "wait-length", "between 1h and 31d"),
    (long("-2h"), DURATION, "wait-length", "between 1h and 31d"),
    (long(3599), DURATION, "wait-length", "3599s"),
    (long("59m59.9s"), DURATION, "wait-length", "between 1h"),
    (long("31d1s"), DURATION, "wait-length", "31d"),
    (long(timedelta(minutes=1)), DURATION, "wait-length", "1m"),
    (wait(timeout_duration="1m"), f"{STEP}.wait.timeout_duration", "wait-length", "1h"),
    (
        one(provision={"provision_target": {"grant_duration": "9999999999w"}}),
        f"{STEP}.provision.provision_target.grant_duration",
        "",
        "between",
    ),
    (until(hours=24), f"{STEP}.wait.until_time.hours", "out-of-bounds", "between 0 and 23, not 24"),
    (until(hours=-1), f"{STEP}.wait.until_time.hours", "", "not -1"),
    (until(minutes="60"), f"{STEP}.wait.until_time.minutes", "out-of-bounds", "not 60"),
    (until(hours=1.5), f"{STEP}.wait.until_time.hours", "", "a whole number"),
    (until(hours=True), f"{STEP}.wait.until_time.hours", "", "not True or False"),
    (until(hours="noon"), f"{STEP}.wait.until_time.hours", "", "not a string"),
    (until(hours="--5"), f"{STEP}.wait.until_time.hours", "", "not a string"),
    (until(hours=""), f"{STEP}.wait.until_time.hours", "", "a whole number"),
    (until(hours="9" * 5000), f"{STEP}.wait.until_time.hours", "", "whole number"),
    (until(hours="٣"), f"{STEP}.wait.until_time.hours", "", "a whole number"),
    (expiring("soon"), EXPIRATION, "", "'soon'"),
    (expiring("1.5s"), EXPIRATION, "", "'1.5s'"),
    (expiring(2**63), EXPIRATION, "", "not 9223372036854775808"),
    (
        form(int64_field={"default_value": 2**63}),
        f"{FIELD}.int64_field.default_value",
        "",
        "between",
    ),
    (
        form(string_field={"rules": {"min_len": -1}}),
        f"{FIELD}.string_field.rules.min_len",
        "",
        "between 0",
    ),
    (
        form(string_field={"date_field": {"min_days_from_today": 2**31}}),
        f"{FIELD}.string_field.date_field.min_days_from_today",
        "",
        "between -2147483648 and 2147483647",
    ),
    (
        form(string_field={"rules": {"email": True, "uuid": True}}),
        f"{FIELD}.string_field.rules",
        "",
        "`email` and `uuid`",
    ),
    (form(), FIELD, "one-of", "exactly one of `string_field`"),
    (
        form(string_map_field={"default_value": {"a b": 1}}),
        f'{FIELD}.string_map_field.default_value["a b"]',
        "",
        "a string, not a number",
    ),
    (account("x"), CONFIG, "", "a dict, not a string"),
    (account([]), CONFIG, "", "a dict, not a list"),
    (policy(rules={}), "rules", "", "a list, not a dict"),
    (policy(rules=[["x"]]), "rules[0]", "", "a dict, not a list"),
    (
        policy(rules=[{"condition": "", "step_key": "grant"}]),
        "rules[0].condition",
        "empty-condition",
        "write a CEL expression",
    ),
    (
        policy(rules=[{"condition": "true", "step_key": 1}]),
        "rules[0].step_key",
        "",
        "a string, not a number",
    ),
    (policy(annotations={"a": 1}), 'annotations["a"]', "", "a string"),
    (policy(annotations=["a"]), "annotations", "", "a dict, not a list"),
    (policy(annotations={"1a": "x"}), 'annotations["1a"]', "annotation-key", "a letter"),
    (policy(annotations={"c1/a": "x"}), 'annotations["c1/a"]', "annotation-key", "c1/"),
    (policy(annotations={"a": "two words"}), 'annotations["a"]', "annotation-value", "spaces"),
    (policy(annotations={"a": "x" * 257}), 'annotations["a"]', "annotation-value", "256"),
    (policy(annotations={"a": "x\n"}), 'annotations["a"]', "annotation-value", "URL"),
    (
        policy(annotations={f"k{i:02}": "x" * 253 for i in range(17)}),
        "annotations",
        "too-many",
        "has 17",
    ),
    (
        policy(annotations={f"k{i:02}": "x" * 254 for i in range(16)}),
        "annotations",
        "too-large",
        "at most 4096 bytes in all, has 4112",
    ),
    (policy(scope="app"), "scope", "", "a dict, not a string"),
    (policy(scope={"slot": "EMERGENCY"}), "scope.slot", "not-a-value", "did you mean"),
    (policy(post_actions=[{}]), "post_actions[0]", "one-of", "set `certify_remediate_immediately`"),
]


@pytest.mark.parametrize(
    ("inputs", "path", "rule", "fragment"),
    [pytest.param(*case, id=f"{case[1]} {case[2]} {number}") for number, case in enumerate(WRONG)],
)
def test_a_wrong_value_causes_exactly_one_failure(
    inputs: Tree, path: str, rule: str, fragment: str
) -> None:
    """It is named once, with its path and its rule, and draws no other failure after it."""
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
