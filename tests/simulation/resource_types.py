"""The types of resources in a simulated program: the name of a resource tells its type."""

from __future__ import annotations

from pulumi.dynamic import ResourceProvider

from pulumi_c1policy.provider import (
    AppPoliciesProvider,
    EntitlementPoliciesProvider,
    PolicyProvider,
)

POLICY = "c1policy.Policy"
_TYPES = {
    "app": ("c1policy.AppPolicies", AppPoliciesProvider),
    "entitlement": ("c1policy.EntitlementPolicies", EntitlementPoliciesProvider),
}
"""The types of attachments, by the first word of the resource's name."""


def get_type(name: str) -> str:
    """Return the type in the address of a resource."""
    return _TYPES.get(name.partition("-")[0], (POLICY,))[0]


def is_attachment(name: str) -> bool:
    """Return whether a resource attaches policies."""
    return get_type(name) != POLICY


def make_urn(name: str) -> str:
    """Return the URN of a resource."""
    return f"urn:pulumi:dev::access::{get_type(name)}::{name}"


def make_providers() -> dict[str, ResourceProvider]:
    """Return a provider for each type."""
    return {POLICY: PolicyProvider(), **{kind: make() for kind, make in _TYPES.values()}}
