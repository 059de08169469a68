"""Facts about lists, searches and their pages."""

from __future__ import annotations

from acceptance.context import Context
from acceptance.fact import API, CLI, Fact, expect
from acceptance.http import POLICIES, SEARCH

_SEARCH_FLOOR, _LIST_FLOOR = 5, 6


def _fill(context: Context, count: int) -> set[str]:
    return {
        context.create(displayName=context.name(f"page {number}"))["id"] for number in range(count)
    }


def _list_pages(context: Context) -> None:
    made = _fill(context, 9)
    pages = context.pages(POLICIES, page_size=_LIST_FLOOR)
    expect(len(pages) > 1, "one page of more than was asked for")
    expect(made <= {row["id"] for page in pages for row in page}, "a policy is on no page")


def _search_pages(context: Context) -> None:
    made = _fill(context, 9)
    pages = context.pages(SEARCH, pageSize=_SEARCH_FLOOR, query=context.run_id)
    expect(len(pages) > 1, "one page of more than was asked for")
    expect(made <= {row["id"] for page in pages for row in page}, "a policy is on no page")


def _list_floor(context: Context) -> None:
    _fill(context, 7)
    sizes = [len(page) for page in context.pages(POLICIES, limit=4, page_size=1)]
    expect(max(sizes) >= _LIST_FLOOR, f"pages of at most {max(sizes)}")


def _search_floor(context: Context) -> None:
    _fill(context, 6)
    sizes = [len(page) for page in context.pages(SEARCH, limit=4, pageSize=1)]
    expect(max(sizes) >= _SEARCH_FLOOR, f"pages of at most {max(sizes)}")


def _once(context: Context) -> None:
    made = _fill(context, 7)
    pages = context.pages(SEARCH, pageSize=_SEARCH_FLOOR, query=context.run_id)
    rows = [row["id"] for page in pages for row in page]
    expect(all(rows.count(policy_id) == 1 for policy_id in made), "a policy is on two pages")


def _refs(context: Context) -> None:
    made = _fill(context, 3)
    found = context.ids(refs=[{"id": policy_id} for policy_id in sorted(made)])
    expect(found == made, "a search by refs finds others, or too few")


def _display_name(context: Context) -> None:
    name = context.name("by its name")
    made = context.create(displayName=name)["id"]
    expect(made in context.ids(displayName=name), "not found by its name")


def _query(context: Context) -> None:
    made = context.create()["id"]
    expect(made in context.ids(query=context.run_id), "not found by a word of its name")


def _types(context: Context) -> None:
    grant, revoke = context.create()["id"], context.create("revoke")["id"]
    found = context.ids(policyTypes=["POLICY_TYPE_REVOKE"])
    expect(revoke in found and grant not in found, "the types are not told apart")


def _excluded(context: Context) -> None:
    made = context.create()["id"]
    found = context.ids(query=context.run_id, excludePolicyIds=[made])
    expect(made not in found, "found although excluded")


def _deleted(context: Context) -> str:
    made: str = context.create()["id"]
    expect(context.delete(made).status_code == 200, "the deletion is refused")
    return made


def _deleted_not_listed(context: Context) -> None:
    made = _deleted(context)
    expect(made not in context.ids(POLICIES, page_size=100), "a deleted policy is listed")


def _deleted_not_found(context: Context) -> None:
    made = _deleted(context)
    expect(made not in context.ids(pageSize=100), "a deleted policy is found")


def _include_deleted(context: Context) -> None:
    made = _deleted(context)
    found = context.ids(refs=[{"id": made}], includeDeleted=True)
    expect(made in found, "not found in spite of includeDeleted")


def _search_body(context: Context) -> None:
    answer = context.api.call("POST", SEARCH, {"pageSizes": 5})
    expect(answer.status_code == 400, f"HTTP {answer.status_code}")


def _rows(context: Context) -> None:
    made = context.create()
    [row] = [
        row
        for page in context.pages(POLICIES, page_size=100)
        for row in page
        if row["id"] == made["id"]
    ]
    expect(row["displayName"] == made["displayName"], "a row is not the policy")
    expect(bool(row["policySteps"]), "a row has no steps")


FACTS = (
    Fact(
        "list-pages",
        "`GET /api/v1/policies` takes `page_size` and `page_token` in its query. Following "
        "`nextPageToken` until it is empty gives every policy.",
        "docs",
        API,
        _list_pages,
    ),
    Fact(
        "search-pages",
        "`POST /api/v1/search/policies` takes `pageSize` and `pageToken` in its body. Following "
        "`nextPageToken` until it is empty gives every policy.",
        "docs",
        API,
        _search_pages,
    ),
    Fact("list-floor", "The smallest page of a list is 6.", "live", CLI, _list_floor),
    Fact("search-floor", "The smallest page of a search is 5.", "live", CLI, _search_floor),
    Fact("pages-once", "No policy is on two pages of a search.", "inferred", API, _once),
    Fact("list-rows", "The rows of a list are the policies themselves.", "docs", API, _rows),
    Fact("search-refs", "`refs` finds many policies by id in one call.", "docs", API, _refs),
    Fact("search-name", "`displayName` finds a policy by its name.", "docs", API, _display_name),
    Fact("search-query", "`query` finds a policy by a word of its name.", "docs", API, _query),
    Fact("search-types", "`policyTypes` finds policies by type.", "docs", API, _types),
    Fact("search-exclude", "`excludePolicyIds` leaves policies out.", "docs", API, _excluded),
    Fact("search-strict", "An unknown key in a search: 400.", "source", CLI, _search_body),
    Fact(
        "deleted-not-listed",
        "A deleted policy is in no list, at once.",
        "live",
        CLI,
        _deleted_not_listed,
    ),
    Fact(
        "deleted-not-found",
        "A search does not find a deleted policy, at once.",
        "live",
        CLI,
        _deleted_not_found,
    ),
    Fact(
        "include-deleted",
        "A search with `includeDeleted` finds a deleted policy.",
        "live",
        CLI,
        _include_deleted,
    ),
)
