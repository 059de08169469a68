"""Rejections of the tenant's handlers: HTTP 500 with gRPC code 2, and their known texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

Create = Callable[..., dict[str, Any]]
Update = Callable[..., httpx.Response]
PROVISION: dict[str, Any] = {"provision": {"provisionPolicy": {"connector": {}}}}
ACTION = {"action": {"automation": {"automationTemplateId": "x"}}}
NO_PROVISION = "provision steps are not allowed in policies"
SKIP = "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP"


def make_policy(step: dict[str, Any], kind: str = "grant") -> dict[str, Any]:
    """Return a policy whose baseline is one step."""
    return {
        "displayName": "P",
        "policyType": f"POLICY_TYPE_{kind.upper()}",
        "policySteps": {kind: {"steps": [step]}},
    }


def make_approval(kind: str = "manager", /, **fields: Any) -> dict[str, Any]:
    """Return an approval step of one kind."""
    return {"approval": {kind: fields}}


def make_agent(mode: str = "", failure: str = SKIP, **fields: Any) -> dict[str, Any]:
    """Return an agent's approval; the default mode is full control."""
    return make_approval(
        "agent",
        agentMode=f"APPROVAL_AGENT_MODE_{mode or 'FULL_CONTROL'}",
        agentFailureAction=failure,
        **fields,
    )


REASSIGN = "APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_USERS"
FALLBACKS = ("manager", "group", "self", "entitlementOwners", "expression", "resourceOwners")
CASES = [
    pytest.param(make_policy(PROVISION), NO_PROVISION, id="provision"),
    pytest.param(make_policy(PROVISION, "revoke"), NO_PROVISION, id="provision-of-revoke"),
    pytest.param(make_policy(PROVISION, "certify"), NO_PROVISION, id="provision-of-certify"),
    pytest.param(make_policy(ACTION), "unsupported workflow step type", id="action"),
    pytest.param(make_policy({}), "policy step is nil", id="empty-step"),
    pytest.param(make_policy({"accept": None}), "policy step is nil", id="null-step"),
    pytest.param(
        make_policy({"accept": {}}) | {"rules": [{"condition": "true", "stepKey": "nowhere"}]},
        "no steps for rule",
        id="no-such-steps",
    ),
    pytest.param(
        make_policy({"accept": {}}) | {"rules": [{"condition": "true", "policyKey": "nowhere"}]},
        "no steps for rule",
        id="no-such-steps-old",
    ),
    pytest.param(
        make_policy({"approval": {"manager": {}, "assigned": True}}),
        "assigned is a read-only field",
        id="assigned",
    ),
    pytest.param(
        make_policy(make_approval(assignedUserIds=["u"])),
        "assigned user IDs is set by the task workflow",
        id="assigned-user-ids",
    ),
    *(
        pytest.param(
            make_policy(make_approval(kind, fallback=True)),
            "fallback",
            id=f"no-fallback-users-{kind}",
        )
        for kind in FALLBACKS
    ),
    pytest.param(
        make_policy(make_approval(fallback=True, fallbackGroupIds=[{"appId": "a"}])),
        "fallback user ids are required",
        id="groups-without-the-switch",
    ),
    pytest.param(
        make_policy(
            make_approval(fallback=True, fallbackUserIds=["u"], isGroupFallbackEnabled=True)
        ),
        "fallback group ids are required",
        id="users-with-the-switch",
    ),
    pytest.param(
        make_policy(make_approval("agent", agentFailureAction=SKIP)),
        "agent mode is required",
        id="no-mode",
    ),
    pytest.param(
        make_policy(make_agent(), "certify"), "agent mode can only be", id="mode-of-certify"
    ),
    pytest.param(
        make_policy(make_agent(), "revoke"),
        "agent approval steps are only allowed",
        id="agent-of-revoke",
    ),
    pytest.param(
        make_policy(make_agent(agentUserId="u")),
        "agent approval steps are system-driven",
        id="agent-user",
    ),
    pytest.param(
        make_policy(make_agent("CHANGE_POLICY_ONLY")),
        "policy ids are required when agent mode",
        id="no-policies",
    ),
    pytest.param(
        make_policy(make_approval("agent", agentMode="APPROVAL_AGENT_MODE_FULL_CONTROL")),
        "agent failure action is required",
        id="no-failure-action",
    ),
    pytest.param(
        make_policy(make_agent(failure=REASSIGN)),
        "reassign to user ids is required",
        id="reassign-without-users",
    ),
]


@pytest.mark.parametrize(("sent", "text"), CASES)
def test_a_create_of_an_invalid_policy_is_rejected_with_500(
    c1_tenant: Emulator, http: httpx.Client, sent: dict[str, Any], text: str
) -> None:
    before = len(c1_tenant.policies)
    answer = http.post("/api/v1/policies", json=sent)
    assert answer.status_code == 500
    assert text in answer.json()["message"]
    assert answer.json() == {"code": 2, "message": answer.json()["message"], "details": []}
    assert len(c1_tenant.policies) == before


