"""Facts about what a definition may hold, and how it reads back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acceptance.fact import Fact, NotTried, expect
from acceptance.tenant import Json, Tenant

_TESTS = "the acceptance tests of the vendor's Terraform provider"
_API = "the API's description"
_CLI = "the vendor's CLI"
_GUIDE = "the vendor's documentation of policies"

MANAGER: Json = {"approval": {"manager": {}}}


def _user(tenant: Tenant) -> str:
    answer = tenant.send("POST", "/api/v1/search/users", {"pageSize": 10})
    rows = answer.json().get("list") or [] if answer.is_success else []
    found = [str((row.get("user") or {}).get("id") or "") for row in rows]
    if not any(found):
        raise NotTried("no user can be looked up")
    return next(filter(None, found))


def _takes(*steps: Json) -> Callable[[Tenant], None]:
    def case(tenant: Tenant) -> None:
        held = tenant.create(*steps)["policySteps"]["grant"]["steps"]
        expect(len(held) == len(steps), "another number of steps")
        for sent, kept in zip(steps, held, strict=True):
            expect(next(iter(sent)) in kept, "another kind of step")

    return case


def _users(tenant: Tenant) -> None:
    _takes({"approval": {"users": {"userIds": [_user(tenant)]}}})(tenant)


def _fallback(tenant: Tenant) -> None:
    manager = {"fallback": True, "fallbackUserIds": [_user(tenant)]}
    _takes({"approval": {"manager": manager}})(tenant)


def _form() -> Json:
    field = {"name": "reason", "displayName": "Reason", "stringField": {"textField": {}}}
    return {"form": {"form": {"displayName": "Purpose", "fields": [field]}}}


def _injected(tenant: Tenant) -> None:
    held = tenant.create(policySteps=None)["policySteps"]
    expect(held == {"grant": {"steps": [{"reject": {}}]}}, "another baseline")


def _injected_beside(tenant: Tenant) -> None:
    held = tenant.create(policySteps={"other": {"steps": [MANAGER]}})["policySteps"]
    expect(held.get("grant") == {"steps": [{"reject": {}}]}, "another baseline")


def _baseline_policy(tenant: Tenant) -> None:
    base = tenant.create()["id"]
    held = tenant.create(policySteps=None, baselinePolicyId=base)
    expect(held["baselinePolicyId"] == base, "another baseline policy")
    expect(not held.get("policySteps"), "steps beside the baseline policy")


def _rules(count: int) -> list[Json]:
    return [
        {"condition": f"subject.department == 'D{n}'", "stepKey": "grant"} for n in range(count)
    ]


def _sixteen(tenant: Tenant) -> None:
    expect(len(tenant.create(rules=_rules(16))["rules"]) == 16, "another number of rules")


def _catch_all(tenant: Tenant) -> None:
    tenant.create(rules=[{"condition": "true", "stepKey": "grant"}])


def _rule_to_policy(tenant: Tenant) -> None:
    other = tenant.create()["id"]
    held = tenant.create(rules=[{"condition": "true", "policyId": other}])["rules"]
    expect(held[0].get("policyId") == other, "another outcome")


def _any_key(tenant: Tenant) -> None:
    key = "with_underscore and space"
    steps: Json = {"grant": {"steps": [MANAGER]}, key: {"steps": [{"reject": {}}]}}
    held = tenant.create(policySteps=steps, rules=[{"condition": "true", "stepKey": key}])
    expect(key in held["policySteps"], "another key")


def _order(tenant: Tenant) -> None:
    rules = _rules(3)
    held = [rule["condition"] for rule in tenant.create(rules=rules)["rules"]]
    expect(held == [rule["condition"] for rule in rules], "another order")


def _escalation_dropped(tenant: Tenant) -> None:
    approval = {"manager": {}, "escalation": {"expiration": "3600", "skipStep": {}}}
    held = tenant.create({"approval": approval})["policySteps"]["grant"]["steps"][0]
    expect("escalation" not in held["approval"], "the escalation was kept")


def _escalation_kept(tenant: Tenant) -> None:
    escalation = {"expiration": "3600", "skipStep": {}}
    approval = {"manager": {}, "escalationEnabled": True, "escalation": escalation}
    held = tenant.create({"approval": approval})["policySteps"]["grant"]["steps"][0]
    expect(held["approval"]["escalation"]["expiration"] == "3600", "another expiration")


def _duration(tenant: Tenant) -> None:
    step = tenant.create({"wait": {"duration": {"duration": "7200s"}}})
    held = step["policySteps"]["grant"]["steps"][0]["wait"]["duration"]["duration"]
    expect(float(held.removesuffix("s")) == 7200, "another duration")


def _types(kind: str) -> Callable[[Tenant], None]:
    def case(tenant: Tenant) -> None:
        steps: Any = {kind.lower(): {"steps": [MANAGER]}}
        tenant.create(policyType=f"POLICY_TYPE_{kind}", policySteps=steps)

    return case


def _post_action(tenant: Tenant) -> None:
    held = tenant.create(
        policyType="POLICY_TYPE_CERTIFY",
        policySteps={"certify": {"steps": [MANAGER]}},
        postActions=[{"certifyRemediateImmediately": True}],
    )
    expect(held["postActions"] == [{"certifyRemediateImmediately": True}], "another action")


def _agent(tenant: Tenant) -> None:
    agent = {
        "instructions": "Comment only.",
        "agentMode": "APPROVAL_AGENT_MODE_COMMENT_ONLY",
        "agentFailureAction": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
    }
    answer = tenant.try_create(tenant.body({"approval": {"agent": agent}}))
    if answer.status_code in (403, 501):
        raise NotTried("agents are not available")
    expect(answer.is_success, f"answered {answer.status_code}")


def _same_name(tenant: Tenant) -> None:
    name = tenant.create()["displayName"]
    tenant.create(displayName=name)


FACTS = (
    Fact("step-approval", "A policy may hold an approval.", "live", _TESTS, _takes(MANAGER)),
    Fact(
        "step-accept", "A policy may hold an `accept` step.", "live", _TESTS, _takes({"accept": {}})
    ),
    Fact(
        "step-reject", "A policy may hold a `reject` step.", "live", _TESTS, _takes({"reject": {}})
    ),
    Fact(
        "step-wait",
        "A policy may hold a wait.",
        "live",
        _TESTS,
        _takes({"wait": {"duration": {"duration": "3600s"}}}, MANAGER),
    ),
    Fact("step-form", "A policy may hold a form.", "docs", _API, _takes(_form(), MANAGER)),
    Fact(
        "approval-app-owners",
        "The owners of the app may approve.",
        "live",
        _TESTS,
        _takes({"approval": {"appOwners": {}}}),
    ),
    Fact(
        "approval-entitlement-owners",
        "The owners of the entitlement may approve.",
        "docs",
        _API,
        _takes({"approval": {"entitlementOwners": {}}}),
    ),
    Fact(
        "approval-resource-owners",
        "The owners of the resource may approve.",
        "docs",
        _API,
        _takes({"approval": {"resourceOwners": {}}}),
    ),
    Fact(
        "approval-self",
        "People may approve for themselves.",
        "live",
        _TESTS,
        _takes({"approval": {"self": {}}}),
    ),
    Fact(
        "approval-expression",
        "An expression may name the approvers.",
        "live",
        _TESTS,
        _takes({"approval": {"expression": {"expressions": ["appOwners"]}}}),
    ),
    Fact("approval-users", "Named users may approve.", "live", _TESTS, _users),
    Fact(
        "approval-fallback", "A manager approval may fall back to users.", "live", _TESTS, _fallback
    ),
    Fact(
        "approval-agent",
        "An agent with its mode and failure action may take part.",
        "source",
        _CLI,
        _agent,
    ),
    Fact("type-grant", "A policy of type grant can be made.", "live", _TESTS, _types("GRANT")),
    Fact("type-revoke", "A policy of type revoke can be made.", "live", _TESTS, _types("REVOKE")),
    Fact(
        "type-certify", "A policy of type certify can be made.", "live", _TESTS, _types("CERTIFY")
    ),
    Fact(
        "baseline-injected",
        "Without any steps a tenant stores a rejection as the baseline.",
        "source",
        _CLI,
        _injected,
    ),
    Fact(
        "baseline-injected-beside",
        "Steps under other keys alone get a rejection as the baseline.",
        "source",
        _CLI,
        _injected_beside,
    ),
    Fact(
        "baseline-policy",
        "A policy with `baselinePolicyId` reads back without steps.",
        "live",
        _TESTS,
        _baseline_policy,
    ),
    Fact("rules-16", "A policy may have 16 rules.", "docs", _API, _sixteen),
    Fact("rules-order", "Rules keep their order.", "docs", _GUIDE, _order),
    Fact("rule-catch-all", "The condition `true` is accepted.", "docs", _API, _catch_all),
    Fact(
        "rule-to-policy", "A rule may hand over to another policy.", "docs", _API, _rule_to_policy
    ),
    Fact(
        "step-keys-are-data",
        "A key of steps may be any text and reads back as it is.",
        "docs",
        _GUIDE,
        _any_key,
    ),
    Fact(
        "escalation-dropped",
        "An escalation that is not enabled is dropped.",
        "live",
        _TESTS,
        _escalation_dropped,
    ),
    Fact(
        "escalation-kept",
        "An escalation that is enabled is kept; its expiration is seconds in a text.",
        "live",
        _TESTS,
        _escalation_kept,
    ),
    Fact("duration-kept", "A duration reads back with the same length.", "live", _TESTS, _duration),
    Fact("post-action", "A certify policy may remediate immediately.", "docs", _API, _post_action),
    Fact(
        "names-may-repeat",
        "Two policies may have one display name.",
        "inferred",
        "no public source",
        _same_name,
    ),
)
