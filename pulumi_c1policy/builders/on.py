"""What kind of request a policy decides, and how: `on.grant(approve.manager(), provision.connector())`.

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
    """Access that is to be given."""
    return assemble("POLICY_TYPE_GRANT", parts)


def revoke(*parts: Part) -> Flow:
    """Access that is to be taken away."""
    return assemble("POLICY_TYPE_REVOKE", parts)


def certify(*parts: Part, remediate_immediately: pulumi.Input[bool] | None = None) -> Flow:
    """Access that is reviewed.

    Args:
        *parts: Rules and baseline.
        remediate_immediately: Whether to revoke at once what the review denied.
    """
    flow = assemble("POLICY_TYPE_CERTIFY", parts)
    if remediate_immediately is not None:
        flow["post_actions"] = [{"certify_remediate_immediately": remediate_immediately}]
    return flow


def access_request(*parts: Part) -> Flow:
    """Access that somebody asks for."""
    return assemble("POLICY_TYPE_ACCESS_REQUEST", parts)


def provision(*parts: Part) -> Flow:
    """Access that is to be provisioned."""
    return assemble("POLICY_TYPE_PROVISION", parts)
