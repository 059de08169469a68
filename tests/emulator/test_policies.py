"""Creating, reading and deleting policies, and the policies that the tenant rejects."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

Create = Callable[..., dict[str, Any]]
USERS_33 = [f"user-{index}" for index in range(33)]
RULE = {"condition": "true", "stepKey": "grant"}


def make_rule(policy_id: str) -> dict[str, str]:
    """Return a rule that hands every request to another policy."""
    return {"condition": "true", "policyId": policy_id}


NO_STEPS = "invalid PolicySteps.Steps: value must contain at least 1 item(s)"


def make_steps(*held: dict[str, Any]) -> dict[str, Any]:
    """Return the steps of a grant policy."""
    return {"grant": {"steps": list(held)}}


def get_rejection(http: httpx.Client, **fields: object) -> dict[str, Any]:
    """Return the error body of a create that the tenant rejects with 400."""
    plain = {
        "displayName": "P",
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": make_steps({"accept": {}}),
    }
    answer = http.post("/api/v1/policies", json={**plain, **fields})
    assert answer.status_code == 400, answer.text
    body: dict[str, Any] = answer.json()
    assert body["code"] == 3
    assert body["details"] == []
    return body


def test_a_created_policy_is_returned_and_stored(http: httpx.Client, create: Create) -> None:
    created = create(displayName="New", description="About it")
    assert created["displayName"] == "New"
    assert re.fullmatch(r"[0-9A-Za-z]{27}", created["id"])
    assert created["createdAt"] == created["updatedAt"]
    assert created["createdAt"].endswith("Z")
    assert created["systemBuiltin"] is False
    assert http.get(f"/api/v1/policies/{created['id']}").json() == {"policy": created}


def test_an_unknown_policy_is_answered_with_404(http: httpx.Client) -> None:
    answer = http.get("/api/v1/policies/nope")
    assert (answer.status_code, answer.json()["code"]) == (404, 5)


def test_output_only_fields_are_ignored_on_input(
    create: Create, update: Callable[..., httpx.Response]
) -> None:
    created = create()
    sent = {
        "id": "mine",
        "createdAt": "2001-01-01T00:00:00Z",
        "deletedAt": "2001-01-01T00:00:00Z",
        "systemBuiltin": True,
        "policySteps": make_steps(
            {"approval": {"assigned": False, "self": {"assignedUserIds": ["user-1"]}}}
        ),
    }
    answer = update(created["id"], sent, "policySteps").json()["policy"]
    assert answer["id"] == created["id"]
    assert answer["deletedAt"] is None
    assert answer["systemBuiltin"] is False
    approval = answer["policySteps"]["grant"]["steps"][0]["approval"]
    assert "assigned" not in approval
    assert "assignedUserIds" not in approval["self"]


@pytest.mark.parametrize("sent", ["nope", "", 0, "2001-02-30T00:00:00Z", "2001-01-01T00:00:00"])
def test_an_output_only_timestamp_must_be_valid(
    create: Create, update: Callable[..., httpx.Response], sent: object
) -> None:
    answer = update(create()["id"], {"displayName": "N", "createdAt": sent}, "displayName")
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


@pytest.mark.parametrize("sent", ["2001-01-01T00:00:00.123456789Z", "2001-01-01T00:00:00+02:00"])
def test_a_timestamp_may_have_a_fraction_and_an_offset(
    create: Create, update: Callable[..., httpx.Response], sent: str
) -> None:
    answer = update(create()["id"], {"displayName": "N", "createdAt": sent}, "displayName")
    assert answer.json()["policy"]["createdAt"] > "2001-01-02"


def test_one_update_can_replace_steps_by_a_baseline_policy(
    create: Create, update: Callable[..., httpx.Response]
) -> None:
    base, policy = create()["id"], create()["id"]
    both = {"baselinePolicyId": base, "policySteps": {}}
    assert update(policy, both, "baselinePolicyId").status_code == 400
    assert update(policy, both, "baselinePolicyId,policySteps").status_code == 200


def test_a_deleted_policy_has_a_time_of_deletion(http: httpx.Client, create: Create) -> None:
    path = f"/api/v1/policies/{create()['id']}"
    assert http.delete(path).json() == {}
    assert http.get(path).json()["policy"]["deletedAt"]
    assert http.delete(path).status_code == 404
    assert http.post(path, json={"policy": {}}).status_code == 404


def test_a_delete_may_have_a_body(http: httpx.Client, create: Create) -> None:
    answer = http.request("DELETE", f"/api/v1/policies/{create()['id']}", json={})
    assert answer.status_code == 200


def test_builtin_policies_of_each_common_type_exist(http: httpx.Client) -> None:
    listed = http.get("/api/v1/policies").json()["list"]
    assert {p["policyType"] for p in listed if p["systemBuiltin"]} == {
        "POLICY_TYPE_GRANT",
        "POLICY_TYPE_REVOKE",
        "POLICY_TYPE_CERTIFY",
    }


def test_a_builtin_policy_cannot_be_edited_or_deleted(http: httpx.Client) -> None:
    builtin = http.get("/api/v1/policies").json()["list"][0]
    path = f"/api/v1/policies/{builtin['id']}"
    edit = http.post(path, json={"policy": {"displayName": "X"}, "updateMask": "displayName"})
    for answer in (edit, http.delete(path)):
        assert (answer.status_code, answer.json()["code"]) == (403, 7)
        assert "builtin" in answer.json()["message"]
    assert http.get(path).json()["policy"] == builtin


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("POLICY_TYPE_GRANT", "grant"),
        ("POLICY_TYPE_REVOKE", "revoke"),
        ("POLICY_TYPE_CERTIFY", "certify"),
    ],
)
@pytest.mark.parametrize("others", [{}, {"default": {"steps": [{"accept": {}}]}}], ids=str)
def test_a_missing_baseline_becomes_a_rejection(
    c1_tenant: Emulator, create: Create, kind: str, key: str, others: dict[str, Any]
) -> None:
    created = create(policyType=kind, policySteps=others)["id"]
    held = c1_tenant.policy(created)["policySteps"]
    assert held == {**others, key: {"steps": [{"reject": {}}]}}


def test_an_update_that_drops_the_baseline_injects_it_again(
    c1_tenant: Emulator, create: Create, update: Callable[..., httpx.Response]
) -> None:
    base, policy = create()["id"], create()["id"]
    denied = make_steps({"reject": {}})
    assert update(policy, {"policySteps": {}}, "policySteps").status_code == 200
    assert c1_tenant.policy(policy)["policySteps"] == denied
    handed = {"baselinePolicyId": base, "policySteps": {}}
    update(policy, handed, "baselinePolicyId,policySteps")
    assert not update(policy, {}, "baselinePolicyId").json()["policy"]["baselinePolicyId"]
    assert c1_tenant.policy(policy)["policySteps"] == denied


def test_a_policy_with_a_baseline_policy_has_no_steps(create: Create) -> None:
    held = create(baselinePolicyId=create()["id"], policySteps={})
    assert held["policySteps"] == {}


def test_map_keys_are_data(create: Create) -> None:
    keys = ["grant", "snake_case", "camelCase", "with space", "dotted.key", "Ünïcode"]
    created = create(policySteps={key: {"steps": [{"accept": {}}]} for key in keys})
    assert list(created["policySteps"]) == keys


def test_an_escalation_that_is_not_enabled_is_dropped(create: Create) -> None:
    escalation = {"expiration": "3600", "skipStep": {}}
    off, on = create(
        policySteps=make_steps(
            {"approval": {"manager": {}, "escalation": escalation}},
            {"approval": {"manager": {}, "escalation": escalation, "escalationEnabled": True}},
        )
    )["policySteps"]["grant"]["steps"]
    assert off["approval"]["escalation"] is None
    assert on["approval"]["escalation"]["expiration"] == "3600"


def test_reassign_tasks_to_delegates_is_ignored(create: Create) -> None:
    assert create(reassignTasksToDelegates=True)["reassignTasksToDelegates"] is False


def test_policy_key_is_an_alias_of_step_key(create: Create) -> None:
    rule = create(rules=[{"condition": "true", "policyKey": "grant"}])["rules"][0]
    assert rule["stepKey"] == "grant"
    assert not rule.get("policyId")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"displayName": ""}, "displayName", id="no-name"),
        pytest.param({"policyType": None}, "policyType", id="no-type"),
        pytest.param({"policyType": "POLICY_TYPE_UNSPECIFIED"}, "policyType", id="zero-type"),
        pytest.param({"policyType": "POLICY_TYPE_PROVISION"}, "PROVISION", id="internal-type"),
        pytest.param({"policyType": "POLICY_TYPE_ACCESS_REQUEST"}, "ACCESS", id="deprecated-type"),
        pytest.param({"rules": [RULE] * 17}, "at most 16", id="17-rules"),
        pytest.param({"rules": [{"condition": "true"}]}, "rules[0]", id="no-outcome"),
        pytest.param(
            {"rules": [{"condition": "true", "stepKey": ""}]}, "rules[0]", id="empty-outcome"
        ),
        pytest.param({"rules": [{"stepKey": "grant"}]}, "rules[0].condition", id="no-condition"),
        pytest.param(
            {"rules": [{"stepKey": "grant", "condition": ""}]}, "rules[0].condition", id="empty"
        ),
        pytest.param({"rules": [{**RULE, "policyId": "x"}]}, "oneof", id="two-outcomes"),
        pytest.param(
            {"rules": [{"condition": "true", "policyKey": "grant", "policyId": "x"}]},
            "policyKey",
            id="old-and-id",
        ),
        pytest.param({"rules": [{**RULE, "policyKey": "grant"}]}, "policyKey", id="same-key-twice"),
        pytest.param({"rules": [{**RULE, "policyKey": "a"}]}, "policyKey", id="two-keys"),
        pytest.param({"rules": [make_rule("nope")]}, "nope", id="no-such-policy"),
        pytest.param(
            {"baselinePolicyId": "nope", "policySteps": {}}, "nope", id="no-such-baseline"
        ),
        pytest.param({"baselinePolicyId": "nope"}, "cannot be combined", id="two-baselines"),
        pytest.param({"policySteps": {"grant": {}}}, NO_STEPS, id="no-steps"),
        pytest.param({"policySteps": make_steps()}, NO_STEPS, id="empty-steps"),
        pytest.param(
            {"policySteps": {**make_steps({"accept": {}}), "other": {"steps": None}}},
            NO_STEPS,
            id="empty-steps-elsewhere",
        ),
        pytest.param(
            {"policySteps": make_steps({"approval": {"users": {}}})}, "userIds", id="no-approver"
        ),
        pytest.param(
            {"policySteps": make_steps({"approval": {"users": {"userIds": USERS_33}}})},
            "between 1 and 32",
            id="33-approvers",
        ),
        pytest.param(
            {"policySteps": make_steps({"wait": {"duration": {"duration": "1h"}}})},
            "duration",
            id="go-duration",
        ),
    ],
)
def test_a_wrong_create_is_rejected_with_its_reason(
    http: httpx.Client, fields: dict[str, Any], said: str
) -> None:
    assert said in get_rejection(http, **fields)["message"]


@pytest.mark.parametrize("count", [1, 32])
def test_up_to_32_approvers_are_accepted(create: Create, count: int) -> None:
    create(policySteps=make_steps({"approval": {"users": {"userIds": USERS_33[:count]}}}))


@pytest.mark.parametrize("duration", ["60s", "3600s", "3600.5s", "2678400s", "31536000s"])
def test_a_wait_of_any_length_is_accepted(create: Create, duration: str) -> None:
    held = create(policySteps=make_steps({"wait": {"duration": {"duration": duration}}}))
    answered = held["policySteps"]["grant"]["steps"][0]["wait"]["duration"]["duration"]
    assert float(answered[:-1]) == float(duration[:-1])


def test_a_policy_with_16_rules_is_accepted(create: Create) -> None:
    assert len(create(rules=[RULE] * 16)["rules"]) == 16


def test_a_rule_points_to_a_policy_of_the_same_type(http: httpx.Client, create: Create) -> None:
    grant, revoke = create(), create(policyType="POLICY_TYPE_REVOKE")
    assert create(rules=[make_rule(grant["id"])])["rules"][0]["policyId"] == grant["id"]
    assert "another type" in get_rejection(http, rules=[make_rule(revoke["id"])])["message"]
    assert (
        "another type"
        in get_rejection(http, baselinePolicyId=revoke["id"], policySteps={})["message"]
    )


def test_a_policy_cannot_point_to_itself(
    create: Create, update: Callable[..., httpx.Response]
) -> None:
    policy_id = create()["id"]
    answer = update(policy_id, {"rules": [make_rule(policy_id)]}, "rules")
    assert answer.status_code == 400
    assert "itself" in answer.json()["message"]


def test_policies_cannot_form_a_cycle(
    create: Create, update: Callable[..., httpx.Response]
) -> None:
    first = create()["id"]
    second = create(rules=[make_rule(first)])["id"]
    third = create(baselinePolicyId=second, policySteps={})["id"]
    answer = update(first, {"rules": [make_rule(third)]}, "rules")
    assert answer.status_code == 400


@pytest.mark.parametrize("end", ["above", "below"])
def test_a_chain_has_at_most_5_links(
    http: httpx.Client, create: Create, update: Callable[..., httpx.Response], end: str
) -> None:
    first = last = create()["id"]
    for _ in range(5):
        last = create(rules=[make_rule(last)])["id"]
    if end == "above":
        assert "5 deep" in get_rejection(http, rules=[make_rule(last)])["message"]
    else:
        answer = update(first, {"rules": [make_rule(create()["id"])]}, "rules")
        assert "5 deep" in answer.json()["message"]


def make_references(target: str) -> dict[str, dict[str, Any]]:
    """Return the fields of policies that refer to a policy, by the kind of reference."""
    escalation = {"replacePolicy": {"policyId": target}}
    approval = {"manager": {}, "escalationEnabled": True, "escalation": escalation}
    agent = {
        "agentMode": "APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY",
        "agentFailureAction": "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP",
        "policyIds": [target],
    }
    return {
        "rule": {"rules": [make_rule(target)]},
        "baseline": {"baselinePolicyId": target, "policySteps": {}},
        "escalation": {"policySteps": make_steps({"approval": approval})},
        "agent": {"policySteps": make_steps({"approval": {"agent": agent}})},
    }


@pytest.mark.parametrize(
    ("by", "guard"),
    [
        ("rule", "chains"),
        ("baseline", "chains"),
        ("rule", "all"),
        ("baseline", "all"),
        ("escalation", "all"),
        ("agent", "all"),
    ],
)
def test_a_policy_that_another_points_to_cannot_be_deleted(
    c1_tenant: Emulator, http: httpx.Client, create: Create, by: str, guard: str
) -> None:
    c1_tenant.set_quirks(deletion_guard=guard)
    target = create(displayName="Target")["id"]
    other = create(displayName="Pointing", **make_references(target)[by])["id"]
    answer = http.delete(f"/api/v1/policies/{target}")
    assert (answer.status_code, answer.json()["code"]) == (400, 9)
    assert other in answer.json()["message"]
    assert "Pointing" in answer.json()["message"]
    assert http.delete(f"/api/v1/policies/{other}").status_code == 200
    assert http.delete(f"/api/v1/policies/{target}").status_code == 200


@pytest.mark.parametrize("by", ["escalation", "agent"])
def test_escalations_and_agents_do_not_prevent_a_delete(
    http: httpx.Client, create: Create, by: str
) -> None:
    target = create(displayName="Target")["id"]
    create(displayName="Pointing", **make_references(target)[by])
    assert http.delete(f"/api/v1/policies/{target}").status_code == 200


def test_a_rejected_create_stores_nothing(c1_tenant: Emulator, http: httpx.Client) -> None:
    before = len(c1_tenant.policies)
    get_rejection(http, displayName="")
    assert len(c1_tenant.policies) == before
