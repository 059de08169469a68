"""The searches for users, apps, entitlements and others."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors


def build_page(*rows: object, token: str = "") -> httpx.Response:
    return httpx.Response(200, json={"list": rows, "nextPageToken": token})


def parse_requests(tenant: Any) -> list[tuple[str, Any]]:
    return [(request.url.path, json.loads(request.content)) for request in tenant.requests]


def test_users_are_read_to_the_last_page(connect: Any) -> None:
    ada = {"id": "u1", "email": "ada@example.com", "status": "ENABLED", "emails": ["a@b", 1]}
    client, tenant = connect(
        build_page({"user": ada}, token="t"),
        build_page(token="t2"),
        build_page({"user": {"id": "u2", "deletedAt": "2026-01-01T00:00:00Z"}}, {"user": ada}),
    )
    [found] = client.directory.search_users(email="ada@example.com")
    assert (found.id, found.email, found.emails) == ("u1", "ada@example.com", ("a@b",))
    asked = {"email": "ada@example.com", "pageSize": 100}
    bodies = [asked, {**asked, "pageToken": "t"}, {**asked, "pageToken": "t2"}]
    assert parse_requests(tenant) == [("/api/v1/search/users", body) for body in bodies]


def test_entitlements_of_another_app_are_left_out(connect: Any) -> None:
    rows = [{"appEntitlement": {"id": "e", "appId": app}} for app in ("a1", "a2")]
    client, tenant = connect(build_page(*rows, {}, {"appEntitlement": None}))
    [found] = client.directory.search_entitlements("a1", alias="admin")
    assert (found.id, found.app_id) == ("e", "a1")
    body = {"appIds": ["a1"], "alias": "admin", "pageSize": 25}
    assert parse_requests(tenant) == [("/api/v1/search/entitlements", body)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("search_apps", "apps"),
        ("list_webhooks", "webhooks"),
        ("list_step_up_providers", "step-up/providers"),
    ],
)
def test_odd_rows_do_not_hide_the_others(method: str, path: str, connect: Any) -> None:
    odd: list[object] = [{"id": 7}, {"id": "o", "displayName": None, "deletedAt": None, "x": [1]}]
    client, tenant = connect(build_page(*odd, {"id": "a", "displayName": "A"}))
    found = [*getattr(client.directory, method)()]
    assert [(each.id, each.display_name) for each in found] == [("o", ""), ("a", "A")]
    assert parse_requests(tenant) == [(f"/api/v1/search/{path}", {"pageSize": 100})]


def test_a_rejected_search_raises_an_error(connect: Any) -> None:
    client, _ = connect(httpx.Response(403, json={"code": 7, "message": "no"}))
    with pytest.raises(errors.PermissionDeniedError, match="/api/v1/search/apps"):
        [*client.directory.search_apps(display_name="GitHub")]
