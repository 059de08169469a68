"""Facts about what a tenant refuses, by the text of its refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acceptance.fact import Fact
from acceptance.facts.definitions import MANAGER
from acceptance.tenant import Json, Tenant, refused

_CLI = "the vendor's CLI"
_TESTS = "the acceptance tests of the vendor's Terraform provider"
_API = "the API's description"
_MODE = "APPROVAL_AGENT_MODE_"
_ACTION = "APPROVAL_AGENT_FAILURE_ACTION_"
_AGENT: Json = {
    "agentMode": f"{_MODE}FULL_CONTROL",
    "agentFailureAction": f"{_ACTION}SKIP_POLICY_STEP",
}


def _refuses(text: str, *steps: Json, **fields: Any) -> Callable[[Tenant], None]:
    def case(tenant: Tenant) -> None:
        refused(tenant.try_create(tenant.body(*steps, **fields)), text)

    return case


def _agent(text: str, kind: str = "GRANT", **fields: Any) -> Callable[[Tenant], None]:
    agent = {key: value for key, value in (_AGENT | fields).items() if value is not None}
    steps = {kind.lower(): {"steps": [{"approval": {"agent": agent}}]}}
    return _refuses(text, policyType=f"POLICY_TYPE_{kind}", policySteps=steps)


def _rule(text: str, **rule: Any) -> Callable[[Tenant], None]:
    return _refuses(text, rules=[rule])


def _rules_17(tenant: Tenant) -> None:
    rules = [{"condition": f"subject.id == '{n}'", "stepKey": "grant"} for n in range(17)]
    refused(tenant.try_create(tenant.body(rules=rules)), "", 400)


def _other_type(tenant: Tenant) -> None:
    base = tenant.create()["id"]
    body = tenant.body(policyType="POLICY_TYPE_REVOKE", policySteps=None, baselinePolicyId=base)
    refused(tenant.try_create(body))


def _two_baselines(tenant: Tenant) -> None:
    refused(tenant.try_create(tenant.body(baselinePolicyId=tenant.create()["id"])))


def _step_on_update(tenant: Tenant) -> None:
    policy_id = str(tenant.create()["id"])
    steps = {"grant": {"steps": [MANAGER, _PROVISION]}}
    answer = tenant.update(policy_id, {"policySteps": steps}, "policySteps")
    refused(answer, "provision steps are not allowed in policies")


def _unknown_key(tenant: Tenant) -> None:
    refused(tenant.try_create(tenant.body(nonsense=True)), "", 400)


def _unknown_key_below(tenant: Tenant) -> None:
    refused(tenant.try_create(tenant.body({"approval": {"manager": {}, "nonsense": 1}})), "", 400)


_PROVISION: Json = {"provision": {"provisionPolicy": {"connector": {"defaultBehavior": {}}}}}
_RUN: Json = {"action": {"automation": {"automationTemplateId": "0" * 27}}}
_USERS_33 = {"approval": {"users": {"userIds": [f"{n:027}" for n in range(33)]}}}

FACTS = (
    Fact(
        "provision-step",
        "A provision step is refused.",
        "source",
        _CLI,
        _refuses("provision steps are not allowed in policies", MANAGER, _PROVISION),
    ),
    Fact(
        "provision-step-on-update",
        "A provision step is refused in an update, too.",
        "inferred",
        _CLI,
        _step_on_update,
    ),
    Fact(
        "action-step",
        "An action step is refused.",
        "source",
        _CLI,
        _refuses("unsupported workflow step type", _RUN),
    ),
    Fact(
        "empty-step",
        "An empty step is refused.",
        "source",
        _CLI,
        _refuses("policy step is nil", {}),
    ),
    Fact(
        "empty-list",
        "An empty list of steps is refused.",
        "live",
        _TESTS,
        _refuses("at least 1 item", policySteps={"grant": {"steps": []}}),
    ),
    Fact(
        "empty-list-beside",
        "An empty list is refused under any key.",
        "live",
        _TESTS,
        _refuses(
            "at least 1 item", policySteps={"grant": {"steps": [MANAGER]}, "other": {"steps": []}}
        ),
    ),
    Fact(
        "type-unset",
        "A policy without a type is refused.",
        "source",
        _CLI,
        _refuses("", policyType=None),
    ),
    Fact(
        "type-provision",
        "The type PROVISION cannot be created.",
        "inferred",
        _API,
        _refuses(
            "", policyType="POLICY_TYPE_PROVISION", policySteps={"provision": {"steps": [MANAGER]}}
        ),
    ),
    Fact(
        "type-access-request",
        "The type ACCESS_REQUEST cannot be created.",
        "inferred",
        _API,
        _refuses(
            "",
            policyType="POLICY_TYPE_ACCESS_REQUEST",
            policySteps={"access_request": {"steps": [MANAGER]}},
        ),
    ),
    Fact(
        "name-required",
        "A policy without a name is refused.",
        "docs",
        _API,
        _refuses("", displayName=""),
    ),
    Fact("rules-17", "A 17th rule is refused.", "docs", _API, _rules_17),
    Fact(
        "rule-empty-condition",
        "An empty condition is refused.",
        "docs",
        _API,
        _rule("", condition="", stepKey="grant"),
    ),
    Fact(
        "rule-without-steps",
        "A `stepKey` without steps is refused.",
        "source",
        _CLI,
        _rule("no steps for rule", condition="true", stepKey="nowhere"),
    ),
    Fact(
        "rule-two-outcomes",
        "`policyKey` beside `stepKey` is refused, even if equal.",
        "source",
        _CLI,
        _rule("", condition="true", stepKey="grant", policyKey="grant"),
    ),
    Fact(
        "fallback-nobody",
        "`fallback` without anybody is refused.",
        "source",
        _CLI,
        _refuses("", {"approval": {"manager": {"fallback": True}}}),
    ),
    Fact(
        "assigned",
        "`assigned` is refused.",
        "source",
        _CLI,
        _refuses("assigned is a read-only field", {"approval": {"manager": {}, "assigned": True}}),
    ),
    Fact(
        "assigned-users",
        "A manager's `assignedUserIds` are refused.",
        "source",
        _CLI,
        _refuses(
            "assigned user IDs is set by the task workflow",
            {"approval": {"manager": {"assignedUserIds": ["0" * 27]}}},
        ),
    ),
    Fact(
        "users-none",
        "A `users` approval without users is refused.",
        "live",
        _TESTS,
        _refuses("", {"approval": {"users": {"userIds": []}}}),
    ),
    Fact(
        "users-33",
        "A `users` approval of 33 users is refused.",
        "live",
        _TESTS,
        _refuses("", _USERS_33),
    ),
    Fact(
        "duration-form",
        "The duration `1h` is refused.",
        "live",
        _TESTS,
        _refuses("", {"wait": {"duration": {"duration": "1h"}}}),
    ),
    Fact(
        "agent-mode",
        "An agent without a mode is refused.",
        "source",
        _CLI,
        _agent("agent mode is required", agentMode=None),
    ),
    Fact(
        "agent-mode-certify",
        "In a certify policy an agent may only comment.",
        "source",
        _CLI,
        _agent("agent mode can only be", "CERTIFY"),
    ),
    Fact(
        "agent-revoke",
        "An agent in a revoke policy is refused.",
        "source",
        _CLI,
        _agent("agent approval steps are only allowed", "REVOKE"),
    ),
    Fact(
        "agent-failure-action",
        "An agent without a failure action is refused.",
        "source",
        _CLI,
        _agent("agent failure action is required", agentFailureAction=None),
    ),
    Fact(
        "agent-policies",
        "An agent that may only change the policy needs policies.",
        "source",
        _CLI,
        _agent("policy ids are required when agent mode", agentMode=f"{_MODE}CHANGE_POLICY_ONLY"),
    ),
    Fact(
        "agent-reassign",
        "An agent that reassigns to users needs users.",
        "source",
        _CLI,
        _agent(
            "reassign to user ids is required", agentFailureAction=f"{_ACTION}REASSIGN_TO_USERS"
        ),
    ),
    Fact(
        "agent-user",
        "`agentUserId` is refused on write.",
        "source",
        _CLI,
        _agent("agent approval steps are system-driven", agentUserId="0" * 27),
    ),
    Fact(
        "baseline-other-type",
        "A baseline policy of another type is refused.",
        "docs",
        _API,
        _other_type,
    ),
    Fact(
        "two-baselines",
        "Baseline steps beside a baseline policy are refused.",
        "docs",
        _API,
        _two_baselines,
    ),
    Fact("unknown-key", "An unknown key of a body is refused.", "source", _CLI, _unknown_key),
    Fact(
        "unknown-key-below",
        "An unknown key at any depth is refused.",
        "source",
        _CLI,
        _unknown_key_below,
    ),
)
