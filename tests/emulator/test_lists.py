"""Lists and searches: pages, filters, and omitted policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

Create = Callable[..., dict[str, Any]]
BUILTINS = 3
SCOPE = {"appId": "app-1", "slot": "POLICY_SCOPE_SLOT_EMERGENCY"}


def search(http: httpx.Client, **asked: object) -> list[str]:
    """List the display names on the first page of a search, without builtin policies."""
    answer = http.post("/api/v1/search/policies", json={"pageSize": 100, **asked})
    assert answer.status_code == 200, answer.text
    return [p["displayName"] for p in answer.json()["list"] if not p["systemBuiltin"]]


@pytest.mark.parametrize(
    ("asked", "on_list", "on_search"),
    [
        (None, 25, 25),
        (0, 25, 25),
        (1, 6, 5),
        (5, 6, 5),
        (6, 6, 6),
        (10, 10, 10),
        (37, 37, 37),
        (100, 100, 100),
        (1000, 100, 100),
    ],
)
def test_the_page_size_has_a_lower_and_an_upper_bound(
    c1_tenant: Emulator, http: httpx.Client, asked: int | None, on_list: int, on_search: int
) -> None:
    for index in range(110):
        c1_tenant.policies.create({"displayName": f"P{index}", "policyType": "POLICY_TYPE_GRANT"})
    query = {} if asked is None else {"page_size": asked}
    listed = http.get("/api/v1/policies", params=query).json()["list"]
    found = http.post(
        "/api/v1/search/policies", json={} if asked is None else {"pageSize": asked}
    ).json()["list"]
    assert (len(listed), len(found)) == (on_list, on_search)


@pytest.mark.parametrize("how", ["list", "search"])
def test_the_pages_have_every_policy_once(
    c1_tenant: Emulator, http: httpx.Client, create: Create, how: str
) -> None:
    created = [create(displayName=f"P{index}")["id"] for index in range(32)]
    seen: list[str] = []
    token, pages = "", 0
    while True:
        if how == "list":
            asked = {"page_size": "10", "page_token": token}
            answer = http.get("/api/v1/policies", params=asked).json()
        else:
            body = {"pageSize": 10, "pageToken": token}
            answer = http.post("/api/v1/search/policies", json=body).json()
        seen += [policy["id"] for policy in answer["list"]]
        token, pages = answer["nextPageToken"], pages + 1
        if not token:
            break
    assert pages == 4
    assert seen[BUILTINS:] == created
    assert len(seen) == len(c1_tenant.policies)


def test_a_full_last_page_has_no_next_token(http: httpx.Client, create: Create) -> None:
    for index in range(10 - BUILTINS):
        create(displayName=f"P{index}")
    answer = http.get("/api/v1/policies", params={"page_size": 10}).json()
    assert (len(answer["list"]), answer["nextPageToken"]) == (10, "")


def test_a_deleted_policy_does_not_shift_later_pages(http: httpx.Client, create: Create) -> None:
    created = [create(displayName=f"P{index}")["id"] for index in range(15)]
    first = http.get("/api/v1/policies", params={"page_size": 10}).json()
    http.delete(f"/api/v1/policies/{created[0]}")
    token = first["nextPageToken"]
    rest = http.get("/api/v1/policies", params={"page_size": 10, "page_token": token}).json()
    assert [policy["id"] for policy in rest["list"]] == created[10 - BUILTINS :]


@pytest.mark.parametrize("token", ["nonsense", "!!", "MTA6YQ=="])
def test_an_unknown_page_token_is_rejected(http: httpx.Client, token: str) -> None:
    answer = http.get("/api/v1/policies", params={"page_token": token})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_a_page_token_belongs_to_its_list_or_search(http: httpx.Client, create: Create) -> None:
    for index in range(11):
        create(displayName=f"P{index}")
    answer = http.post("/api/v1/search/policies", json={"query": "p", "pageSize": 10}).json()
    other = {"query": "q", "pageToken": answer["nextPageToken"]}
    assert http.post("/api/v1/search/policies", json=other).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "page_size=many",
        "page_size=",
        "page_size=1.0",
        "page_size=1e1",
        "page_size=99999999999",
        "page_size=10&page_size=10",
        "page_size=10&pageSize=10",
        "page_token=&page_token=",
    ],
)
def test_a_query_parameter_must_have_one_value_of_its_type(http: httpx.Client, query: str) -> None:
    answer = http.get(f"/api/v1/policies?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


@pytest.mark.parametrize(
    "query", ["page_size=10", "pageSize=10", "page_size=%2B10", "pageSize=010&other=1&other=2"]
)
def test_a_query_parameter_is_parsed_as_by_a_gateway(
    http: httpx.Client, create: Create, query: str
) -> None:
    created = [create(displayName=f"P{index}")["id"] for index in range(11)]
    first = http.get(f"/api/v1/policies?{query}").json()
    assert len(first["list"]) == 10
    for name in ("page_token", "pageToken"):
        rest = http.get(f"/api/v1/policies?{query}&{name}={first['nextPageToken']}").json()
        assert [policy["id"] for policy in rest["list"]] == created[10 - BUILTINS :]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({}, ["Alpha", "Beta", "alphabet"], id="all"),
        pytest.param({"query": "ALPHA"}, ["Alpha", "alphabet"], id="query-in-name"),
        pytest.param({"query": "greek"}, ["Beta"], id="query-in-description"),
        pytest.param({"displayName": "ALPHA"}, ["Alpha"], id="name-is-whole"),
        pytest.param({"policyTypes": ["POLICY_TYPE_REVOKE"]}, ["Beta"], id="types"),
        pytest.param(
            {"policyTypes": ["POLICY_TYPE_REVOKE", "POLICY_TYPE_GRANT"], "query": "a"},
            ["Alpha", "Beta", "alphabet"],
            id="types-and-query",
        ),
        pytest.param({"policyTypes": []}, ["Alpha", "Beta", "alphabet"], id="no-types"),
        pytest.param({"query": "nothing like it"}, [], id="none"),
    ],
)
def test_each_filter_of_a_search_selects_policies(
    http: httpx.Client, create: Create, asked: dict[str, Any], found: list[str]
) -> None:
    create(displayName="Alpha")
    create(displayName="Beta", description="A Greek letter", policyType="POLICY_TYPE_REVOKE")
    create(displayName="alphabet")
    assert search(http, **asked) == found


def test_a_search_leaves_out_excluded_ids(http: httpx.Client, create: Create) -> None:
    one, _ = create(displayName="One"), create(displayName="Two")
    assert search(http, excludePolicyIds=[one["id"]]) == ["Two"]


@pytest.mark.parametrize("view", ["UNSPECIFIED", "GLOBAL", "SCOPED"])
def test_refs_find_policies_of_any_scope_in_any_view(
    http: httpx.Client, create: Create, view: str
) -> None:
    scoped, plain = create(displayName="Scoped", scope=SCOPE), create(displayName="Plain")
    create(displayName="Other")
    refs = [{"id": plain["id"]}, {"id": scoped["id"]}, {"id": "unknown"}]
    view = f"POLICY_SCOPE_VIEW_{view}"
    assert search(http, refs=refs, scopeView=view) == ["Scoped", "Plain"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({}, ["Global"], id="unset"),
        pytest.param({"scopeView": "POLICY_SCOPE_VIEW_UNSPECIFIED"}, ["Global"], id="unspecified"),
        pytest.param({"scopeView": "POLICY_SCOPE_VIEW_GLOBAL"}, ["Global"], id="global"),
        pytest.param({"scopeView": "POLICY_SCOPE_VIEW_SCOPED"}, ["App", "Ent"], id="scoped"),
        pytest.param({"scopeView": "POLICY_SCOPE_VIEW_ALL"}, ["Global", "App", "Ent"], id="all"),
        pytest.param(
            {"scopeView": "POLICY_SCOPE_VIEW_SCOPED", "scopeAppEntitlementId": "ent-2"},
            ["Ent"],
            id="entitlement",
        ),
        pytest.param(
            {"scopeView": "POLICY_SCOPE_VIEW_SCOPED", "scopeSlot": SCOPE["slot"]},
            ["App", "Ent"],
            id="slot-of-no-object",
        ),
        pytest.param(
            {
                "scopeView": "POLICY_SCOPE_VIEW_SCOPED",
                "scopeAppId": "app-1",
                "scopeSlot": SCOPE["slot"],
            },
            ["App"],
            id="slot",
        ),
        pytest.param(
            {
                "scopeView": "POLICY_SCOPE_VIEW_SCOPED",
                "scopeAppId": "app-2",
                "scopeSlot": SCOPE["slot"],
            },
            [],
            id="other-slot",
        ),
        pytest.param(
            {"scopeView": "POLICY_SCOPE_VIEW_ALL", "scopeAppId": "app-1"},
            ["Global", "App", "Ent"],
            id="all-with-an-app",
        ),
        pytest.param({"scopeAppId": "app-1"}, ["Global"], id="object-without-view"),
        pytest.param(
            {
                "scopeView": "POLICY_SCOPE_VIEW_SCOPED",
                "scopeObjectType": "POLICY_SCOPE_OBJECT_TYPE_APP",
            },
            ["App"],
            id="object-type",
        ),
        pytest.param(
            {"scopeView": "POLICY_SCOPE_VIEW_GLOBAL_AND_OBJECT", "scopeAppId": "app-1"},
            ["Global", "App"],
            id="global-and-object",
        ),
        pytest.param(
            {"scopeView": "POLICY_SCOPE_VIEW_GLOBAL_AND_OBJECT"}, ["Global"], id="no-object"
        ),
    ],
)
def test_the_scope_view_selects_policies_and_the_default_is_global(
    http: httpx.Client, create: Create, asked: dict[str, str], found: list[str]
) -> None:
    create(displayName="Global")
    create(displayName="App", scope=SCOPE)
    create(displayName="Ent", scope={"appId": "app-2", "appEntitlementId": "ent-2"})
    assert search(http, **asked) == found


def test_a_list_leaves_out_scoped_and_deleted_policies(http: httpx.Client, create: Create) -> None:
    create(displayName="Scoped", scope=SCOPE)
    gone, kept = create(displayName="Gone"), create(displayName="Kept")
    http.delete(f"/api/v1/policies/{gone['id']}")
    listed = http.get("/api/v1/policies").json()["list"]
    assert [policy["id"] for policy in listed[BUILTINS:]] == [kept["id"]]


def test_a_search_can_include_deleted_policies(http: httpx.Client, create: Create) -> None:
    gone = create(displayName="Gone")
    http.delete(f"/api/v1/policies/{gone['id']}")
    assert search(http) == []
    assert search(http, refs=[{"id": gone["id"]}]) == []
    found = http.post("/api/v1/search/policies", json={"includeDeleted": True}).json()["list"]
    assert found[-1]["id"] == gone["id"]
    assert found[-1]["deletedAt"]
