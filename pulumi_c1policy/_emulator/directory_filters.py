"""The filters of the searches around policies. Data.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_c1policy._emulator.tenant_directory import Row

Filter = Callable[[dict[str, Any], Any], bool]
"""Returns whether an object, in its stored form, passes a filter with this value."""

POLICY_FIELDS = ("grantPolicyId", "revokePolicyId", "certifyPolicyId", "emergencyGrantPolicyId")
"""The fields of apps and entitlements that name a policy."""


def _match_exactly(name: str) -> Filter:
    return lambda fields, asked: fields.get(name) == asked


def _match_in_any_case(name: str) -> Filter:
    return lambda fields, asked: str(fields.get(name, "")).casefold() == asked.casefold()


def _match_one_of(name: str) -> Filter:
    return lambda fields, asked: fields.get(name, "") in asked


def _match_any_of(name: str) -> Filter:
    """Return a filter by a field that is a list."""
    return lambda fields, asked: not set(asked).isdisjoint(fields.get(name, ()))


def _match_flag(name: str) -> Filter:
    return lambda fields, asked: bool(fields.get(name)) == asked


def _match_none_of(name: str) -> Filter:
    return lambda fields, asked: fields.get(name, "") not in asked


def _match_text(*names: str) -> Filter:
    return lambda fields, asked: any(
        asked.casefold() in str(fields.get(name, "")).casefold() for name in names
    )


def _match_refs(*names: str) -> Filter:
    """Return a filter by references that name an object by these fields."""
    return lambda fields, asked: any(
        all(fields.get(name) == ref.get(name) for name in names) for ref in asked
    )


def _exclude_refs(*names: str) -> Filter:
    is_named = _match_refs(*names)
    return lambda fields, asked: not is_named(fields, asked)


def _match_policies(fields: dict[str, Any], asked: list[dict[str, Any]]) -> bool:
    named = {fields.get(name) for name in POLICY_FIELDS}
    return any(ref.get("id") in named for ref in asked)


FILTERS: Mapping[str, Mapping[str, Filter]] = {
    "UserSearch.Search": {
        "email": _match_exactly("email"),
        "query": _match_text("displayName", "email", "username"),
        "refs": _match_refs("id"),
        "ids": _match_one_of("id"),
        "excludeIds": _match_none_of("id"),
        "userStatuses": _match_one_of("status"),
        "departments": _match_one_of("department"),
        "jobTitles": _match_one_of("jobTitle"),
        "managerIds": _match_any_of("managerIds"),
        "roleIds": _match_any_of("roleIds"),
        "origins": _match_one_of("origin"),
        "excludeOrigins": _match_none_of("origin"),
        "excludeTypes": _match_none_of("type"),
    },
    "AppSearch.Search": {
        "displayName": _match_in_any_case("displayName"),
        "query": _match_text("displayName"),
        "appIds": _match_one_of("id"),
        "excludeAppIds": _match_none_of("id"),
        "onlyDirectories": _match_flag("isDirectory"),
        "policyRefs": _match_policies,
    },
    "AppEntitlementSearchService.Search": {
        "alias": _match_exactly("alias"),
        "displayName": _match_exactly("displayName"),
        "query": _match_text("displayName", "alias", "slug"),
        "appIds": _match_one_of("appId"),
        "excludeAppIds": _match_none_of("appId"),
        "resourceTypeIds": _match_one_of("appResourceTypeId"),
        "excludeResourceTypeIds": _match_none_of("appResourceTypeId"),
        "resourceIds": _match_one_of("appResourceId"),
        "riskLevelIds": _match_one_of("riskLevelValueId"),
        "complianceFrameworkIds": _match_any_of("complianceFrameworkValueIds"),
        "requestSchemaIds": _match_one_of("requestSchemaId"),
        "isAutomated": _match_flag("isAutomationEnabled"),
        "refs": _match_refs("appId", "id"),
        "excludedEntitlementRefs": _exclude_refs("appId", "id"),
        "policyRefs": _match_policies,
    },
    "WebhooksSearch.Search": {
        "query": _match_text("displayName", "url"),
        "refs": _match_refs("id"),
    },
    "StepUpProviderService.Search": {
        "query": _match_text("displayName"),
        "refs": _match_refs("id"),
    },
}
"""The filter by each field of a search request, by the name of the operation.

Other fields of the requests have no effect, except `includeDeleted`.
"""


def make_matcher(operation: str, asked: dict[str, Any]) -> Callable[[Row], bool]:
    """Return the filter that a search request asks for."""
    filters = FILTERS[operation]
    active = [(filters[name], value) for name, value in asked.items() if name in filters and value]

    def matches(row: Row) -> bool:
        is_shown = "deletedAt" not in row.fields or bool(asked.get("includeDeleted"))
        return is_shown and all(each(row.fields, value) for each, value in active)

    return matches
