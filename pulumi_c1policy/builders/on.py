"""The kind of request that a policy decides: `on.grant(approve.manager())`.

Each function returns arguments of `Policy`, to be passed with `**`. Its parts are rules (`when`) in
their order and the baseline: bare steps, or `otherwise`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_c1policy.builders.flow import assemble

if TYPE_CHECKING:
    import pulumi

    from pulumi_c1policy.builders.flow import Flow, Part


def grant(*parts: Part) -> Flow:
    """Decide requests for access (type `POLICY_TYPE_GRANT`)."""
    return assemble("POLICY_TYPE_GRANT", parts)


def revoke(*parts: Part) -> Flow:
    """Decide the removal of access (type `POLICY_TYPE_REVOKE`)."""
    return assemble("POLICY_TYPE_REVOKE", parts)


def certify(*parts: Part, remediate_immediately: pulumi.Input[bool] | None = None) -> Flow:
    """Decide reviews of access (type `POLICY_TYPE_CERTIFY`).

    Args:
        *parts: Rules and baseline.
        remediate_immediately: True revokes at once what the review denied.
    """
    flow = assemble("POLICY_TYPE_CERTIFY", parts)
    if remediate_immediately is not None:
        flow["post_actions"] = [{"certify_remediate_immediately": remediate_immediately}]
    return flow


def access_request(*parts: Part) -> Flow:
    """Decide requests for access (the deprecated type `POLICY_TYPE_ACCESS_REQUEST`)."""
    return assemble("POLICY_TYPE_ACCESS_REQUEST", parts)


def provision(*parts: Part) -> Flow:
    """Decide provisioning (type `POLICY_TYPE_PROVISION`, which is internal to the server)."""
    return assemble("POLICY_TYPE_PROVISION", parts)
