"""The pages of a list or a search, one request each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

from pulumi_c1policy._client import answers, bodies, decoding
from pulumi_c1policy._client.answer_models import Page
from pulumi_c1policy._client.api_requests import ApiRequest
from pulumi_c1policy._client.outcomes import Call, OutcomeKind
from pulumi_c1policy._client.transport import Transport

POLICIES_PATH = "/api/v1/policies"
PolicyPage: TypeAlias = Page[dict[str, Any]]
Policies: TypeAlias = list[dict[str, Any]]
_SEARCH_PATH = "/api/v1/search/policies"
_MAX_PAGES = 1_000
_Row = TypeVar("_Row")


def list_pages(transport: Transport, page_size: int) -> Iterator[Policies]:
    """Yield the pages of the list of all global policies.

    Raises:
        APIError: A page could not be read, or the pages do not end.
    """
    call = Call(OutcomeKind.READ, "GET", POLICIES_PATH)
    budget = bodies.Budget()

    def build(token: str) -> ApiRequest:
        params = {"page_size": str(page_size)} | ({"page_token": token} if token else {})
        return ApiRequest(call, params=params, budget=budget)

    return _follow_pages(transport, PolicyPage, build)


def search_policies(
    transport: Transport, filters: Mapping[str, object], page_size: int
) -> Iterator[Policies]:
    """Yield the pages of a search for policies: see `search_pages`."""
    return search_pages(transport, _SEARCH_PATH, PolicyPage, filters, page_size)


def search_pages(
    transport: Transport,
    path: str,
    model: type[Page[_Row]],
    filters: Mapping[str, object],
    page_size: int,
    kind: OutcomeKind = OutcomeKind.READ,
) -> Iterator[list[_Row]]:
    """Yield the pages of a search.

    Args:
        transport: The transport.
        path: The path of the search endpoint.
        model: The model of a page.
        filters: The fields of the search request, in lowerCamelCase; empty ones are not sent.
        page_size: The number of rows to ask for with each request.
        kind: The kind of the requests: `READ`, or `HELP` if the caller can do without them.

    Raises:
        APIError: A page could not be read, or the pages do not end.
    """
    call = Call(kind, "POST", path)
    constant = {name: value for name, value in filters.items() if value}
    budget = bodies.Budget()

    def build(token: str) -> ApiRequest:
        page = {"pageSize": page_size} | ({"pageToken": token} if token else {})
        return ApiRequest(call, body=constant | page, budget=budget)

    return _follow_pages(transport, model, build)


def _follow_pages(
    transport: Transport, model: type[Page[_Row]], build: Callable[[str], ApiRequest]
) -> Iterator[list[_Row]]:
    """Yield each page, from that without a token to the last one.

    Args:
        transport: The transport.
        model: The model of a page.
        build: Returns the request for the page with this token.
    """
    token, seen, stopwatch = "", {""}, transport.start_stopwatch()
    for _ in range(_MAX_PAGES):
        request = build(token)
        with stopwatch.run():
            page = decoding.request_model(transport, model, request)
        yield page.rows or []
        token = page.next_page_token
        if not token:
            return
        if token in seen:
            raise answers.describe_unreadable(
                request.call, "a page token that came before"
            ).to_error()
        seen.add(token)
    raise answers.describe_unreadable(request.call, f"more than {_MAX_PAGES} pages").to_error()
