"""The questions that a team rule asks of a policy."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy.team_rules import CheckedApproval, CheckedPolicy, read_policy
from pulumi_c1policy.testing import PolicyError

GROUP = {"app_id": "a", "app_entitlement_id": "e"}


def make_policy(*approvals: dict[str, Any], **fields: Any) -> CheckedPolicy:
    steps = [{"approval": each} for each in approvals] or [{"accept": {}}]
    policy = {"policy_type": "POLICY_TYPE_GRANT", "policy_steps": {"grant": {"steps": steps}}}
    return read_policy({**policy, **fields})


def make_approval(approval: dict[str, Any]) -> CheckedApproval:
    [found] = make_policy(approval).approvals
    return found


def test_steps_and_approvals_have_their_paths() -> None:
    steps = {
        "grant": {"steps": [{"accept": {}}]},
        "on.call": {"steps": [{"wait": {"duration": {"duration": "1h"}}}, {"approval": {}}]},
    }
    policy = read_policy({"policy_type": "POLICY_TYPE_GRANT", "policy_steps": steps})
    assert [(step.kind, format_path(step.path)) for step in policy.steps] == [
        ("accept", 'policy_steps["grant"].steps[0]'),
        ("wait", 'policy_steps["on.call"].steps[0]'),
        ("approval", 'policy_steps["on.call"].steps[1]'),
    ]
    [approval] = policy.approvals
    assert approval.kind is None
    path = approval.problem("is empty", "escalation").path
    assert format_path(path) == 'policy_steps["on.call"].steps[1].approval.escalation'


def test_a_policy_in_any_spelling_has_the_same_fields() -> None:
    wire = {
        "id": "p1",
        "displayName": "One",
        "policyType": "POLICY_TYPE_REVOKE",
        "baselinePolicyId": "p2",
        "rules": [{"condition": "true", "stepKey": "a"}],
        "annotations": {"team": "identity"},
        "scope": {"appId": "a1"},
    }
    policy = read_policy(wire)
    assert (policy.id, policy.name, policy.type) == ("p1", "One", "POLICY_TYPE_REVOKE")
    assert policy.baseline_policy_id == "p2"
    assert policy.rules == [{"condition": "true", "step_key": "a"}]
    assert policy.annotations == {"team": "identity"}
    assert policy.scope == {"app_id": "a1"}
    assert (policy.description, policy.steps) == ("", [])


def test_a_value_that_is_no_policy_is_an_error() -> None:
    with pytest.raises(PolicyError, match="not a policy"):
        read_policy({"display_name": "One"})


@pytest.mark.parametrize(
    ("approval", "can_have", "has"),
    [
        ({"manager": {}}, True, False),
        ({"manager": {"fallback": True}}, True, False),
        ({"manager": {"fallback_user_ids": ["u"]}}, True, False),
        ({"manager": {"fallback": True, "fallback_user_ids": ["u"]}}, True, True),
        ({"manager": {"fallback": True, "fallback_group_ids": [GROUP]}}, True, False),
        (
            {
                "manager": {
                    "fallback": True,
                    "is_group_fallback_enabled": True,
                    "fallback_group_ids": [GROUP],
                }
            },
            True,
            True,
        ),
        ({"app_owners": {}}, False, False),
        ({"webhook": {"webhook_id": "w"}}, False, False),
        ({"newer_kind": {}}, False, False),
    ],
    ids=[
        "none",
        "nobody",
        "off",
        "users",
        "groups off",
        "groups",
        "owners",
        "webhook",
        "unknown kind",
    ],
)
def test_an_approval_has_a_fallback_if_somebody_is_asked(
    approval: dict[str, Any], can_have: bool, has: bool
) -> None:
    found = make_approval(approval)
    assert (found.can_have_fallback, found.has_fallback) == (can_have, has)


@pytest.mark.parametrize(
    ("approval", "allowed"),
    [
        ({"self": {}}, True),
        ({"manager": {"allow_self_approval": True}}, True),
        ({"manager": {}}, False),
        ({"agent": {"agent_mode": "COMMENT_ONLY"}}, False),
    ],
    ids=["self", "allowed", "not allowed", "agent"],
)
def test_self_approval_is_allowed_by_its_kind_or_its_field(
    approval: dict[str, Any], allowed: bool
) -> None:
    assert make_approval(approval).allows_self_approval is allowed


def test_an_escalation_counts_if_it_is_enabled() -> None:
    escalation = {"escalation": {"expiration": "4h", "skip_step": {}}}
    assert make_approval({"manager": {}, "escalation_enabled": True, **escalation}).has_escalation
    assert not make_approval({"manager": {}, **escalation}).has_escalation


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"display_name": "Production access"}, True),
        ({"description": "For PRODUCTION."}, True),
        ({"annotations": {"stage": "production"}}, True),
        ({"annotations": {"production": "yes"}}, True),
        ({"display_name": "eu-production_2"}, True),
        ({"display_name": "Productions"}, False),
        ({"display_name": "Sandbox"}, False),
    ],
)
def test_a_policy_mentions_a_whole_word(fields: dict[str, Any], found: bool) -> None:
    assert make_policy(**fields).mentions("production") is found