@pytest.mark.parametrize(("sent", "text"), CASES)
def test_an_update_to_an_invalid_policy_is_rejected_with_500(
    c1_tenant: Emulator, create: Create, update: Update, sent: dict[str, Any], text: str
) -> None:
    kind = sent["policyType"].rpartition("_")[2].lower()
    held = create(**make_policy({"accept": {}}, kind))["id"]
    before = c1_tenant.policy(held)
    for mask in ("policySteps,rules", None):
        answer = update(held, sent, mask)
        assert (answer.status_code, answer.json()["code"]) == (500, 2)
        assert text in answer.json()["message"]
    assert c1_tenant.policy(held) == before


def test_an_agent_does_not_change_to_its_own_policy(create: Create, update: Update) -> None:
    held = create()["id"]
    sent = make_policy(make_agent("CHANGE_POLICY_ONLY", policyIds=[held]))
    answer = update(held, sent, "policySteps")
    assert (answer.status_code, answer.json()["code"]) == (500, 2)


@pytest.mark.parametrize(
    "step",
    [
        {"reject": {}},
        make_approval(),
        make_approval(fallback=True, fallbackUserIds=["u"]),
        make_approval(isGroupFallbackEnabled=True),
        make_approval(
            fallback=True,
            isGroupFallbackEnabled=True,
            fallbackGroupIds=[{"appId": "a", "appEntitlementId": "e"}],
        ),
        make_agent(),
        make_agent("COMMENT_ONLY"),
        make_agent("CHANGE_POLICY_ONLY", policyIds=["another"]),
        make_agent(failure=REASSIGN, reassignToUserIds=["u"]),
    ],
    ids=str,
)
def test_a_create_with_a_valid_step_is_accepted(create: Create, step: dict[str, Any]) -> None:
    create(**make_policy(step))


def test_a_certify_policy_accepts_a_commenting_agent(create: Create) -> None:
    create(**make_policy(make_agent("COMMENT_ONLY"), "certify"))


SEEDED: dict[str, Any] = {
    "displayName": "Older",
    "policyType": "POLICY_TYPE_GRANT",
    "policySteps": {
        "grant": {"steps": [{"approval": {"manager": {}, "assigned": True}}, PROVISION]}
    },
    "rules": [{"condition": "old(", "stepKey": "nowhere"}],
}


def test_an_older_policy_can_have_steps_that_a_write_rejects(
    c1_tenant: Emulator, http: httpx.Client, update: Update
) -> None:
    held = c1_tenant.add_policy(SEEDED)
    assert {key: held[key] for key in SEEDED} == SEEDED
    shown = http.get(f"/api/v1/policies/{held['id']}").json()["policy"]
    assert shown["policySteps"]["grant"]["steps"][1]["provision"]
    assert update(held["id"], {"description": "D"}, "description").status_code == 200
    assert c1_tenant.policy(held["id"])["policySteps"] == SEEDED["policySteps"]
    answer = update(held["id"], shown, "policySteps")
    assert (answer.status_code, answer.json()["code"]) == (500, 2)


def test_an_older_policy_can_lack_its_baseline(c1_tenant: Emulator, update: Update) -> None:
    held = c1_tenant.add_policy({"displayName": "Old", "policyType": "POLICY_TYPE_GRANT"})
    update(held["id"], {"description": "D"}, "description")
    assert "policySteps" not in c1_tenant.policy(held["id"])


@pytest.mark.parametrize("over", ["python", "http"])
def test_an_unchecked_edit_can_add_steps_that_a_write_rejects(
    c1_tenant: Emulator, http: httpx.Client, create: Create, over: str
) -> None:
    held = create()["id"]
    change = {"policySteps": make_policy(PROVISION)["policySteps"]}
    assert http.post(f"/_emulator/product-edit/{held}", json=change).status_code == 500
    if over == "python":
        c1_tenant.product_edit(held, change, checked=False)
    else:
        http.post(f"/_emulator/product-edit/{held}?checked=false", json=change)
    assert c1_tenant.policy(held)["policySteps"] == change["policySteps"]


@pytest.mark.parametrize(
    ("style", "status", "code", "is_alone"),
    [("unknown", 500, 2, True), ("wrapped", 500, 2, False), ("invalid", 400, 3, True)],
)
def test_a_rejection_has_the_form_of_the_quirk(
    c1_tenant: Emulator, http: httpx.Client, style: str, status: int, code: int, is_alone: bool
) -> None:
    c1_tenant.set_quirks(handler_errors=style)
    answer = http.post("/api/v1/policies", json=make_policy(PROVISION))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert NO_PROVISION in answer.json()["message"]
    assert (answer.json()["message"] == NO_PROVISION) is is_alone


@pytest.mark.parametrize("step", [PROVISION, ACTION], ids=["provision", "action"])
def test_a_quirk_accepts_held_steps_in_updates(
    c1_tenant: Emulator, http: httpx.Client, create: Create, update: Update, step: dict[str, Any]
) -> None:
    held = create()["id"]
    c1_tenant.set_quirks(steps_on_update="accepted")
    assert update(held, make_policy(step), "policySteps").status_code == 200
    assert c1_tenant.policy(held)["policySteps"] == make_policy(step)["policySteps"]
    assert http.post("/api/v1/policies", json=make_policy(step)).status_code == 500
