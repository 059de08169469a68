"""Quirks for unknown behaviour of tenants: each value is a possible behaviour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

Create = Callable[..., dict[str, Any]]
Update = Callable[..., httpx.Response]
BUILTINS = 3


def list_pages(http: httpx.Client, how: str, size: int) -> Iterator[list[str]]:
    """Yield the ids on each page of a list or a search, to the empty token."""
    token = ""
    while True:
        if how == "list":
            query = {"page_size": str(size), "page_token": token}
            answer = http.get("/api/v1/policies", params=query)
        else:
            body = {"pageSize": size, "pageToken": token}
            answer = http.post("/api/v1/search/policies", json=body)
        assert answer.status_code == 200, answer.text
        yield [policy["id"] for policy in answer.json()["list"]]
        token = answer.json()["nextPageToken"]
        if not token:
            return


@pytest.mark.parametrize("how", ["list", "search"])
@pytest.mark.parametrize(
    ("style", "lengths"),
    [
        ("exact", [10, 10, 10, 2]),
        ("over_full", [12, 12, 8]),
        ("empty", [0, 10, 0, 10, 0, 10, 0, 2]),
    ],
)
def test_the_pages_have_the_lengths_of_the_quirk(
    c1_tenant: Emulator, http: httpx.Client, how: str, style: str, lengths: list[int]
) -> None:
    for index in range(32 - BUILTINS):
        c1_tenant.add_policy({"displayName": f"P{index}", "policyType": "POLICY_TYPE_GRANT"})
    c1_tenant.set_quirks(pages=style)
    found = list(list_pages(http, how, 10))
    assert [len(page) for page in found] == lengths
    assert [policy_id for page in found for policy_id in page] == [r.id for r in c1_tenant.policies]


def test_a_search_without_results_can_have_two_pages(
    c1_tenant: Emulator, http: httpx.Client
) -> None:
    c1_tenant.set_quirks(pages="empty")
    first = http.post("/api/v1/search/policies", json={"query": "nobody"}).json()
    asked = {"query": "nobody", "pageToken": first["nextPageToken"]}
    second = http.post("/api/v1/search/policies", json=asked).json()
    assert first["nextPageToken"]
    assert (first["list"], second["list"], second["nextPageToken"]) == ([], [], "")


@pytest.mark.parametrize(
    ("style", "status", "code"), [("forbidden", 403, 7), ("invalid", 400, 3), ("error", 500, 2)]
)
def test_a_write_to_a_builtin_policy_is_rejected_with_the_error_of_the_quirk(
    c1_tenant: Emulator, http: httpx.Client, update: Update, style: str, status: int, code: int
) -> None:
    c1_tenant.set_quirks(builtin_edits=style)
    builtin = next(iter(c1_tenant.policies))
    edited = update(builtin.id, {"description": "D"}, "description")
    deleted = http.delete(f"/api/v1/policies/{builtin.id}")
    for answer in (edited, deleted):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert c1_tenant.policies.find(builtin.id) == builtin


def test_a_quirk_accepts_edits_of_a_builtin_policy_other_than_a_rename(
    c1_tenant: Emulator, http: httpx.Client, update: Update
) -> None:
    c1_tenant.set_quirks(builtin_edits="partly")
    builtin = next(iter(c1_tenant.policies))
    changed = {"displayName": "Mine", "description": "D"}
    assert update(builtin.id, changed, "description").json()["policy"]["description"] == "D"
    assert update(builtin.id, changed, "displayName").status_code == 403
    assert update(builtin.id, changed).status_code == 403
    assert http.delete(f"/api/v1/policies/{builtin.id}").status_code == 403
    assert c1_tenant.policy(builtin.id)["displayName"] == builtin.fields["displayName"]


@pytest.mark.parametrize("policy_id", ["short", "A" * 28, "A" * 26 + "_", "A" * 27 + "%0A"])
@pytest.mark.parametrize(
    ("method", "request_name"),
    [
        ("GET", "GetPolicyRequest"),
        ("POST", "UpdatePolicyRequest"),
        ("DELETE", "DeletePolicyRequest"),
    ],
)
def test_a_quirk_rejects_ids_of_wrong_form(
    c1_tenant: Emulator, http: httpx.Client, method: str, request_name: str, policy_id: str
) -> None:
    path = f"/api/v1/policies/{policy_id}"
    body = {"policy": {"displayName": "N"}} if method == "POST" else None
    assert http.request(method, path, json=body).status_code == 404
    c1_tenant.set_quirks(check_ids=True)
    answer = http.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert request_name in answer.json()["message"]
    assert "^[a-zA-Z0-9]{27}$" in answer.json()["message"]
    assert http.request(method, f"/api/v1/policies/{'A' * 27}", json=body).status_code == 404


def make_wait(**wait: Any) -> dict[str, Any]:
    """Return the steps of a grant policy that waits."""
    return {"grant": {"steps": [{"wait": wait}]}}


@pytest.mark.parametrize(
    "wait",
    [
        {"duration": {"duration": "3599s"}},
        {"duration": {"duration": "2678401s"}},
        {"duration": {}},
        {"condition": {}, "timeoutDuration": "60s"},
    ],
    ids=["short", "long", "none", "short-timeout"],
)
def test_a_quirk_rejects_waits_beyond_the_limits(
    c1_tenant: Emulator, http: httpx.Client, create: Create, wait: dict[str, Any]
) -> None:
    create(policySteps=make_wait(**wait))
    c1_tenant.set_quirks(wait_limits=True)
    create(policySteps=make_wait(duration={"duration": "3600s"}))
    create(policySteps=make_wait(duration={"duration": "2678400s"}))
    sent = {"displayName": "P", "policyType": "POLICY_TYPE_GRANT", "policySteps": make_wait(**wait)}
    answer = http.post("/api/v1/policies", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert "one hour to one month" in answer.json()["message"]


@pytest.mark.parametrize(
    ("mask", "name", "description"),
    [
        ("display_name", "New", "Old"),
        ("nothing,description", "Plain", "New"),
        ("policyType,displayName", "New", "Old"),
        ("policySteps.grant", "Plain", "Old"),
        ("nothing", "Plain", "Old"),
    ],
)
def test_a_quirk_tolerates_odd_masks(
    c1_tenant: Emulator, create: Create, update: Update, mask: str, name: str, description: str
) -> None:
    held = create(description="Old")["id"]
    sent = {"displayName": "New", "description": "New", "policyType": "POLICY_TYPE_REVOKE"}
    assert update(held, sent, mask).status_code == 400
    c1_tenant.set_quirks(odd_masks="tolerated")
    after = update(held, sent, mask).json()["policy"]
    assert (after["displayName"], after["description"]) == (name, description)
    assert after["policyType"] == "POLICY_TYPE_GRANT"


def test_a_quirk_rejects_duplicate_names(
    c1_tenant: Emulator, http: httpx.Client, create: Create, update: Update
) -> None:
    first, _ = create(displayName="Taken")["id"], create(displayName="Taken")
    c1_tenant.set_quirks(unique_names=True)
    other = create(displayName="Free")["id"]
    sent = {"displayName": "Taken", "policyType": "POLICY_TYPE_GRANT"}
    for answer in (http.post("/api/v1/policies", json=sent), update(other, sent, "displayName")):
        assert (answer.status_code, answer.json()["code"]) == (409, 6)
    assert update(first, {"description": "D"}, "description").status_code == 200
    assert update(other, {"displayName": "Free"}, "displayName").status_code == 200


def test_a_builtin_policy_has_step_keys_like_the_product(http: httpx.Client) -> None:
    listed = http.get("/api/v1/policies").json()["list"]
    keyed = [(policy, rule["stepKey"]) for policy in listed for rule in policy["rules"]]
    assert keyed
    for policy, key in keyed:
        assert len(key.split("-")) == 5
        assert policy["systemBuiltin"]
        assert policy["policySteps"][key]["steps"]
    steps = [s for p in listed for held in p["policySteps"].values() for s in held["steps"]]
    assert [step for step in steps if step.get("provision")] == []
