"""The approvers, the fallback and the escalation of an approval, as plain data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pulumi_c1policy._simulate.approval_rules import (
    ApprovalRule,
    EscalationRule,
    Fallback,
    Group,
    PeopleSource,
    read_approval,
)


@pytest.mark.parametrize(
    ("tree", "rule"),
    [
        (
            {"users": {"user_ids": ["u1", "u2"], "allow_self_approval": True}},
            ApprovalRule(PeopleSource("users", ("u1", "u2")), allows_self_approval=True),
        ),
        (
            {"manager": {"require_distinct_approvers": True}},
            ApprovalRule(PeopleSource("manager"), requires_distinct_approvers=True),
        ),
        (
            {"group": {"app_id": "okta", "app_group_id": "g1"}},
            ApprovalRule(PeopleSource("group", group=Group("okta", "g1"))),
        ),
        (
            {"expression": {"expressions": ["appOwners"]}},
            ApprovalRule(PeopleSource("expression", expressions=("appOwners",))),
        ),
        ({"self": {}}, ApprovalRule(PeopleSource("self"), allows_self_approval=True)),
        ({"webhook": {"webhook_id": "w1"}}, ApprovalRule(PeopleSource("webhook"), "w1")),
        ({"newer_kind": {}}, ApprovalRule(PeopleSource(""))),
    ],
    ids=["users", "manager", "group", "expression", "self", "webhook", "unknown"],
)
def test_an_approval_names_its_source(tree: dict[str, Any], rule: ApprovalRule) -> None:
    assert read_approval(tree) == rule


GROUPS = [{"app_id": "okta", "app_entitlement_id": "g1"}]


@pytest.mark.parametrize(
    ("fields", "fallback"),
    [
        ({"fallback_user_ids": ["u1"]}, None),
        ({"fallback": True, "fallback_user_ids": ["u1"]}, Fallback(("u1",))),
        (
            {"fallback": True, "fallback_user_ids": ["u1"], "fallback_group_ids": GROUPS},
            Fallback(("u1",)),
        ),
        (
            {
                "fallback": True,
                "fallback_user_ids": ["u1"],
                "fallback_group_ids": GROUPS,
                "is_group_fallback_enabled": True,
            },
            Fallback(groups=(Group("okta", "g1"),)),
        ),
    ],
    ids=["off", "users", "groups-off", "groups"],
)
def test_the_fallback_is_users_or_groups(fields: dict[str, Any], fallback: Fallback | None) -> None:
    assert read_approval({"manager": fields}).fallback == fallback


@pytest.mark.parametrize(
    ("escalation", "rule"),
    [
        (
            {"expiration": "60", "replace_policy": {"policy_id": "p2"}},
            EscalationRule("replace_policy", timedelta(minutes=1), policy_id="p2"),
        ),
        (
            {"expiration": "4h", "reassign_to_approvers": {"approver_ids": ["u1"]}},
            EscalationRule("reassign_to_approvers", timedelta(hours=4), user_ids=("u1",)),
        ),
        ({"cancel_ticket": {}}, EscalationRule("cancel_ticket", None)),
        ({"expiration": "60"}, None),
    ],
    ids=["replace", "reassign", "cancel", "no-action"],
)
def test_the_escalation_has_an_action_and_a_time(
    escalation: dict[str, Any], rule: EscalationRule | None
) -> None:
    tree = {"manager": {}, "escalation": escalation}
    assert read_approval({**tree, "escalation_enabled": True}).escalation == rule
    assert read_approval(tree).escalation is None
