"""Mistakes in the arguments of attachments. Each is reported at its line."""

from pulumi_c1policy import AppPolicies, EntitlementPolicies, find_app

AppPolicies("a", grant_policy_id="p")  # E: app_id
AppPolicies("b", app_id="a", grant_policy_id=5)  # E: grant_policy_id
AppPolicies("c", app_id="a", on_delete="drop")  # E: on_delete
AppPolicies("d", app_id="a", entitlement_id="e")  # E: entitlement_id
EntitlementPolicies("e", app_id="a", grant_policy_id="p")  # E: entitlement_id
EntitlementPolicies(
    "f",
    app_id="a",
    entitlement_id="e",
    emergency_grant_enabled="yes",  # E: emergency_grant_enabled
)
AppPolicies("g", app_id="a", grant_policy_id=find_app(name="Shop"))  # E: grant_policy_id
