"""The filters of the searches around policies. Data.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_c1policy._emulator.directory import Row

Filter = Callable[[dict[str, Any], Any], bool]
"""Returns whether an object, in its stored form, passes a filter with this value."""

POLICY_FIELDS = ("grantPolicyId", "revokePolicyId", "certifyPolicyId", "emergencyGrantPolicyId")
"""The fields of apps and entitlements that name a policy."""


def _equal(name: str) -> Filter:
    return lambda fields, asked: fields.get(name) == asked


def _equal_in_any_case(name: str) -> Filter:
    return lambda fields, asked: str(fields.get(name, "")).casefold() == asked.casefold()


def _one_of(name: str) -> Filter:
    return lambda fields, asked: fields.get(name, "") in asked


def _any_of(name: str) -> Filter:
    """Return a filter by a field that is a list."""
    return lambda fields, asked: not set(asked).isdisjoint(fields.get(name, ()))


def _is_true(name: str) -> Filter:
    return lambda fields, asked: bool(fields.get(name)) == asked


def _none_of(name: str) -> Filter:
    return lambda fields, asked: fields.get(name, "") not in asked


def _containing(*names: str) -> Filter:
    return lambda fields, asked: any(
        asked.casefold() in str(fields.get(name, "")).casefold() for name in names
    )


def _among_refs(*names: str) -> Filter:
    """Return a filter by references that name an object by these fields."""
    return lambda fields, asked: any(
        all(fields.get(name) == ref.get(name) for name in names) for ref in asked
    )


def _not_among_refs(*names: str) -> Filter:
    is_named = _among_refs(*names)
    return lambda fields, asked: not is_named(fields, asked)


def _naming_policies(fields: dict[str, Any], asked: list[dict[str, Any]]) -> bool:
    named = {fields.get(name) for name in POLICY_FIELDS}
    return any(ref.get("id") in named for ref in asked)


FILTERS: Mapping[str, Mapping[str, Filter]] = {
    "UserSearch.Search": {
        "email": _equal("email"),
        "query": _containing("displayName", "email", "username"),
        "refs": _among_refs("id"),
        "ids": _one_of("id"),
        "excludeIds": _none_of("id"),
        "userStatuses": _one_of("status"),
        "departments": _one_of("department"),
        "jobTitles": _one_of("jobTitle"),
        "managerIds": _any_of("managerIds"),
        "roleIds": _any_of("roleIds"),
        "origins": _one_of("origin"),
        "excludeOrigins": _none_of("origin"),
        "excludeTypes": _none_of("type"),
    },
    "AppSearch.Search": {
        "displayName": _equal_in_any_case("displayName"),
        "query": _containing("displayName"),
        "appIds": _one_of("id"),
        "excludeAppIds": _none_of("id"),
        "onlyDirectories": _is_true("isDirectory"),
        "policyRefs": _naming_policies,
    },
    "AppEntitlementSearchService.Search": {
        "alias": _equal("alias"),
        "displayName": _equal("displayName"),
        "query": _containing("displayName", "alias", "slug"),
        "appIds": _one_of("appId"),
        "excludeAppIds": _none_of("appId"),
        "resourceTypeIds": _one_of("appResourceTypeId"),
        "excludeResourceTypeIds": _none_of("appResourceTypeId"),
        "resourceIds": _one_of("appResourceId"),
        "riskLevelIds": _one_of("riskLevelValueId"),
        "complianceFrameworkIds": _any_of("complianceFrameworkValueIds"),
        "requestSchemaIds": _one_of("requestSchemaId"),
        "isAutomated": _is_true("isAutomationEnabled"),
        "refs": _among_refs("appId", "id"),
        "excludedEntitlementRefs": _not_among_refs("appId", "id"),
        "policyRefs": _naming_policies,
    },
    "WebhooksSearch.Search": {
        "query": _containing("displayName", "url"),
        "refs": _among_refs("id"),
    },
    "StepUpProviderService.Search": {
        "query": _containing("displayName"),
        "refs": _among_refs("id"),
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
