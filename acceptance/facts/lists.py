"""Facts about listing, searching, reading and deleting."""

from __future__ import annotations

from acceptance.fact import Fact, NotTried, expect
from acceptance.tenant import POLICIES, SEARCH, Tenant, refused

_LIVE = "captured answers of tenants"
_API = "the API's description"


def _ids(tenant: Tenant, count: int) -> set[str]:
    return {str(tenant.create()["id"]) for _ in range(count)}


def _list_to_the_end(tenant: Tenant) -> None:
    made = _ids(tenant, 2)
    found: set[str] = set()
    token = ""
    while True:
        query = {"page_size": "10"} | ({"page_token": token} if token else {})
        page = tenant.send("GET", POLICIES, None, **query).json()
        found |= {str(row["id"]) for row in page.get("list") or []}
        token = page.get("nextPageToken") or ""
        if not token:
            break
    expect(made <= found, "a policy is in no page")


def _search_to_the_end(tenant: Tenant) -> None:
    made = _ids(tenant, 2)
    found = {str(row["id"]) for row in tenant.search(pageSize=10)}
    expect(made <= found, "a policy is in no page")


def _search_floor(tenant: Tenant) -> None:
    _ids(tenant, 7)
    page = tenant.send("POST", SEARCH, {"pageSize": 1}).json()
    rows = page.get("list") or []
    if not rows:
        raise NotTried("the first page is empty")
    expect(len(rows) > 1, "a page of one row")


def _list_floor(tenant: Tenant) -> None:
    _ids(tenant, 8)
    page = tenant.send("GET", POLICIES, None, page_size="1").json()
    rows = page.get("list") or []
    if not rows:
        raise NotTried("the first page is empty")
    expect(len(rows) > 1, "a page of one row")


def _refs(tenant: Tenant) -> None:
    made = _ids(tenant, 2)
    refs = [{"id": each} for each in sorted(made)]
    expect({str(row["id"]) for row in tenant.search(refs=refs)} == made, "other policies")


def _by_name(tenant: Tenant) -> None:
    policy = tenant.create()
    found = [row["id"] for row in tenant.search(displayName=policy["displayName"])]
    expect(policy["id"] in found, "not found by its name")


def _by_type(tenant: Tenant) -> None:
    kinds = {row["policyType"] for row in tenant.search(policyTypes=["POLICY_TYPE_REVOKE"])}
    expect(kinds <= {"POLICY_TYPE_REVOKE"}, "another type was found")


def _deleted(tenant: Tenant) -> str:
    policy_id = str(tenant.create()["id"])
    answer = tenant.send("DELETE", f"{POLICIES}/{policy_id}")
    expect(answer.is_success, f"the delete was answered {answer.status_code}")
    return policy_id


def _deleted_get(tenant: Tenant) -> None:
    answer = tenant.send("GET", f"{POLICIES}/{_deleted(tenant)}")
    expect(answer.status_code == 200, f"answered {answer.status_code}")
    expect(answer.json()["policy"].get("deletedAt"), "no deletedAt")


def _deleted_search(tenant: Tenant) -> None:
    policy_id = _deleted(tenant)
    rows = tenant.search(refs=[{"id": policy_id}])
    expect(not [row for row in rows if row["id"] == policy_id], "a deleted policy is found")


def _deleted_included(tenant: Tenant) -> None:
    policy_id = _deleted(tenant)
    found = [row["id"] for row in tenant.search(includeDeleted=True, refs=[{"id": policy_id}])]
    expect(policy_id in found, "not found with includeDeleted")


def _referenced(tenant: Tenant) -> None:
    base = str(tenant.create()["id"])
    tenant.create(policySteps=None, baselinePolicyId=base)
    refused(tenant.send("DELETE", f"{POLICIES}/{base}"), "", 400, 409, 412)


def _referenced_by_rule(tenant: Tenant) -> None:
    base = str(tenant.create()["id"])
    tenant.create(rules=[{"condition": "true", "policyId": base}])
    refused(tenant.send("DELETE", f"{POLICIES}/{base}"), "", 400, 409, 412)


FACTS = (
    Fact(
        "list-ends-with-empty-token",
        "Only an empty token ends a list.",
        "source",
        _API,
        _list_to_the_end,
    ),
    Fact(
        "search-ends-with-empty-token",
        "Only an empty token ends a search.",
        "source",
        _API,
        _search_to_the_end,
    ),
    Fact(
        "search-page-floor",
        "A search gives more than one row where one is asked for (floor 5).",
        "live",
        _LIVE,
        _search_floor,
    ),
    Fact(
        "list-page-floor",
        "A list gives more than one row where one is asked for (floor 6).",
        "live",
        _LIVE,
        _list_floor,
    ),
    Fact("search-refs", "A search by `refs` resolves many ids in one call.", "docs", _API, _refs),
    Fact("search-name", "A search finds a policy by its display name.", "docs", _API, _by_name),
    Fact("search-type", "A search by type finds that type only.", "docs", _API, _by_type),
    Fact(
        "deleted-get",
        "A GET of a deleted policy is a 200 with `deletedAt`.",
        "live",
        _LIVE,
        _deleted_get,
    ),
    Fact(
        "deleted-not-found",
        "A search does not find a deleted policy.",
        "live",
        _LIVE,
        _deleted_search,
    ),
    Fact(
        "deleted-included",
        "A search with `includeDeleted` finds a deleted policy.",
        "live",
        _LIVE,
        _deleted_included,
    ),
    Fact(
        "referenced-by-baseline",
        "A policy that is another's baseline cannot be deleted.",
        "docs",
        _API,
        _referenced,
    ),
    Fact(
        "referenced-by-rule",
        "A policy that a rule points to cannot be deleted.",
        "docs",
        _API,
        _referenced_by_rule,
    ),
)
