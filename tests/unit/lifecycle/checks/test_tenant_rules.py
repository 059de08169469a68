"""Policies that tenants reject are errors of the preview, with path and rule."""

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
    describe,
    make_approval,
    make_policy,
    make_rules,
    parametrize,
)

AGENT: Tree = {
    "agent_mode": "APPROVAL_AGENT_MODE_FULL_CONTROL",
    "agent_failure_action": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
}
GROUPS = [{"app_id": "a", "app_entitlement_id": "e"}]
PROVISION: Tree = {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}}
RUN: Tree = {"action": {"automation": {"automation_template_id": "t"}}}


def make_policy_of_type(kind: str, *steps: Any, **fields: Any) -> Tree:
    lists = {kind.lower(): {"steps": list(steps)}}
    return make_policy(policy_type=f"POLICY_TYPE_{kind}", policy_steps=lists, **fields)


def make_agent(**fields: Any) -> Tree:
    return {"approval": {"agent": {k: v for k, v in (AGENT | fields).items() if v is not None}}}


TENANTS = {
    "a provision step": (
        make_policy(MANAGER, PROVISION),
        'policy_steps["grant"].steps[1].provision',
        "provision-step",
        "`provision steps are not allowed in policies`); remove it, and set provisioning on the "
        "entitlement",
    ),
    "an action step": (make_policy(RUN), f"{FIRST}.action", "action-step", "not yet supported"),
    "an empty step": (
        make_policy(MANAGER, {}),
        'policy_steps["grant"].steps[1]',
        "empty-step",
        "nil",
    ),
    "a step of nulls": (make_policy({"approval": None}), FIRST, "empty-step", "HTTP 500"),
    "an empty list": (
        make_policy(policy_steps={"grant": {"steps": []}}),
        'policy_steps["grant"]',
        "no-steps",
        "HTTP 400",
    ),
    "a key without a list of steps": (
        make_rules(LOW, low={}),
        'policy_steps["low"]',
        "no-steps",
        "or remove the key",
    ),
    "no baseline": (
        make_policy(policy_steps={"low": {"steps": [MANAGER]}}, rules=[LOW]),
        "policy_steps",
        "no-baseline",
        '{"grant": {"steps": [{"reject": {}}]}}',
    ),
    "an internal type": (
        make_policy_of_type("PROVISION", MANAGER),
        "policy_type",
        "policy-type",
        "internal",
    ),
    "a deprecated type": (
        make_policy_of_type("ACCESS_REQUEST", MANAGER),
        "policy_type",
        "policy-type",
        "deprecated",
    ),
    "a fallback without users": (
        make_approval(manager={"fallback": True}),
        f"{FIRST}.approval.manager.fallback",
        "fallback-nobody",
        "`fallback_user_ids` is empty",
    ),
    "a fallback to users while groups are chosen": (
        make_approval(
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
        make_approval(manager={"fallback": True, "fallback_group_ids": GROUPS}),
        f"{FIRST}.approval.manager.fallback",
        "fallback-nobody",
        "set `is_group_fallback_enabled`",
    ),
    "an agent without a mode": (
        make_policy(make_agent(agent_mode=None)),
        f"{FIRST}.approval.agent.agent_mode",
        "agent-mode",
        "is required",
    ),
    "an agent with the unspecified mode": (
        make_policy(make_agent(agent_mode="APPROVAL_AGENT_MODE_UNSPECIFIED")),
        f"{FIRST}.approval.agent.agent_mode",
        "agent-mode",
        "is required",
    ),
    "an agent with full control of a review": (
        make_policy_of_type("CERTIFY", make_agent()),
        'policy_steps["certify"].steps[0].approval.agent.agent_mode',
        "agent-mode",
        "can only be 'APPROVAL_AGENT_MODE_COMMENT_ONLY'",
    ),
    "an agent that revokes": (
        make_policy_of_type("REVOKE", make_agent()),
        'policy_steps["revoke"].steps[0].approval.agent',
        "agent-type",
        "grant and certify policies",
    ),
    "an agent without a failure action": (
        make_policy(make_agent(agent_failure_action=None)),
        f"{FIRST}.approval.agent.agent_failure_action",
        "agent-failure-action",
        "is required",
    ),
    "an agent without policies to choose": (
        make_policy(make_agent(agent_mode="APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY")),
        f"{FIRST}.approval.agent.policy_ids",
        "agent-policies",
        "add the ids of policies",
    ),
    "an agent that reassigns without users": (
        make_policy(
            make_agent(agent_failure_action="APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_USERS")
        ),
        f"{FIRST}.approval.agent.reassign_to_user_ids",
        "agent-reassign",
        "add the ids of users",
    ),
    "an agent's user": (
        make_policy(make_agent(agent_user_id="u")),
        f"{FIRST}.approval.agent.agent_user_id",
        "agent-user",
        "remove it",
    ),
    "an empty condition": (
        make_rules(LOW | {"condition": " "}),
        "rules[0].condition",
        "empty-condition",
        "`true` always matches",
    ),
}

ACCEPTED_BY_TENANTS = {
    "an agent": make_policy(make_agent()),
    "an agent that comments on a review": make_policy_of_type(
        "CERTIFY", make_agent(agent_mode="APPROVAL_AGENT_MODE_COMMENT_ONLY")
    ),
    "a fallback to users": make_approval(manager={"fallback": True, "fallback_user_ids": ["u"]}),
    "a fallback to groups": make_approval(
        manager={
            "fallback": True,
            "is_group_fallback_enabled": True,
            "fallback_group_ids": GROUPS,
        }
    ),
    "users that are unknown": make_approval(
        manager={"fallback": True, "fallback_user_ids": UNKNOWN}
    ),
    "a choice that is unknown": make_approval(
        manager={"fallback": True, "is_group_fallback_enabled": UNKNOWN}
    ),
    "a fallback that is unknown": make_approval(manager={"fallback": UNKNOWN}),
    "an agent that is unknown": make_policy({"approval": {"agent": UNKNOWN}}),
    "a mode that is unknown": make_policy(make_agent(agent_mode=UNKNOWN)),
    "policies that are unknown": make_policy(
        make_agent(agent_mode="APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY", policy_ids=UNKNOWN)
    ),
    "an explicit reject step": make_policy({"reject": {}}),
    "steps that are unknown": make_policy(policy_steps={"grant": {"steps": UNKNOWN}}),
}


@parametrize(TENANTS)
def test_a_policy_that_tenants_reject_has_one_error(
    inputs: Tree, path: str, rule_id: str, hint: str
) -> None:
    errors = [finding for finding in check(inputs) if finding.severity == "error"]
    assert [describe(finding) for finding in errors] == [("error", path, rule_id)]
    assert hint in errors[0].message


@pytest.mark.parametrize("inputs", ACCEPTED_BY_TENANTS.values(), ids=ACCEPTED_BY_TENANTS)
def test_a_policy_that_tenants_accept_has_no_finding(inputs: Tree) -> None:
    assert check(inputs) == []


@pytest.mark.parametrize("end", ["accept", "reject"])
def test_a_step_after_the_end_causes_a_warning(end: str) -> None:
    found = check(make_policy({end: {}}, MANAGER, MANAGER))
    assert [describe(finding) for finding in found] == [
        ("warning", 'policy_steps["grant"].steps[1]', "after-end")
    ]
