"""Facts about lists, searches and their pages."""

from __future__ import annotations

from acceptance.context import Context
from acceptance.fact import API, CLI, Fact, expect
from acceptance.http import POLICIES, SEARCH

_SEARCH_FLOOR, _LIST_FLOOR = 5, 6


def _create_policies(context: Context, count: int) -> set[str]:
    return {
        context.create(displayName=context.make_name(f"page {number}"))["id"]
        for number in range(count)
    }


def _follow_list_pages(context: Context) -> None:
    made = _create_policies(context, 9)
    pages = context.read_pages(POLICIES, page_size=_LIST_FLOOR)
    expect(len(pages) > 1, "one page of more than was asked for")
    expect(made <= {row["id"] for page in pages for row in page}, "a policy is on no page")


def _follow_search_pages(context: Context) -> None:
    made = _create_policies(context, 9)
    pages = context.read_pages(SEARCH, pageSize=_SEARCH_FLOOR, query=context.run_id)
    expect(len(pages) > 1, "one page of more than was asked for")
    expect(made <= {row["id"] for page in pages for row in page}, "a policy is on no page")


def _measure_list_floor(context: Context) -> None:
    _create_policies(context, 7)
    sizes = [len(page) for page in context.read_pages(POLICIES, limit=4, page_size=1)]
    expect(max(sizes) >= _LIST_FLOOR, f"pages of at most {max(sizes)}")


def _measure_search_floor(context: Context) -> None:
    _create_policies(context, 6)
    sizes = [len(page) for page in context.read_pages(SEARCH, limit=4, pageSize=1)]
    expect(max(sizes) >= _SEARCH_FLOOR, f"pages of at most {max(sizes)}")


def _find_no_policy_twice(context: Context) -> None:
    made = _create_policies(context, 7)
    pages = context.read_pages(SEARCH, pageSize=_SEARCH_FLOOR, query=context.run_id)
    rows = [row["id"] for page in pages for row in page]
    expect(all(rows.count(policy_id) == 1 for policy_id in made), "a policy is on two pages")


def _search_by_refs(context: Context) -> None:
    made = _create_policies(context, 3)
    found = context.read_ids(refs=[{"id": policy_id} for policy_id in sorted(made)])
    expect(found == made, "a search by refs finds others, or too few")


def _search_by_name(context: Context) -> None:
    name = context.make_name("by its name")
    made = context.create(displayName=name)["id"]
    expect(made in context.read_ids(displayName=name), "not found by its name")


def _search_by_word(context: Context) -> None:
    made = context.create()["id"]
    expect(made in context.read_ids(query=context.run_id), "not found by a word of its name")


def _search_by_type(context: Context) -> None:
    grant, revoke = context.create()["id"], context.create("revoke")["id"]
    found = context.read_ids(policyTypes=["POLICY_TYPE_REVOKE"])
    expect(revoke in found and grant not in found, "the types are not told apart")


def _exclude_policies(context: Context) -> None:
    made = context.create()["id"]
    found = context.read_ids(query=context.run_id, excludePolicyIds=[made])
    expect(made not in found, "found although excluded")


def _create_and_delete(context: Context) -> str:
    made: str = context.create()["id"]
    expect(context.delete(made).status_code == 200, "the deletion is rejected")
    return made


def _omit_deleted_from_lists(context: Context) -> None:
    made = _create_and_delete(context)
    expect(made not in context.read_ids(POLICIES, page_size=100), "a deleted policy is listed")


def _omit_deleted_from_searches(context: Context) -> None:
    made = _create_and_delete(context)
    expect(made not in context.read_ids(pageSize=100), "a deleted policy is found")


def _find_deleted_on_request(context: Context) -> None:
    made = _create_and_delete(context)
    found = context.read_ids(refs=[{"id": made}], includeDeleted=True)
    expect(made in found, "not found in spite of includeDeleted")


def _reject_unknown_search_key(context: Context) -> None:
    answer = context.api.call("POST", SEARCH, {"pageSizes": 5})
    expect(answer.status_code == 400, f"HTTP {answer.status_code}")


def _read_rows(context: Context) -> None:
    made = context.create()
    [row] = [
        row
        for page in context.read_pages(POLICIES, page_size=100)
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
        _follow_list_pages,
    ),
    Fact(
        "search-pages",
        "`POST /api/v1/search/policies` takes `pageSize` and `pageToken` in its body. Following "
        "`nextPageToken` until it is empty gives every policy.",
        "docs",
        API,
        _follow_search_pages,
    ),
    Fact("list-floor", "The smallest page of a list is 6.", "live", CLI, _measure_list_floor),
    Fact("search-floor", "The smallest page of a search is 5.", "live", CLI, _measure_search_floor),
    Fact(
        "pages-once",
        "No policy is on two pages of a search.",
        "inferred",
        API,
        _find_no_policy_twice,
    ),
    Fact("list-rows", "The rows of a list are the policies themselves.", "docs", API, _read_rows),
    Fact(
        "search-refs", "`refs` finds many policies by id in one call.", "docs", API, _search_by_refs
    ),
    Fact("search-name", "`displayName` finds a policy by its name.", "docs", API, _search_by_name),
    Fact(
        "search-query",
        "`query` finds a policy by a word of its name.",
        "docs",
        API,
        _search_by_word,
    ),
    Fact("search-types", "`policyTypes` finds policies by type.", "docs", API, _search_by_type),
    Fact(
        "search-exclude", "`excludePolicyIds` leaves policies out.", "docs", API, _exclude_policies
    ),
    Fact(
        "search-strict",
        "An unknown key in a search: 400.",
        "source",
        CLI,
        _reject_unknown_search_key,
    ),
    Fact(
        "deleted-not-listed",
        "A deleted policy is in no list, at once.",
        "live",
        CLI,
        _omit_deleted_from_lists,
    ),
    Fact(
        "deleted-not-found",
        "A search does not find a deleted policy, at once.",
        "live",
        CLI,
        _omit_deleted_from_searches,
    ),
    Fact(
        "include-deleted",
        "A search with `includeDeleted` finds a deleted policy.",
        "live",
        CLI,
        _find_deleted_on_request,
    ),
)
