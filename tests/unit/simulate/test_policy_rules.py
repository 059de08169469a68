"""The rules and targets of a policy, as plain data."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._simulate.policy_rules import PolicyRule, RuleTarget, find_baseline, list_rules
from tests.unit.simulate.small_company import make_grant

ACCEPT: dict[str, Any] = {"accept": {}}


@pytest.mark.parametrize(
    ("rule", "target"),
    [
        ({"step_key": "grant"}, RuleTarget("steps", "grant", steps=(ACCEPT,))),
        ({"policy_key": "grant"}, RuleTarget("steps", "grant", steps=(ACCEPT,))),
        ({"policy_id": "p2"}, RuleTarget("policy", policy_id="p2")),
        ({"step_key": "other"}, RuleTarget("missing-steps", "other")),
        ({"step_key": "empty"}, RuleTarget("empty-steps", "empty")),
    ],
    ids=["step-key", "policy-key", "policy", "missing", "empty"],
)
def test_a_rule_leads_to_steps_or_to_a_policy(rule: dict[str, Any], target: RuleTarget) -> None:
    rules = [{"condition": "false", "step_key": "grant"}, rule | {"condition": "true"}]
    found = list_rules(make_grant(ACCEPT, rules=rules, more_steps={"empty": {"steps": []}}))
    assert found[1] == PolicyRule(1, "true", target)


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({}, RuleTarget("steps", "grant", steps=(ACCEPT,))),
        ({"baseline_policy_id": "p2"}, RuleTarget("policy", policy_id="p2")),
        ({"policy_steps": {}}, RuleTarget("no-baseline", steps=({"reject": {}},))),
    ],
    ids=["steps", "policy", "none"],
)
def test_the_baseline_is_steps_or_a_policy_or_a_rejection(
    fields: dict[str, Any], target: RuleTarget
) -> None:
    assert find_baseline(make_grant(ACCEPT) | fields) == target
