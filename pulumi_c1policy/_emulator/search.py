"""The answers and pages of list and search.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from pulumi_c1policy._emulator.api_errors import invalid
from pulumi_c1policy._emulator.state import StoredPolicy

DEFAULT_PAGE = 25
# The documentation says 10 for both.
SMALLEST_SEARCH_PAGE = 5
SMALLEST_LIST_PAGE = 6
LARGEST_PAGE = 100
# The surplus of a page with the quirk `over_full`.
SURPLUS = 2


class Stored(Protocol):
    """An object that lists contain."""

    @property
    def stored(self) -> dict[str, Any]:
        """Return the object in its stored form."""


_Row = TypeVar("_Row", bound=Stored)
_ReadPage = Callable[[Callable[[_Row], bool], int, int], tuple[list[_Row], int | None]]


def answer(
    read_page: _ReadPage[_Row],
    matches: Callable[[_Row], bool],
    asked: dict[str, Any],
    *,
    smallest: int,
    pages: str,
) -> dict[str, Any]:
    """Return one page, as the stored form of a list's or a search's answer.

    Args:
        read_page: Returns a page of the objects that match, behind a position, of some size; and
            the position to continue from.
        matches: The filter.
        asked: The stored form of the request.
        smallest: The smallest page of the endpoint.
        pages: The quirk `pages`.
    """
    after, was_empty = _read_position(asked.get("pageToken", ""), asked)
    if pages == "empty" and not was_empty:
        return {"nextPageToken": _make_token(after, asked, is_empty=True)}
    size = choose_page_size(asked.get("pageSize", 0), smallest)
    surplus = SURPLUS if pages == "over_full" else 0
    records, last = read_page(matches, after, size + surplus)
    held = [record.stored for record in records]
    return {"list": held, "nextPageToken": "" if last is None else _make_token(last, asked)}


def choose_page_size(asked: int, smallest: int) -> int:
    """Return the page size for a requested one; 0 means unset."""
    return min(max(asked, smallest), LARGEST_PAGE) if asked else DEFAULT_PAGE


def _make_token(sequence: int, criteria: dict[str, Any], *, is_empty: bool = False) -> str:
    """Return the page token to continue after a policy, on an empty page or on one with
    policies.
    """
    text = f"{sequence}:{_make_digest(criteria)}{'e' if is_empty else ''}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read_position(page_token: str, criteria: dict[str, Any]) -> tuple[int, bool]:
    """Parse a page token: a sequence number, and whether its page was empty.

    Raises:
        TenantError: The token is not one that this tenant gave for the same question.
    """
    if not page_token:
        return 0, False
    try:
        sequence, _, digest = base64.urlsafe_b64decode(page_token).decode().partition(":")
        number = int(sequence)
    except ValueError as error:
        raise invalid("invalid page token") from error
    is_empty = digest == f"{_make_digest(criteria)}e"
    if not is_empty and digest != _make_digest(criteria):
        raise invalid("invalid page token: it belongs to another request")
    return number, is_empty


def _make_digest(criteria: dict[str, Any]) -> str:
    asked = {k: v for k, v in criteria.items() if k not in {"pageSize", "pageToken"}}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]


class Matcher:
    """A filter by the stored form of a `SearchPoliciesRequest`; an empty one is a plain list."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._asked = asked
        self._refs = frozenset(ref.get("id") for ref in asked.get("refs", ()))
        self._excluded = frozenset(asked.get("excludePolicyIds", ()))

    def __call__(self, record: StoredPolicy) -> bool:
        """Return whether the policy is part of the answer."""
        if record.deleted_at is not None and not self._asked.get("includeDeleted"):
            return False
        return (
            self._matches_id(record) and self._matches_scope(record) and self._matches_text(record)
        )

    def _matches_id(self, record: StoredPolicy) -> bool:
        if record.id in self._excluded:
            return False
        return not self._refs or record.id in self._refs

    def _matches_text(self, record: StoredPolicy) -> bool:
        fields, asked = record.fields, self._asked
        if asked.get("policyTypes") and fields.get("policyType") not in asked["policyTypes"]:
            return False
        name = fields.get("displayName", "").casefold()
        if asked.get("displayName") and asked["displayName"].casefold() != name:
            return False
        query = asked.get("query", "").casefold()
        return query in name or query in fields.get("description", "").casefold()

    def _matches_scope(self, record: StoredPolicy) -> bool:
        scope = record.fields.get("scope") or {}
        scoped = bool(scope.get("appId") or scope.get("appEntitlementId"))
        view: str = self._asked.get("scopeView", "POLICY_SCOPE_VIEW_GLOBAL")
        if self._refs:
            # Ids resolve in any scope, whatever the view.
            return True
        if not scoped:
            return view != "POLICY_SCOPE_VIEW_SCOPED"
        if view == "POLICY_SCOPE_VIEW_SCOPED":
            return self._matches_type(scope) and self._matches_object(scope)
        if view == "POLICY_SCOPE_VIEW_GLOBAL_AND_OBJECT":
            named = "scopeAppId" in self._asked or "scopeAppEntitlementId" in self._asked
            return named and self._matches_object(scope)
        return view == "POLICY_SCOPE_VIEW_ALL"

    def _matches_object(self, scope: dict[str, Any]) -> bool:
        asked = self._asked
        wanted = {"appId": "scopeAppId", "appEntitlementId": "scopeAppEntitlementId"}
        if asked.get("scopeAppId"):
            # A slot belongs to an object; without the object it has no effect.
            wanted["slot"] = "scopeSlot"
        return all(scope.get(key) == asked[name] for key, name in wanted.items() if name in asked)

    def _matches_type(self, scope: dict[str, Any]) -> bool:
        kind = "ENTITLEMENT" if scope.get("appEntitlementId") else "APP"
        asked: str = self._asked.get("scopeObjectType", "")
        return asked in {"", f"POLICY_SCOPE_OBJECT_TYPE_{kind}"}
