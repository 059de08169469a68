"""The directory file of `c1policy simulate` fills the emulated tenant."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

EXAMPLE = Path(__file__).parents[2] / "examples" / "policy-tests" / "directory.json"
TABLES: dict[str, list[dict[str, Any]]] = {
    "users": [
        {"id": "u1", "email": "ada@example.com", "manager": "bob@example.com"},
        {"id": "u2", "email": "bob@example.com", "status": "UserStatus.DISABLED", "type": "HUMAN"},
    ],
    "apps": [{"id": "crm", "display_name": "CRM", "owners": ["u1"]}],
    "groups": [
        {"id": "g", "app_id": "crm", "display_name": "Sales", "members": ["u1", "u2"]},
        {"display_name": "Without an app"},
    ],
    "entitlements": [
        {"id": "e", "appId": "crm", "display_name": "Admin", "alias": "admin"},
        {"id": "g", "appId": "crm", "slug": "sales"},
    ],
    "webhooks": [{"id": "w", "display_name": "Checks"}],
    "step_up_providers": [{"id": "s", "display_name": "Keys"}],
}


def search(tenant: Emulator, name: str) -> list[Any]:
    """Return the rows of a search for everything."""
    url = f"{tenant.url}/api/v1/search/{name}"
    rows: list[Any] = httpx.post(url, json={}, headers=tenant.headers).json()["list"]
    return rows


def test_a_directory_fills_the_tenant() -> None:
    with Emulator(directory=TABLES) as tenant:
        ada, bob = (row["user"] for row in search(tenant, "users"))
        assert (ada["status"], ada["managerIds"]) == ("ENABLED", ["u2"])
        assert (bob["status"], bob["type"]) == ("DISABLED", "USER_TYPE_HUMAN")
        assert tenant.app("crm")["displayName"] == "CRM"
        group = tenant.entitlement("crm", "g")
        assert (group["appResourceTypeId"], group["grantCount"]) == ("group", "2")
        assert group["slug"] == "sales"
        assert tenant.entitlement("crm", "e")["alias"] == "admin"
        assert len(search(tenant, "entitlements")) == 2
        assert [row["id"] for row in search(tenant, "webhooks")] == ["w"]
        assert [row["enabled"] for row in search(tenant, "step-up/providers")] == [True]


def test_a_reset_restores_the_directory() -> None:
    with Emulator(directory=TABLES) as tenant:
        tenant.add_user("eve@example.com")
        tenant.edit_app("crm", {"displayName": "ERP"})
        tenant.reset()
        assert [row["user"]["id"] for row in search(tenant, "users")] == ["u1", "u2"]
        assert tenant.app("crm")["displayName"] == "CRM"


def test_the_example_of_the_simulation_is_accepted() -> None:
    with Emulator(directory=json.loads(EXAMPLE.read_text("utf-8"))) as tenant:
        assert len(search(tenant, "users")) == 5
        assert tenant.entitlement("pager", "on-call")["grantCount"] == "1"


@pytest.mark.parametrize(
    ("tables", "text"),
    [
        ([], "an object of lists"),
        ({"people": []}, "no table 'people'"),
        ({"users": {"id": "u1"}}, "users must be a list"),
        ({"users": ["u1"]}, "users must be a list of objects"),
        ({"users": [{"id": "u1"}, {"id": "u1"}]}, r"users\[1\]: .*'u1' is taken"),
        ({"apps": [{"display_name": 1}]}, r"apps\[0\]: .*displayName"),
        ({"users": [{"status": "AWAY"}]}, r"users\[0\]: .*status"),
    ],
    ids=str,
)
def test_a_wrong_directory_is_rejected(tables: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Emulator(directory=tables)


def test_a_control_endpoint_adds_and_changes_objects(
    c1_tenant: Emulator, http: httpx.Client, ask: Callable[..., Any]
) -> None:
    assert http.post("/_emulator/directory", json=TABLES).status_code == 200
    change = {"apps": [{"id": "crm", "grantPolicyId": "p1"}]}
    assert http.post("/_emulator/directory", json=change).status_code == 200
    found = ask("/api/v1/apps/crm")["app"]
    assert (found["displayName"], found["grantPolicyId"]) == ("CRM", "p1")
    rejected = http.post("/_emulator/directory", json={"people": []})
    assert (rejected.status_code, "people" in rejected.json()["message"]) == (400, True)
