"""Attachments in all their forms."""

import pulumi

from pulumi_c1policy import (
    AppPolicies,
    EntitlementPolicies,
    Policy,
    accept,
    find_app,
    find_app_output,
    find_entitlement,
    get_policy,
    get_policy_output,
    on,
)

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

shop = find_app(name="Shop")
AppPolicies("c", app_id=shop, grant_policy_id=get_policy(display_name="A"))
AppPolicies("d", app_id=find_app_output(name="Other"), revoke_policy_id=get_policy_output(id="p"))
EntitlementPolicies(
    "e",
    app_id=shop,
    entitlement_id=find_entitlement(app=shop, name="Admin"),
    emergency_grant_policy_id=get_policy(display_name="A"),
)
