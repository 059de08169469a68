"""A tenant with lagging reads and shifting pages, behind a gateway with its own answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator, Fault

Create = Callable[..., dict[str, Any]]
STEPS: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}


def search_names(http: httpx.Client, **asked: Any) -> list[str]:
    answer = http.post("/api/v1/search/policies", json=asked).json()
    return [policy["displayName"] for policy in answer.get("list", [])]


def list_names(http: httpx.Client) -> list[str]:
    answer = http.get("/api/v1/policies").json()
    return [policy["displayName"] for policy in answer["list"]]


def get_policy(http: httpx.Client, policy_id: str) -> httpx.Response:
    return http.get(f"/api/v1/policies/{policy_id}")


@pytest.mark.parametrize(
    ("quirk", "read"), [("search_lag", search_names), ("list_lag", list_names)]
)
def test_a_lagging_page_shows_a_new_policy_later(
    c1_tenant: Emulator,
    http: httpx.Client,
    create: Create,
    quirk: str,
    read: Callable[[httpx.Client], list[str]],
) -> None:
    c1_tenant.set_quirks(**{quirk: 30.0})
    created = create(displayName="Late", policySteps=STEPS)
    assert "Late" not in read(http)
    assert get_policy(http, created["id"]).status_code == 200
    c1_tenant.advance(31)
    assert "Late" in read(http)
    c1_tenant.product_delete(created["id"])
    assert "Late" in read(http)
    c1_tenant.advance(31)
    assert "Late" not in read(http)


def test_a_lagging_get_shows_the_policy_before_the_update(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    created = create(displayName="First", policySteps=STEPS)
    c1_tenant.advance(60)
    c1_tenant.set_quirks(get_lag=30.0)
    c1_tenant.api_edit(created["id"], {"displayName": "Second"})
    assert get_policy(http, created["id"]).json()["policy"]["displayName"] == "First"
    c1_tenant.advance(31)
    assert get_policy(http, created["id"]).json()["policy"]["displayName"] == "Second"


def test_a_lagging_get_does_not_find_a_new_policy(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    c1_tenant.set_quirks(get_lag=30.0)
    answer = get_policy(http, create(policySteps=STEPS)["id"])
    assert (answer.status_code, answer.json()["code"]) == (404, 5)


def test_one_of_two_reads_comes_from_a_lagging_replica(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    c1_tenant.set_quirks(search_lag=30.0, replicas=True)
    create(displayName="Late", policySteps=STEPS)
    assert sorted(["Late" in search_names(http) for _ in range(4)]) == [False, False, True, True]


def test_builtin_policies_never_lag(c1_tenant: Emulator, http: httpx.Client) -> None:
    c1_tenant.set_quirks(search_lag=30.0, list_lag=30.0)
    assert len(search_names(http)) == len(list_names(http)) == 3


def test_writes_shift_pages_by_offset(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    c1_tenant.set_quirks(offset_pages=True)
    made = [create(displayName=f"Policy {number}", policySteps=STEPS) for number in range(20)]
    first = http.post("/api/v1/search/policies", json={"pageSize": 10}).json()
    c1_tenant.api_edit(made[0]["id"], {"displayName": "Moved to the front"})
    asked = {"pageSize": 10, "pageToken": first["nextPageToken"]}
    second = http.post("/api/v1/search/policies", json=asked).json()
    pages = [{policy["id"] for policy in page["list"]} for page in (first, second)]
    assert pages[0] & pages[1] == {first["list"][-1]["id"]}
    assert made[0]["id"] not in pages[0] | pages[1]


def test_a_quirk_answers_a_create_with_an_existing_policy(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    first = create(displayName="Access", policySteps=STEPS)
    c1_tenant.set_quirks(get_or_create=True)
    again = create(displayName="Access", description="Another.", policySteps=STEPS)
    assert again == first
    assert create(displayName="Other", policySteps=STEPS)["id"] != first["id"]


@pytest.mark.parametrize("body", ["", '{"message": "no Route matched"}'])
def test_an_answer_fault_can_have_its_own_body(
    c1_tenant: Emulator, http: httpx.Client, create: Create, body: str
) -> None:
    created = create(policySteps=STEPS)
    c1_tenant.set_faults(Fault(do="answer", status=404, body=body, method="GET"))
    answer = get_policy(http, created["id"])
    assert (answer.status_code, answer.text) == (404, body)
    assert get_policy(http, created["id"]).status_code == 200


def test_only_an_answer_fault_accepts_a_body() -> None:
    with pytest.raises(ValueError, match="only an answer has a body"):
        Fault(do="cut", body="")
