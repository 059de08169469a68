"""Attachments in all their forms."""

import pulumi

import pulumi_c1policy as c1
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

shop = c1.find_app(name="Shop")
admins = c1.find_entitlement(app=shop, name="Admins")
default = c1.get_policy(display_name="Default")
AppPolicies("c", app_id=shop, grant_policy_id=default, certify_policy_id=policy.id)
EntitlementPolicies(
    "d",
    app_id=admins.app_id,
    entitlement_id=admins,
    grant_policy_id=c1.get_policy_output(display_name=policy.display_name),
    revoke_policy_id=default.id,
    emergency_grant_policy_id=default,
)
EntitlementPolicies(
    "e",
    app_id=c1.find_app_output(name=policy.display_name),
    entitlement_id=c1.find_group(app="Shop", name="Admins"),
    grant_policy_id="",
)
