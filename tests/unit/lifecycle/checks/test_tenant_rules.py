"""Everything that a tenant rejects is refused before it is sent, at its path, by its rule."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._model.unknown import UNKNOWN
from tests.unit.lifecycle.checks.test_preview_rules import (
    FIRST,
    LOW,
    MANAGER,
    approval,
    cases,
    policy,
    said,
    with_rules,
)

AGENT: Tree = {
    "agent_mode": "APPROVAL_AGENT_MODE_FULL_CONTROL",
    "agent_failure_action": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
}
GROUPS = [{"app_id": "a", "app_entitlement_id": "e"}]
PROVISION: Tree = {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}}
RUN: Tree = {"action": {"automation": {"automation_template_id": "t"}}}


def of_type(kind: str, *steps: Any, **fields: Any) -> Tree:
    lists = {kind.lower(): {"steps": list(steps)}}
    return policy(policy_type=f"POLICY_TYPE_{kind}", policy_steps=lists, **fields)


def agent(**fields: Any) -> Tree:
    return {"approval": {"agent": {k: v for k, v in (AGENT | fields).items() if v is not None}}}


TENANTS = {
    "a provision step": (
        policy(MANAGER, PROVISION),
        'policy_steps["grant"].steps[1].provision',
        "provision-step",
        "`provision steps are not allowed in policies`); remove it, and set provisioning on the "
        "entitlement",
    ),
    "an action step": (policy(RUN), f"{FIRST}.action", "action-step", "not yet supported"),
    "an empty step": (policy(MANAGER, {}), 'policy_steps["grant"].steps[1]', "empty-step", "nil"),
    "a step of nulls": (policy({"approval": None}), FIRST, "empty-step", "HTTP 500"),
    "an empty list": (
        policy(policy_steps={"grant": {"steps": []}}),
        'policy_steps["grant"]',
        "no-steps",
        "HTTP 400",
    ),
    "no list": (
        with_rules(LOW, low={}),
        'policy_steps["low"]',
        "no-steps",
        "or remove the key",
    ),
    "no baseline": (
        policy(policy_steps={"low": {"steps": [MANAGER]}}, rules=[LOW]),
        "policy_steps",
        "no-baseline",
        '{"grant": {"steps": [{"reject": {}}]}}',
    ),
    "an internal type": (of_type("PROVISION", MANAGER), "policy_type", "policy-type", "internal"),
    "a deprecated type": (
        of_type("ACCESS_REQUEST", MANAGER),
        "policy_type",
        "policy-type",
        "deprecated",
    ),
    "a fallback to nobody": (
        approval(manager={"fallback": True}),
        f"{FIRST}.approval.manager.fallback",
        "fallback-nobody",
        "`fallback_user_ids` is empty",
    ),
    "a fallback to users while groups are chosen": (
        approval(
            self={
                "fallback": True,
                "is_group_fallback_enabled": True,
                "fallback_user_ids": ["u"],
            }
        ),
        f"{FIRST}.approval.self.fallback",
        "fallback-nobody",
        "instead of the users",
    ),
    "a fallback to groups that are not chosen": (
        approval(manager={"fallback": True, "fallback_group_ids": GROUPS}),
        f"{FIRST}.approval.manager.fallback",
        "fallback-nobody",
        "set `is_group_fallback_enabled`",
    ),
    "an agent without a mode": (
        policy(agent(agent_mode=None)),
        f"{FIRST}.approval.agent.agent_mode",
        "agent-mode",
        "is required",
    ),
    "an agent of no mode": (
        policy(agent(agent_mode="APPROVAL_AGENT_MODE_UNSPECIFIED")),
        f"{FIRST}.approval.agent.agent_mode",
        "agent-mode",
        "is required",
    ),
    "an agent with full control of a review": (
        of_type("CERTIFY", agent()),
        'policy_steps["certify"].steps[0].approval.agent.agent_mode',
        "agent-mode",
        "can only be 'APPROVAL_AGENT_MODE_COMMENT_ONLY'",
    ),
    "an agent that revokes": (
        of_type("REVOKE", agent()),
        'policy_steps["revoke"].steps[0].approval.agent',
        "agent-type",
        "grant and certify policies",
    ),
    "an agent without a failure action": (
        policy(agent(agent_failure_action=None)),
        f"{FIRST}.approval.agent.agent_failure_action",
        "agent-failure-action",
        "is required",
    ),
    "an agent that may choose among no policies": (
        policy(agent(agent_mode="APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY")),
        f"{FIRST}.approval.agent.policy_ids",
        "agent-policies",
        "add the ids of policies",
    ),
    "an agent that reassigns to nobody": (
        policy(agent(agent_failure_action="APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_USERS")),
        f"{FIRST}.approval.agent.reassign_to_user_ids",
        "agent-reassign",
        "add the ids of users",
    ),
    "an agent's user": (
        policy(agent(agent_user_id="u")),
        f"{FIRST}.approval.agent.agent_user_id",
        "agent-user",
        "remove it",
    ),
    "an empty condition": (
        with_rules(LOW | {"condition": " "}),
        "rules[0].condition",
        "empty-condition",
        "`true` always matches",
    ),
}

ACCEPTED_BY_TENANTS = {
    "an agent": policy(agent()),
    "an agent that comments on a review": of_type(
        "CERTIFY", agent(agent_mode="APPROVAL_AGENT_MODE_COMMENT_ONLY")
    ),
    "a fallback to users": approval(manager={"fallback": True, "fallback_user_ids": ["u"]}),
    "a fallback to groups": approval(
        manager={
            "fallback": True,
            "is_group_fallback_enabled": True,
            "fallback_group_ids": GROUPS,
        }
    ),
    "users that are unknown": approval(manager={"fallback": True, "fallback_user_ids": UNKNOWN}),
    "a choice that is unknown": approval(
        manager={"fallback": True, "is_group_fallback_enabled": UNKNOWN}
    ),
    "a fallback that is unknown": approval(manager={"fallback": UNKNOWN}),
    "an agent that is unknown": policy({"approval": {"agent": UNKNOWN}}),
    "a mode that is unknown": policy(agent(agent_mode=UNKNOWN)),
    "policies that are unknown": policy(
        agent(agent_mode="APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY", policy_ids=UNKNOWN)
    ),
    "a denial on purpose": policy({"reject": {}}),
    "steps that are unknown": policy(policy_steps={"grant": {"steps": UNKNOWN}}),
}


@cases(TENANTS)
def test_a_policy_that_tenants_reject_has_one_error(
    inputs: Tree, path: str, rule_id: str, hint: str
) -> None:
    errors = [finding for finding in check(inputs) if finding.severity == "error"]
    assert [said(finding) for finding in errors] == [("error", path, rule_id)]
    assert hint in errors[0].message


@pytest.mark.parametrize("inputs", ACCEPTED_BY_TENANTS.values(), ids=ACCEPTED_BY_TENANTS)
def test_a_policy_that_tenants_accept_has_no_finding(inputs: Tree) -> None:
    assert check(inputs) == []


@pytest.mark.parametrize("end", ["accept", "reject"])
def test_a_step_after_the_end_causes_a_warning(end: str) -> None:
    found = check(policy({end: {}}, MANAGER, MANAGER))
    assert [said(finding) for finding in found] == [
        ("warning", 'policy_steps["grant"].steps[1]', "after-end")
    ]
