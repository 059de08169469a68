"""The objects around policies under the tenant's quirks, faults and credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator, Fault
from tests.emulator.api_description import load_description

Ask = Callable[..., Any]
SEARCHES = ("users", "apps", "entitlements", "webhooks", "step-up/providers")


def list_requests() -> Iterator[tuple[str, str]]:
    """List the requests that the API's description has."""
    for path, methods in load_description()["paths"].items():
        for method in methods:
            yield method.upper(), path.replace("{app_id}", "crm").replace("{id}", "one")


@pytest.mark.parametrize(("method", "path"), [*list_requests()], ids=str)
def test_each_request_needs_a_token(method: str, path: str, c1_tenant: Emulator) -> None:
    found = httpx.request(method, f"{c1_tenant.url}{path}", json={})
    assert (found.status_code, found.json()["code"]) == (401, 16)


def fill(tenant: Emulator) -> None:
    """Add two objects of each kind."""
    for number in ("1", "2"):
        tenant.add_user(f"{number}@example.com", id=f"user{number}")
        app = tenant.add_app(number, id=f"app{number}", annotations={"team": "sales"})
        tenant.add_entitlement(app, number, id="role", durationGrant="3600s", grantCount=3)
        tenant.add_group(app, number, id="group")
        tenant.add_webhook(number, callbackTimeout="10s")
        tenant.add_step_up_provider(number)


@pytest.mark.parametrize(
    "quirks",
    [
        {"unset_fields": "omitted", "timestamp_precision": "seconds"},
        {"unset_fields": "null", "duration_style": "padded"},
        {"newer_api": True, "pages": "over_full", "shuffle_sets": True},
    ],
    ids=str,
)
def test_answers_have_the_published_structure(
    quirks: dict[str, Any], c1_tenant: Emulator, ask: Ask
) -> None:
    c1_tenant.set_quirks(**quirks)
    fill(c1_tenant)
    for name in SEARCHES:
        assert ask(f"/api/v1/search/{name}", {})["list"]
    for path in ("users/user1", "apps", "apps/app1", "apps/app2/entitlements/role"):
        assert ask(f"/api/v1/{path}")
    change = {"entitlement": {"durationGrant": "60s"}, "updateMask": "durationGrant"}
    assert ask("/api/v1/apps/app1/entitlements/role", change)
    rules = "/api/v1/apps/app1/entitlement_configuration_rules"
    rule = {"displayName": "A", "settings": {"maxGrantDuration": "60s"}}
    rule_id = ask(rules, rule)["routingRule"]["id"]
    assert ask(f"{rules}/{rule_id}")
    assert ask(rules)["list"]
    defaults = {"durationGrant": "60s", "catalogIds": ["c"]}
    assert ask("/api/v1/apps/app1/access_request_defaults", defaults)
    assert ask("/api/v1/apps/app1/access_request_defaults")


@pytest.mark.parametrize(("pages", "sizes"), [("over_full", [9, 3]), ("empty", [0, 7, 0, 5])])
@pytest.mark.parametrize("name", SEARCHES)
def test_each_search_has_pages(
    name: str, pages: str, sizes: list[int], c1_tenant: Emulator, ask: Ask
) -> None:
    for number in range(12):
        c1_tenant.add_user(f"{number}@example.com")
        c1_tenant.add_entitlement(c1_tenant.add_app(f"{number}"), "Role", id="role")
        c1_tenant.add_webhook(f"{number}")
        c1_tenant.add_step_up_provider(f"{number}")
    c1_tenant.set_quirks(pages=pages, unset_fields="omitted")
    found: list[int] = []
    token = ""
    while not found or token:
        page = ask(f"/api/v1/search/{name}", {"pageSize": 7, "pageToken": token})
        found.append(len(page.get("list", ())))
        token = page.get("nextPageToken", "")
    assert found == sizes


def test_a_page_token_belongs_to_one_search(c1_tenant: Emulator, http: httpx.Client) -> None:
    for number in range(6):
        c1_tenant.add_user(f"{number}@example.com")
    first = http.post("/api/v1/search/users", json={"pageSize": 5}).json()
    asked = {"pageSize": 5, "pageToken": first["nextPageToken"], "query": "example"}
    assert http.post("/api/v1/search/users", json=asked).status_code == 400


def test_reads_lag_behind_writes(c1_tenant: Emulator, ask: Ask) -> None:
    app = c1_tenant.add_app("Old")
    c1_tenant.set_quirks(search_lag=60.0, list_lag=60.0, get_lag=60.0)
    c1_tenant.advance(1)
    body = {"app": {"displayName": "New"}, "updateMask": "displayName"}
    assert ask(f"/api/v1/apps/{app}", body)["app"]["displayName"] == "New"

    def read() -> set[str]:
        rows = [*ask("/api/v1/search/apps", {})["list"], *ask("/api/v1/apps")["list"]]
        return {row["displayName"] for row in (*rows, ask(f"/api/v1/apps/{app}")["app"])}

    assert read() == {"Old"}
    c1_tenant.advance(61)
    assert read() == {"New"}


def test_a_get_of_a_deleted_object_depends_on_the_tenant(
    c1_tenant: Emulator, ask: Ask, http: httpx.Client
) -> None:
    ada = c1_tenant.add_user("ada@example.com")
    c1_tenant.remove_user(ada)
    assert ask(f"/api/v1/users/{ada}")["userView"]["user"]["deletedAt"]
    c1_tenant.set_quirks(deleted_get="not_found")
    assert http.get(f"/api/v1/users/{ada}").status_code == 404


def test_a_tolerant_tenant_accepts_odd_masks(c1_tenant: Emulator, ask: Ask) -> None:
    app = c1_tenant.add_app("CRM")
    c1_tenant.set_quirks(odd_masks="tolerated")
    sent = {"description": "New."}
    found = ask(f"/api/v1/apps/{app}", {"app": sent, "updateMask": "display_names,description"})
    assert (found["app"]["description"], found["app"]["displayName"]) == ("New.", "CRM")


@pytest.mark.parametrize("status", [403, 404, 503])
@pytest.mark.parametrize("name", SEARCHES)
def test_faults_hit_one_search(
    name: str, status: int, c1_tenant: Emulator, http: httpx.Client
) -> None:
    path = f"/api/v1/search/{name}"
    c1_tenant.set_faults(Fault(do="answer", status=status, path=path, times=None))
    for other in SEARCHES:
        found = http.post(f"/api/v1/search/{other}", json={})
        assert found.status_code == (status if other == name else 200)
    assert [entry.path for entry in c1_tenant.requests if entry.fault] == [path]
