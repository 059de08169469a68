"""The journal records the requests to the tenant, without secrets."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import httpx

from pulumi_c1policy._emulator import Emulator

# Plain HTTP needs no authorities, and loading them takes longer than most tests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
Create = Callable[..., dict[str, Any]]


def test_a_request_is_recorded_with_its_mask_and_answer(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    created = create()
    path = f"/api/v1/policies/{created['id']}"
    body = {"policy": {"description": "D"}, "updateMask": "description"}
    answer = http.post(path, json=body)
    http.get("/api/v1/policies", params={"page_size": 10})
    http.get(f"{path}/nowhere")
    first, edit, listed, lost = c1_tenant.requests
    assert (first.method, first.path, first.update_mask) == ("POST", "/api/v1/policies", None)
    assert (edit.update_mask, edit.body, edit.status) == ("description", body, 200)
    assert edit.request_id == answer.headers["x-request-id"]
    assert (listed.query, listed.body) == ({"page_size": "10"}, None)
    assert lost.status == 404


def test_the_journal_can_be_read_and_cleared_over_http(
    c1_tenant: Emulator, http: httpx.Client
) -> None:
    http.get("/api/v1/policies")
    (entry,) = httpx.get(f"{c1_tenant.url}/_emulator/requests").json()["requests"]
    assert (entry["method"], entry["path"], entry["status"]) == ("GET", "/api/v1/policies", 200)
    assert sorted(entry) == [
        "body", "fault", "method", "path", "query", "requestId", "status", "updateMask",
    ]  # fmt: skip
    http.delete("/_emulator/requests")
    assert c1_tenant.requests == []


def test_no_secret_is_recorded(c1_tenant: Emulator) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": c1_tenant.client_id,
        "client_assertion": "CANARY-assertion",
        "client_secret": "CANARY-secret",
        "subject_token": "CANARY-subject",
    }
    with httpx.Client(base_url=c1_tenant.url, verify=NO_AUTHORITIES) as http:
        http.post("/auth/v1/token", data=form)
        http.get("/api/v1/policies", headers={"Authorization": "Bearer CANARY-bearer"})
        http.get("/api/v1/policies", params={"access_token": "CANARY-query"})
    first, *others = c1_tenant.requests
    assert first.body == {"grant_type": "client_credentials", "client_id": c1_tenant.client_id}
    assert [entry.status for entry in others] == [401, 401]
    assert "CANARY" not in repr(c1_tenant.requests)


def test_a_reset_forgets_everything_but_the_credentials(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    created, token = create(), c1_tenant.access_token
    http.post("/_emulator/reset")
    assert c1_tenant.requests == []
    assert c1_tenant.access_token == token
    assert http.get(f"/api/v1/policies/{created['id']}").status_code == 404


def test_the_control_endpoints_show_deleted_policies_and_change_quirks(
    http: httpx.Client, create: Create
) -> None:
    created = create()
    http.delete(f"/api/v1/policies/{created['id']}")
    http.post("/_emulator/quirks", json={"unset_fields": "omitted"})
    shown = http.get("/_emulator/policies").json()["policies"][-1]
    assert shown["id"] == created["id"]
    assert "description" not in shown
    assert http.post("/_emulator/quirks", json={"nothing": 1}).status_code == 400
