"""The requests that tell which objects of a tenant use a policy.

Rows are the JSON trees of the wire. Each call sends one request, because the caller decides after
each page whether it needs another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, Literal, TypeAlias

from pulumi_c1policy._client import answers, decoding
from pulumi_c1policy._client.answer_models import Page
from pulumi_c1policy._client.api_requests import ApiRequest
from pulumi_c1policy._client.outcomes import Call, OutcomeKind, unwrap
from pulumi_c1policy._client.transport import Transport
from pulumi_c1policy.errors import AnswerError

Searched: TypeAlias = Literal["apps", "entitlements"]
"""The objects with a search by policy."""

PAGE_SIZE: Final = 10
"""The number of rows to ask for; the vendor's documentation advises this, because rows are heavy.
"""

_APPS_PATH = "/api/v1/apps"
_MAX_LIST_SIZE = 100
_MAX_SEARCHED_POLICIES = 100
_DO_NOT_END = "Try again; if the error comes again, the tenant's search does not work."
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]+")


RowPage: TypeAlias = Page[dict[str, Any]]
"""One page of a list or a search."""


class UsageClient:
    """The requests about the use of policies, over the pool of another client."""

    def __init__(self, transport: Transport, kind: OutcomeKind = OutcomeKind.READ) -> None:
        """Share a transport, with its pool and its pace.

        Args:
            transport: The transport.
            kind: The kind of the requests: `READ`, or `HELP` if the caller can do without them.
        """
        self._transport = transport
        self._kind = kind

    def search_by_policies(
        self, what: Searched, policy_ids: Sequence[str], token: str = ""
    ) -> RowPage:
        """Return a page of the apps or the entitlements that name one of the policies.

        A tenant that does not know the filter answers with other rows, too.

        Raises:
            APIError: The page could not be read.
        """
        return self._search(what, {"policyRefs": [{"id": each} for each in policy_ids]}, token)

    def search_apps_by_ids(self, app_ids: Sequence[str], token: str = "") -> RowPage:
        """Return a page of the apps with these ids.

        Raises:
            APIError: The page could not be read.
        """
        return self._search("apps", {"appIds": [*app_ids]}, token)

    def list_apps(self, token: str = "") -> RowPage:
        """Return a page of all apps.

        Raises:
            APIError: The page could not be read.
        """
        return self._list(_APPS_PATH, token)

    def list_configuration_rules(self, app_id: str, token: str = "") -> RowPage:
        """Return a page of the configuration rules for the entitlements of an app.

        Raises:
            APIError: The page could not be read.
        """
        return self._list(f"{_APPS_PATH}/{app_id}/entitlement_configuration_rules", token)

    def get_request_defaults(self, app_id: str) -> dict[str, Any]:
        """Return the request defaults of an app.

        Raises:
            APIError: They could not be read.
        """
        call = Call(self._kind, "GET", f"{_APPS_PATH}/{app_id}/access_request_defaults")
        return unwrap(self._transport.send(ApiRequest(call)))

    def _search(self, what: Searched, filters: Mapping[str, object], token: str) -> RowPage:
        page = {"pageSize": PAGE_SIZE} | ({"pageToken": token} if token else {})
        call = Call(self._kind, "POST", f"/api/v1/search/{what}")
        return self._read_page(ApiRequest(call, body={**filters, **page}), token)

    def _list(self, path: str, token: str) -> RowPage:
        params = {"page_size": str(_MAX_LIST_SIZE)} | ({"page_token": token} if token else {})
        return self._read_page(ApiRequest(Call(self._kind, "GET", path), params=params), token)

    def _read_page(self, request: ApiRequest, token: str) -> RowPage:
        page = decoding.request_model(self._transport, RowPage, request)
        if token and page.next_page_token == token:
            raise answers.describe_unreadable(request.call, "the same page token again").to_error()
        return page


def follow_pages(read: Callable[[str], RowPage]) -> Iterator[dict[str, Any]]:
    """Yield the rows of all pages.

    Args:
        read: Returns the page with this token.

    Raises:
        APIError: A page could not be read, or the pages do not end.
    """
    token, seen = "", set[str]()
    while True:
        page = read(token)
        yield from page.rows or ()
        token = page.next_page_token
        if not token:
            return
        if token in seen:
            raise AnswerError("A page token came twice, so the pages do not end.", _DO_NOT_END)
        seen.add(token)


def search_all_by_policies(
    client: UsageClient, what: Searched, policy_ids: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the apps or the entitlements that name one of the policies, some more than once.

    Raises:
        APIError: A page could not be read.
    """
    for start in range(0, len(policy_ids), _MAX_SEARCHED_POLICIES):
        chunk = policy_ids[start : start + _MAX_SEARCHED_POLICIES]
        for row in follow_pages(partial(client.search_by_policies, what, chunk)):
            found = row if what == "apps" else row.get("appEntitlement")
            if isinstance(found, dict):
                yield found


def is_plain_id(value: str) -> bool:
    """Return whether an id from a tenant may be part of a path."""
    return bool(_PLAIN_ID.fullmatch(value))
