"""Attachments in all their forms."""

import pulumi

from pulumi_c1policy import AppPolicies, EntitlementPolicies, Policy, accept, on

policy = Policy("a", display_name="A", **on.grant(accept()))
app = AppPolicies("a", app_id="a", grant_policy_id=policy.id, revoke_policy_id="")
entitlement = EntitlementPolicies(
    "b",
    pulumi.ResourceOptions(protect=True),
    app_id=app.app_id,
    entitlement_id="e",
    certify_policy_id=None,
    emergency_grant_policy_id=policy.id,
    emergency_grant_enabled=pulumi.Output.from_input(True),
    override_access_requests_defaults=False,
    on_conflict="overwrite",
    on_delete="keep",
)
shown: pulumi.Output[str | None] = entitlement.grant_policy_id
enabled: pulumi.Output[bool | None] = entitlement.emergency_grant_enabled
