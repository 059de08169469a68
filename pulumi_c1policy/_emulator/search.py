"""Which policies a list or a search answers, and in which pages.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from pulumi_c1policy._emulator.errors import invalid
from pulumi_c1policy._emulator.state import Record

DEFAULT_PAGE = 25
SMALLEST_PAGE = 10
LARGEST_PAGE = 100


def page_size(asked: int) -> int:
    """The page size that the tenant takes for the one asked for; 0 means not asked."""
    return min(max(asked, SMALLEST_PAGE), LARGEST_PAGE) if asked else DEFAULT_PAGE


def token(sequence: int | None, criteria: dict[str, Any]) -> str:
    """The page token to go on after a policy; empty on the last page."""
    if sequence is None:
        return ""
    return base64.urlsafe_b64encode(f"{sequence}:{_digest(criteria)}".encode()).decode()


def after(page_token: str, criteria: dict[str, Any]) -> int:
    """The sequence number that a page token stands for.

    Raises:
        TenantError: The token is not one that this tenant gave for the same question.
    """
    if not page_token:
        return 0
    try:
        sequence, _, digest = base64.urlsafe_b64decode(page_token).decode().partition(":")
        number = int(sequence)
    except ValueError as error:
        raise invalid("invalid page token") from error
    if digest != _digest(criteria):
        raise invalid("invalid page token: it belongs to another request")
    return number


def _digest(criteria: dict[str, Any]) -> str:
    asked = {k: v for k, v in criteria.items() if k not in {"pageSize", "pageToken"}}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]


class Matcher:
    """Decides by the stored form of a `SearchPoliciesRequest`; an empty one is a plain list."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._asked = asked
        self._refs = frozenset(ref.get("id") for ref in asked.get("refs", ()))
        self._excluded = frozenset(asked.get("excludePolicyIds", ()))

    def __call__(self, record: Record) -> bool:
        """Whether the policy is part of the answer."""
        if record.deleted_at is not None and not self._asked.get("includeDeleted"):
            return False
        return self._by_id(record) and self._by_scope(record) and self._by_text(record)

    def _by_id(self, record: Record) -> bool:
        if record.id in self._excluded:
            return False
        return not self._refs or record.id in self._refs

    def _by_text(self, record: Record) -> bool:
        fields, asked = record.fields, self._asked
        if asked.get("policyTypes") and fields.get("policyType") not in asked["policyTypes"]:
            return False
        name = fields.get("displayName", "").casefold()
        if asked.get("displayName") and asked["displayName"].casefold() != name:
            return False
        query = asked.get("query", "").casefold()
        return query in name or query in fields.get("description", "").casefold()

    def _by_scope(self, record: Record) -> bool:
        scope = record.fields.get("scope") or {}
        scoped = bool(scope.get("appId") or scope.get("appEntitlementId"))
        view: str = self._asked.get("scopeView", "POLICY_SCOPE_VIEW_GLOBAL")
        if self._refs:
            # Ids resolve in any scope, whatever the view.
            return True
        if not scoped:
            return view != "POLICY_SCOPE_VIEW_SCOPED"
        if view == "POLICY_SCOPE_VIEW_SCOPED":
            return self._of_type(scope) and self._of_object(scope)
        if view == "POLICY_SCOPE_VIEW_GLOBAL_AND_OBJECT":
            named = "scopeAppId" in self._asked or "scopeAppEntitlementId" in self._asked
            return named and self._of_object(scope)
        return view == "POLICY_SCOPE_VIEW_ALL"

    def _of_object(self, scope: dict[str, Any]) -> bool:
        asked = self._asked
        wanted = {"appId": "scopeAppId", "appEntitlementId": "scopeAppEntitlementId"}
        if asked.get("scopeAppId"):
            # A slot is one of an object's; without the object it says nothing.
            wanted["slot"] = "scopeSlot"
        return all(scope.get(key) == asked[name] for key, name in wanted.items() if name in asked)

    def _of_type(self, scope: dict[str, Any]) -> bool:
        kind = "ENTITLEMENT" if scope.get("appEntitlementId") else "APP"
        asked: str = self._asked.get("scopeObjectType", "")
        return asked in {"", f"POLICY_SCOPE_OBJECT_TYPE_{kind}"}
