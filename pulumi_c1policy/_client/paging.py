"""The pages of a list or a search, one request each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from pulumi_c1policy._client import answers, bodies, decoding
from pulumi_c1policy._client.answer_models import PolicyPage
from pulumi_c1policy._client.api_requests import Request
from pulumi_c1policy._client.outcomes import Call, Kind
from pulumi_c1policy._client.transport import Transport

POLICIES_PATH = "/api/v1/policies"
Page: TypeAlias = list[dict[str, Any]]
_SEARCH_PATH = "/api/v1/search/policies"
_MAX_PAGES = 1_000


def list_pages(transport: Transport, page_size: int) -> Iterator[Page]:
    """Yield the pages of the list of all global policies.

    Raises:
        APIError: A page could not be read, or the pages do not end.
    """
    call = Call(Kind.READ, "GET", POLICIES_PATH)
    budget = bodies.Budget()

    def build(token: str) -> Request:
        params = {"page_size": str(page_size)} | ({"page_token": token} if token else {})
        return Request(call, params=params, budget=budget)

    return _follow_pages(transport, build)


def search_pages(
    transport: Transport,
    filters: Mapping[str, object],
    page_size: int,
    path: str = _SEARCH_PATH,
) -> Iterator[Page]:
    """Yield the pages of a search.

    Args:
        transport: The transport.
        filters: The fields of the search request, in lowerCamelCase; empty ones are not sent.
        page_size: The number of objects to ask for with each request.
        path: The path of the search.

    Raises:
        APIError: A page could not be read, or the pages do not end.
    """
    call = Call(Kind.READ, "POST", path)
    constant = {name: value for name, value in filters.items() if value}
    budget = bodies.Budget()

    def build(token: str) -> Request:
        page = {"pageSize": page_size} | ({"pageToken": token} if token else {})
        return Request(call, body=constant | page, budget=budget)

    return _follow_pages(transport, build)


def _follow_pages(transport: Transport, build: Callable[[str], Request]) -> Iterator[Page]:
    """Yield each page, from that without a token to the last one.

    Args:
        transport: The transport.
        build: Returns the request for the page with this token.
    """
    token, seen, stopwatch = "", {""}, transport.start_stopwatch()
    for _ in range(_MAX_PAGES):
        request = build(token)
        with stopwatch.run():
            page = decoding.request_model(transport, PolicyPage, request)
        yield page.policies or []
        token = page.next_page_token
        if not token:
            return
        if token in seen:
            raise answers.describe_unreadable(
                request.call, "a page token that came before"
            ).to_error()
        seen.add(token)
    raise answers.describe_unreadable(request.call, f"more than {_MAX_PAGES} pages").to_error()
