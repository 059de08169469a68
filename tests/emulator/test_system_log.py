"""The system log of the emulated tenant: its events, filters, pages and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

PATH = "/api/v1/systemlog/events"
Ask = Callable[..., Any]


def change_one(tenant: Emulator, http: httpx.Client, create: Callable[..., Any]) -> str:
    """Create a policy, edit it as three actors, and delete it in the product; return its id."""
    policy_id: str = create()["id"]
    update = {"policy": {"description": "a"}, "updateMask": "description"}
    assert http.post(f"/api/v1/policies/{policy_id}", json=update).status_code == 200
    tenant.api_edit(policy_id, {"description": "b"})
    tenant.product_edit(policy_id, {"description": "c"})
    tenant.product_delete(policy_id)
    return policy_id


@pytest.mark.parametrize("form", ["entities", "calls"])
def test_each_change_of_a_policy_is_an_event_with_its_actor(
    form: str,
    c1_tenant: Emulator,
    http: httpx.Client,
    create: Callable[..., Any],
    ask: Ask,
) -> None:
    c1_tenant.set_quirks(system_log=form)
    policy_id = change_one(c1_tenant, http, create)
    events = ask(PATH, {})["list"]
    client = c1_tenant.client_id
    assert [(each["activity_name"], each["actor"]["user"]["uid"]) for each in events] == [
        ("Create", client),
        ("Update", client),
        ("Update", "other-client"),
        ("Update", "emulated-person"),
        ("Delete", "emulated-person"),
    ]
    named = [each.get("entity") or each["resources"][0] for each in events]
    assert {each["uid"] for each in named} == {policy_id}
    assert len({each["metadata"]["uid"] for each in events}) == len(events)


def test_a_failed_write_and_an_added_policy_are_no_events(
    c1_tenant: Emulator, http: httpx.Client, ask: Ask
) -> None:
    c1_tenant.add_policy({"displayName": "Old", "policyType": "POLICY_TYPE_GRANT"})
    assert http.post("/api/v1/policies", json={"displayName": ""}).status_code == 400
    assert http.delete("/api/v1/policies/none").status_code == 404
    assert not ask(PATH, {})["list"]


@pytest.mark.parametrize("direction", ["SORT_DIRECTION_ASC", "SORT_DIRECTION_DESC"])
@pytest.mark.parametrize("pages", ["exact", "over_full", "empty"])
def test_pages_have_each_event_once_in_the_order_that_was_asked_for(
    direction: str, pages: str, c1_tenant: Emulator, create: Callable[..., Any], ask: Ask
) -> None:
    ids = [create()["id"] for _ in range(12)]
    c1_tenant.set_quirks(pages=pages)
    body = {"pageSize": 5, "sortDirection": direction}
    found, token = [], ""
    while True:
        page = ask(PATH, {**body, "pageToken": token})
        found += [each["entity"]["uid"] for each in page.get("list") or ()]
        token = page["nextPageToken"]
        if not token:
            break
    assert found == (ids if direction.endswith("ASC") else ids[::-1])


def test_since_and_until_narrow_the_events(
    c1_tenant: Emulator, create: Callable[..., Any], ask: Ask
) -> None:
    policies = []
    for _ in range(3):
        policies.append(create())
        c1_tenant.advance(60)
    first, second, third = ([each["id"]] for each in policies)

    def list_ids(**body: str) -> list[str]:
        return [each["entity"]["uid"] for each in ask(PATH, body)["list"]]

    after_first, after_second = policies[1]["createdAt"], policies[2]["createdAt"]
    assert list_ids(since=after_first) == second + third
    assert list_ids(until=after_first) == first
    assert list_ids(since=after_first, until=after_second) == second
    uids = [each["metadata"]["uid"] for each in ask(PATH, {})["list"]]
    assert list_ids(sinceEventUid=uids[0], untilEventUid=uids[2]) == second


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"since": "today"}, "since"),
        ({"sortDirection": "DOWN"}, "sortDirection"),
        ({"sinceEventUid": "none"}, "none"),
        ({"pageToken": "none"}, "page token"),
    ],
    ids=str,
)
def test_a_wrong_request_is_rejected(body: dict[str, str], told: str, http: httpx.Client) -> None:
    answer = http.post(PATH, json=body)
    assert answer.status_code == 400
    assert told in answer.json()["message"]


@pytest.mark.parametrize(("form", "status"), [("forbidden", 403), ("missing", 404)])
def test_a_tenant_may_refuse_to_show_its_log(
    form: str, status: int, c1_tenant: Emulator, http: httpx.Client
) -> None:
    c1_tenant.set_quirks(system_log=form)
    assert http.post(PATH, json={}).status_code == status


def test_events_are_the_same_after_a_reset(
    c1_tenant: Emulator, create: Callable[..., Any], ask: Ask
) -> None:
    def list_uids() -> list[str]:
        c1_tenant.reset()
        create()
        return [each["metadata"]["uid"] for each in ask(PATH, {})["list"]]

    assert list_uids() == list_uids()
