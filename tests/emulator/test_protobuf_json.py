"""Requests are read by protobuf JSON's rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Create = Callable[..., dict[str, Any]]


def steps(*held: dict[str, Any]) -> dict[str, Any]:
    """The steps of a grant policy."""
    return {"grant": {"steps": list(held)}}


def test_both_spellings_of_a_name_are_accepted(create: Create) -> None:
    approval = {"users": {"user_ids": ["u"], "allow_self_approval": True}}
    held = create(baseline_policy_id="", policySteps=steps({"approval": approval}))
    users = held["policySteps"]["grant"]["steps"][0]["approval"]["users"]
    assert users["userIds"] == ["u"]
    assert users["allowSelfApproval"] is True


def test_null_is_unset(create: Create) -> None:
    held = create(
        description=None,
        rules=None,
        scope=None,
        annotations=None,
        policySteps=steps({"approval": None, "accept": {"acceptMessage": None}}),
    )
    assert (held["description"], held["rules"], held["scope"]) == ("", [], None)
    assert held["policySteps"]["grant"]["steps"] == [{"accept": {"acceptMessage": ""}}]


@pytest.mark.parametrize("sent", ["7200", 7200, 7200.0])
def test_a_64_bit_integer_is_text_or_number_and_comes_back_as_text(
    create: Create, sent: object
) -> None:
    approval = {
        "manager": {},
        "escalationEnabled": True,
        "escalation": {"expiration": sent, "skipStep": {}},
    }
    held = create(policySteps=steps({"approval": approval}))
    step = held["policySteps"]["grant"]["steps"][0]
    assert step["approval"]["escalation"]["expiration"] == "7200"


@pytest.mark.parametrize(
    ("sent", "answered"), [("3600s", "3600s"), ("3600.000s", "3600s"), ("3600.5s", "3600.500s")]
)
def test_a_duration_comes_back_normalised(create: Create, sent: str, answered: str) -> None:
    held = create(policySteps=steps({"wait": {"duration": {"duration": sent}}}))
    step = held["policySteps"]["grant"]["steps"][0]
    assert step["wait"]["duration"]["duration"] == answered


def test_an_enum_may_be_a_number(create: Create) -> None:
    assert create(policyType=1)["policyType"] == "POLICY_TYPE_GRANT"


def test_presence_survives_a_zero_value(create: Create) -> None:
    held = create(postActions=[{"certifyRemediateImmediately": False}, {}])
    assert held["postActions"] == [{"certifyRemediateImmediately": False}, {}]


def test_free_form_configuration_is_kept_as_it_is(create: Create) -> None:
    config = {"a_b": [1, 2.5, None, {"C d": ""}], "e": False, "f": "", "g": {}, "h": []}
    provision = {"provisionPolicy": {"connector": {"account": {"config": config}}}}
    held = create(policySteps=steps({"provision": provision}))
    step = held["policySteps"]["grant"]["steps"][0]
    assert step["provision"]["provisionPolicy"]["connector"]["account"]["config"] == config


@pytest.mark.parametrize(
    "fields",
    [
        {"displayName": 5},
        {"displayName": ["a"]},
        {"description": True},
        {"policyType": "POLICY_TYPE_NONE"},
        {"policyType": 99},
        {"policyType": True},
        {"rules": {}},
        {"rules": [None]},
        {"rules": ["x"]},
        {"policySteps": []},
        {"policySteps": {"grant": None}},
        {"policySteps": {"grant": {"steps": {}}}},
        {"displayName": "a", "display_name": "b"},
        {"policySteps": steps({"accept": {}, "reject": {}})},
        {"policySteps": steps({"approval": {"manager": {}, "self": {}}})},
        {"policySteps": steps({"approval": {"allowReassignment": "true"}})},
        {"policySteps": steps({"approval": {"allowReassignment": 1}})},
        {"policySteps": steps({"wait": {"duration": {"duration": "1h"}}})},
        {"policySteps": steps({"wait": {"duration": {"duration": 3600}}})},
        {"policySteps": steps({"wait": {"duration": {"duration": "3600"}}})},
        {"policySteps": steps({"wait": {"untilTime": {"hours": -1}}})},
        {"policySteps": steps({"wait": {"untilTime": {"hours": 1.5}}})},
        {"policySteps": steps({"wait": {"untilTime": {"hours": True}}})},
        {"policySteps": steps({"wait": {"untilTime": {"hours": "1.5"}}})},
    ],
    ids=repr,
)
def test_a_value_of_the_wrong_type_is_refused(http: httpx.Client, fields: dict[str, Any]) -> None:
    plain = {"displayName": "P", "policyType": "POLICY_TYPE_GRANT"}
    answer = http.post("/api/v1/policies", json={**plain, **fields})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'"text"', b"nul", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 9999],
    ids=["cut", "list", "text", "word", "bytes", "nan", "twice", "deep"],
)
def test_a_body_that_is_not_one_object_is_refused(http: httpx.Client, body: bytes) -> None:
    answer = http.post("/api/v1/policies", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_an_empty_body_is_an_empty_message(http: httpx.Client) -> None:
    assert http.post("/api/v1/search/policies").status_code == 200
    assert "displayName" in http.post("/api/v1/policies").json()["message"]
