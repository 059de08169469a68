"""Each quirk changes the answers, and not the stored policies."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator, Quirks

# Plain HTTP needs no authorities, and loading them takes longer than most tests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
Create = Callable[..., dict[str, Any]]
APPROVAL: dict[str, Any] = {"approval": {"manager": {}}}


def read(http: httpx.Client, policy: dict[str, Any]) -> dict[str, Any]:
    """Read a policy."""
    answer: dict[str, Any] = http.get(f"/api/v1/policies/{policy['id']}").json()["policy"]
    return answer


@pytest.mark.parametrize(
    ("style", "policy", "manager"),
    [
        pytest.param(
            "emitted",
            {"description": "", "rules": [], "scope": None, "annotations": {}, "deletedAt": None},
            {"allowSelfApproval": False, "fallbackUserIds": []},
            id="emitted",
        ),
        pytest.param("omitted", {}, {}, id="omitted"),
        pytest.param(
            "null",
            {"rules": None, "scope": None, "deletedAt": None},
            {"fallbackUserIds": None},
            id="null",
        ),
        pytest.param(
            "null_everywhere",
            {"description": None, "rules": None, "scope": None, "annotations": None,
             "deletedAt": None},
            {"allowSelfApproval": None, "fallbackUserIds": None},
            id="null-everywhere",
        ),
    ],
)  # fmt: skip
def test_unset_fields_are_answered_in_the_form_of_the_quirk(
    c1_tenant: Emulator, http: httpx.Client, create: Create, style: Any,
    policy: dict[str, Any], manager: dict[str, Any],
) -> None:  # fmt: skip
    created = create(policySteps={"grant": {"steps": [APPROVAL]}})
    c1_tenant.set_quirks(unset_fields=style)
    shown = read(http, created)
    watched = ("description", "rules", "scope", "annotations", "deletedAt")
    assert {key: shown[key] for key in watched if key in shown} == policy
    inner = shown["policySteps"]["grant"]["steps"][0]["approval"]["manager"]
    nested = ("allowSelfApproval", "fallbackUserIds")
    assert {key: inner[key] for key in nested if key in inner} == manager


@pytest.mark.parametrize(
    ("style", "found", "marked"),
    [
        ("emitted", {"list": [], "nextPageToken": ""}, {"markers": []}),
        ("omitted", {}, {}),
        ("null", {"list": None}, {"markers": None}),
        ("null_everywhere", {"list": None, "nextPageToken": None}, {"markers": None}),
    ],
)
def test_unset_fields_of_an_envelope_have_the_form_of_the_quirk(
    c1_tenant: Emulator, http: httpx.Client, create: Create, style: Any,
    found: dict[str, Any], marked: dict[str, Any],
) -> None:  # fmt: skip
    c1_tenant.set_quirks(unset_fields=style)
    assert http.post("/api/v1/search/policies", json={"query": "nobody"}).json() == found
    assert http.post("/api/v1/policies/validate/cel", json={"text": "true"}).json() == marked
    shown = http.get("/api/v1/policies").json()
    assert len(shown["list"]) == 3
    assert list(http.get(f"/api/v1/policies/{create()['id']}").json()) == ["policy"]


@pytest.mark.parametrize(
    ("style", "spelled"),
    [
        ("step_key", {"stepKey": "grant"}),
        ("policy_key", {"policyKey": "grant"}),
        ("both", {"stepKey": "grant", "policyKey": "grant"}),
    ],
)
def test_a_step_key_is_answered_under_the_names_of_the_quirk(
    c1_tenant: Emulator, http: httpx.Client, create: Create, style: Any, spelled: dict[str, str]
) -> None:
    created = create(rules=[{"condition": "true", "stepKey": "grant"}])
    c1_tenant.set_quirks(rule_key=style, unset_fields="omitted")
    assert read(http, created)["rules"] == [{"condition": "true", **spelled}]


def test_a_quirk_answers_a_get_of_a_deleted_policy(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    created = create()
    http.delete(f"/api/v1/policies/{created['id']}")
    c1_tenant.set_quirks(deleted_get="deleted_at")
    shown = read(http, created)
    assert shown["displayName"] == created["displayName"]
    assert shown["deletedAt"] > created["createdAt"]
    assert http.delete(f"/api/v1/policies/{created['id']}").status_code == 404


def test_a_quirk_shuffles_unordered_lists(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    user_ids = ["u1", "u2", "u3"]
    texts = ["subject", "appOwners", "[]"]
    steps = [
        {"approval": {"users": {"userIds": user_ids}}},
        {"approval": {"expression": {"expressions": texts}}},
    ]
    created = create(policySteps={"grant": {"steps": steps}})
    c1_tenant.set_quirks(shuffle_sets=True)
    first, second = (read(http, created)["policySteps"]["grant"]["steps"] for _ in range(2))
    assert first == second
    shown = first[0]["approval"]["users"]["userIds"]
    assert shown != user_ids
    assert sorted(shown) == user_ids
    assert first[1]["approval"]["expression"]["expressions"] == texts


@pytest.mark.parametrize(("precision", "digits"), [("seconds", 0), ("micro", 6), ("nano", 9)])
def test_a_timestamp_has_the_precision_of_the_quirk(
    c1_tenant: Emulator, create: Create, precision: Any, digits: int
) -> None:
    c1_tenant.set_quirks(timestamp_precision=precision)
    fraction = rf"\.\d{{{digits}}}" if digits else ""
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d{fraction}Z", create()["createdAt"])


@pytest.mark.parametrize(
    ("style", "sent", "shown"),
    [
        ("plain", "3600s", "3600s"),
        ("padded", "3600s", "3600.000s"),
        ("padded", "3600.000001s", "3600.000001s"),
    ],
)
def test_a_duration_has_the_style_of_the_quirk(
    c1_tenant: Emulator, create: Create, style: Any, sent: str, shown: str
) -> None:
    c1_tenant.set_quirks(duration_style=style)
    wait = {"wait": {"duration": {"duration": sent}}}
    created = create(policySteps={"grant": {"steps": [wait]}})
    step = created["policySteps"]["grant"]["steps"][0]
    assert step["wait"]["duration"] == {"duration": shown}


def test_a_newer_tenant_has_more_fields_than_the_structure() -> None:
    with (
        Emulator(Quirks(newer_api=True)) as tenant,
        httpx.Client(base_url=tenant.url, headers=tenant.headers, verify=NO_AUTHORITIES) as http,
    ):
        listed = http.get("/api/v1/policies").json()["list"]
        assert "POLICY_TYPE_ROTATE" in {policy["policyType"] for policy in listed}
        steps = [{"approval": {"manager": {}, "quorum": 2}}, {"rotation": {"days": 3}}]
        sent = {
            "displayName": "P",
            "policyType": "POLICY_TYPE_GRANT",
            "policySteps": {"grant": {"steps": steps}},
        }
        created = http.post("/api/v1/policies", json=sent).json()["policy"]
        assert created["reviewCadence"]
        shown = created["policySteps"]["grant"]["steps"]
        assert shown[0]["approval"]["quorum"] == 2
        assert shown[1]["rotation"] == {"days": 3}
        path = f"/api/v1/policies/{created['id']}"
        http.post(path, json={"policy": {"description": "D"}, "updateMask": "description"})
        assert http.get(path).json()["policy"]["policySteps"] == created["policySteps"]


def test_a_newer_tenant_updates_its_additional_fields(
    c1_tenant: Emulator, create: Create, update: Callable[..., httpx.Response]
) -> None:
    c1_tenant.set_quirks(newer_api=True)
    emitted = create()["reviewCadence"]
    created = create(reviewCadence="REVIEW_CADENCE_MONTHLY", retention={"days": 3})
    masked = update(created["id"], {"reviewCadence": "X", "displayName": "N"}, "reviewCadence")
    shown = masked.json()["policy"]
    assert (shown["reviewCadence"], shown["displayName"]) == ("X", created["displayName"])
    assert shown["retention"] == {"days": 3}
    assert "retention" not in update(created["id"], {}, "retention").json()["policy"]
    whole = {"displayName": "N", "retention": {"days": 4}}
    rewritten = update(created["id"], whole).json()["policy"]
    assert (rewritten["reviewCadence"], rewritten["retention"]) == (emitted, {"days": 4})
    assert "retention" not in update(created["id"], {"displayName": "N"}).json()["policy"]
    assert update(created["id"], {}, "nothing").status_code == 400


def test_a_quirk_fills_in_unsent_fields_on_creation_only(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    c1_tenant.set_quirks(server_fills=True)
    off = {"approval": {"manager": {}, "allow_reassignment": False}}
    created = create(policySteps={"grant": {"steps": [APPROVAL, off]}})
    shown = created["policySteps"]["grant"]["steps"]
    assert [step["approval"]["allowReassignment"] for step in shown] == [True, False]
    body = {
        "policy": {"policySteps": {"grant": {"steps": [APPROVAL]}}},
        "updateMask": "policySteps",
    }
    updated = http.post(f"/api/v1/policies/{created['id']}", json=body).json()["policy"]
    assert updated["policySteps"]["grant"]["steps"][0]["approval"]["allowReassignment"] is False


def test_a_delay_postpones_every_answer(c1_tenant: Emulator, http: httpx.Client) -> None:
    c1_tenant.set_quirks(delay=0.05)
    begun = time.perf_counter()
    http.get("/api/v1/policies")
    assert time.perf_counter() - begun >= 0.05


def test_a_reset_restores_the_quirks_of_the_start(c1_tenant: Emulator) -> None:
    c1_tenant.set_quirks(unset_fields="omitted", delay=1)
    c1_tenant.reset()
    assert c1_tenant.quirks == Quirks()


@pytest.mark.parametrize(
    "wrong",
    [
        {"unset_fields": "sometimes"},
        {"unset_fields": ["omitted"]},
        {"delay": -1.0},
        {"delay": "x"},
        {"delay": True},
        {"delay": None},
        {"shuffle_sets": "yes"},
        {"newer_api": 1},
        {"no_such_quirk": True},
    ],
    ids=str,
)
def test_a_wrong_quirk_is_rejected(
    c1_tenant: Emulator, http: httpx.Client, wrong: dict[str, Any]
) -> None:
    answer = http.post("/_emulator/quirks", json=wrong)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(("quirk ", "no such quirk"))
    assert c1_tenant.quirks == Quirks()
