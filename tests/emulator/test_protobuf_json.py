"""Requests are parsed by the rules of protobuf JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

Create = Callable[..., dict[str, Any]]
WHOLE = '{"displayName":"P","policyType":"POLICY_TYPE_GRANT","policySteps":{"grant":{"steps":[]}}}'


def make_steps(*held: dict[str, Any]) -> dict[str, Any]:
    """Return the steps of a grant policy."""
    return {"grant": {"steps": list(held)}}


def test_both_spellings_of_a_name_are_accepted(create: Create) -> None:
    approval = {"users": {"user_ids": ["u"], "allow_self_approval": True}}
    held = create(baseline_policy_id="", policySteps=make_steps({"approval": approval}))
    users = held["policySteps"]["grant"]["steps"][0]["approval"]["users"]
    assert users["userIds"] == ["u"]
    assert users["allowSelfApproval"] is True


def test_null_is_unset(create: Create) -> None:
    held = create(
        description=None,
        rules=None,
        scope=None,
        annotations=None,
        policySteps=make_steps({"approval": None, "accept": {"acceptMessage": None}}),
    )
    assert (held["description"], held["rules"], held["scope"]) == ("", [], None)
    assert held["policySteps"]["grant"]["steps"] == [{"accept": {"acceptMessage": ""}}]


@pytest.mark.parametrize("sent", ["7200", 7200, 7200.0, "7200.0", "7.2e3", "72E+2"])
def test_a_64_bit_integer_is_read_as_text_or_number_and_answered_as_text(
    create: Create, sent: object
) -> None:
    approval = {
        "manager": {},
        "escalationEnabled": True,
        "escalation": {"expiration": sent, "skipStep": {}},
    }
    held = create(policySteps=make_steps({"approval": approval}))
    step = held["policySteps"]["grant"]["steps"][0]
    assert step["approval"]["escalation"]["expiration"] == "7200"


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("3600s", "3600s"),
        ("3600.000s", "3600s"),
        ("3600.5s", "3600.500s"),
        ("+3600s", "3600s"),
        ("3600.s", "3600s"),
    ],
)
def test_a_duration_is_answered_in_its_normal_form(
    create: Create, sent: str, answered: str
) -> None:
    held = create(policySteps=make_steps({"wait": {"duration": {"duration": sent}}}))
    step = held["policySteps"]["grant"]["steps"][0]
    assert step["wait"]["duration"]["duration"] == answered


@pytest.mark.parametrize("sent", [".5s", "-.5s", "+0s"])
def test_a_duration_below_a_second_is_accepted(c1_tenant: Emulator, sent: str) -> None:
    target = {"grantDuration": sent}
    held = c1_tenant.add_policy(
        {"policySteps": make_steps({"provision": {"provisionTarget": target}})}
    )
    step = held["policySteps"]["grant"]["steps"][0]
    answered = step["provision"]["provisionTarget"]["grantDuration"]
    assert float(answered[:-1]) == float(sent[:-1])


@pytest.mark.parametrize(
    ("sent", "answered"),
    [(1, "POLICY_TYPE_GRANT"), (1.0, "POLICY_TYPE_GRANT"), (99, 99), (-1, -1)],
)
def test_an_enum_can_be_an_unnamed_number(create: Create, sent: float, answered: object) -> None:
    assert create(policyType=sent)["policyType"] == answered


def test_a_zero_value_keeps_its_presence(create: Create) -> None:
    held = create(postActions=[{"certifyRemediateImmediately": False}, {}])
    assert held["postActions"] == [{"certifyRemediateImmediately": False}, {}]


def test_free_form_configuration_is_stored_unchanged(c1_tenant: Emulator) -> None:
    config = {"a_b": [1, 2.5, None, {"C d": ""}], "e": False, "f": "", "g": {}, "h": []}
    provision = {"provisionPolicy": {"connector": {"account": {"config": config}}}}
    held = c1_tenant.add_policy({"policySteps": make_steps({"provision": provision})})
    step = held["policySteps"]["grant"]["steps"][0]
    assert step["provision"]["provisionPolicy"]["connector"]["account"]["config"] == config


@pytest.mark.parametrize(
    "fields",
    [
        {"displayName": 5},
        {"displayName": ["a"]},
        {"description": True},
        {"policyType": "POLICY_TYPE_NONE"},
        {"policyType": "1"},
        {"policyType": 1.5},
        {"policyType": 2**31},
        {"policyType": True},
        {"rules": {}},
        {"rules": [None]},
        {"rules": ["x"]},
        {"policySteps": []},
        {"policySteps": {"grant": None}},
        {"policySteps": {"grant": {"steps": {}}}},
        {"displayName": "a", "display_name": "b"},
        {"policySteps": make_steps({"accept": {}, "reject": {}})},
        {"policySteps": make_steps({"approval": {"manager": {}, "self": {}}})},
        {"policySteps": make_steps({"approval": {"allowReassignment": "true"}})},
        {"policySteps": make_steps({"approval": {"allowReassignment": 1}})},
        {"policySteps": make_steps({"wait": {"duration": {"duration": "1h"}}})},
        {"policySteps": make_steps({"wait": {"duration": {"duration": 3600}}})},
        {"policySteps": make_steps({"wait": {"duration": {"duration": "3600"}}})},
        {"policySteps": make_steps({"wait": {"duration": {"duration": "03600s"}}})},
        {"policySteps": make_steps({"wait": {"duration": {"duration": "+-3600s"}}})},
        {"policySteps": make_steps({"wait": {"duration": {"duration": "s"}}})},
        {"policySteps": make_steps({"wait": {"untilTime": {"hours": -1}}})},
        {"policySteps": make_steps({"wait": {"untilTime": {"hours": 1.5}}})},
        {"policySteps": make_steps({"wait": {"untilTime": {"hours": True}}})},
        {"policySteps": make_steps({"wait": {"untilTime": {"hours": "1.5"}}})},
        {"policySteps": make_steps({"wait": {"untilTime": {"hours": "+1"}}})},
        {"policySteps": make_steps({"wait": {"untilTime": {"hours": "01"}}})},
        {"policySteps": make_steps({"wait": {"untilTime": {"hours": " 1"}}})},
        {"policySteps": make_steps({"wait": {"untilTime": {"hours": "1e999"}}})},
    ],
    ids=repr,
)
def test_a_value_of_the_wrong_type_is_rejected(http: httpx.Client, fields: dict[str, Any]) -> None:
    plain = {"displayName": "P", "policyType": "POLICY_TYPE_GRANT"}
    answer = http.post("/api/v1/policies", json={**plain, **fields})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("POST", "policies", {"displayname": "P"}, ""),
        ("POST", "policies", {"policySteps": make_steps({"managerApproval": {}})}, "steps[0]"),
        ("POST", "policies", {"rules": [{"iff": 1}]}, "rules[0]"),
        (
            "POST",
            "policies",
            {"policySteps": make_steps({"approval": {"group": {"id": "x"}}})},
            "group",
        ),
        ("POST", "policies", {"extra": None}, ""),
        ("POST", "policies/ID", {"displayName": "flat"}, ""),
        ("POST", "policies/ID", {"policy": {"extra": 1}, "updateMask": "displayName"}, "policy"),
        ("DELETE", "policies/ID", {"force": True}, ""),
        ("POST", "search/policies", {"page_count": 1}, ""),
        ("POST", "search/policies", {"refs": [{"policyId": "x"}]}, "refs[0]"),
        ("POST", "policies/validate/cel", {"cel": "true"}, ""),
        ("POST", "policies/test-account-provision-policy", {"text": "true"}, ""),
    ],
)
def test_an_unknown_key_at_any_depth_is_rejected(
    http: httpx.Client, create: Create, method: str, path: str, body: dict[str, Any], place: str
) -> None:
    policy_id = create()["id"]
    before = http.get(f"/api/v1/policies/{policy_id}").json()
    answer = http.request(method, f"/api/v1/{path.replace('ID', policy_id)}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert "unknown field" in answer.json()["message"]
    assert place in answer.json()["message"]
    assert http.get(f"/api/v1/policies/{policy_id}").json() == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="cut"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"nul", id="word"),
        pytest.param(b"\xff\xfe", id="bytes"),
        pytest.param(WHOLE.encode("utf-8-sig"), id="byte-order-mark"),
        pytest.param(WHOLE.encode("utf-16"), id="utf-16"),
        pytest.param(WHOLE.replace('"P"', '"a\\ud800"').encode(), id="half-a-pair"),
        pytest.param(WHOLE.replace('"grant"', '"\\udc00"').encode(), id="half-a-pair-as-key"),
        pytest.param(b'{"a": NaN}', id="nan"),
        pytest.param(b'{"a": 1e999}', id="endless"),
        pytest.param(b'{"a": 1, "a": 2}', id="twice"),
        pytest.param(b"[" * 9999, id="deep"),
    ],
)
def test_a_body_that_is_not_one_json_object_is_rejected(
    c1_tenant: Emulator, http: httpx.Client, body: bytes
) -> None:
    before = len(c1_tenant.policies)
    answer = http.post("/api/v1/policies", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert len(c1_tenant.policies) == before
    assert http.get("/_emulator/policies").status_code == 200
    assert http.get("/_emulator/requests").json()["requests"][0]["body"] is None


def make_nested(kind: str, levels: int) -> dict[str, Any]:
    """Return a create request with a value that is nested this deep."""
    value: dict[str, Any] = {"connector": {}} if kind == "multiStep" else {}
    for _ in range(levels):
        value = {"multiStep": {"provisionSteps": [value]}} if kind == "multiStep" else {"a": value}
    if kind == "config":
        value = {"connector": {"account": {"config": value}}}
    return {
        "displayName": "Deep",
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": make_steps({"provision": {"provisionPolicy": value}}),
    }


@pytest.mark.parametrize(
    ("kind", "kept", "rejected"), [("multiStep", 60, (70, 140, 300)), ("config", 180, (200, 900))]
)
def test_a_too_deeply_nested_message_is_rejected(
    http: httpx.Client, kind: str, kept: int, rejected: tuple[int, ...]
) -> None:
    assert http.post("/_emulator/add-policy", json=make_nested(kind, kept)).status_code == 200
    for levels in rejected:
        answer = http.post("/_emulator/add-policy", json=make_nested(kind, levels))
        assert (answer.status_code, answer.json()["code"]) == (400, 3)
        assert "depth" in answer.json()["message"]
    assert http.get("/api/v1/policies").status_code == 200


def test_an_empty_body_is_an_empty_message(http: httpx.Client) -> None:
    assert http.post("/api/v1/search/policies").status_code == 200
    assert "displayName" in http.post("/api/v1/policies").json()["message"]
