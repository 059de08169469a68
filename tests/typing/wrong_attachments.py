"""Mistakes in the arguments of attachments. Each is reported at its line."""

import pulumi_c1policy as c1
from pulumi_c1policy import AppPolicies, EntitlementPolicies

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
shop = c1.find_app(name="Shop")
AppPolicies("g", app_id=shop, grant_policy_id=shop)  # E: grant_policy_id
EntitlementPolicies("h", app_id=shop, entitlement_id=shop)  # E: entitlement_id
