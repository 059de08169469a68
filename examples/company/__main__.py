"""Five policies of a company, attached to an app and to two of its entitlements by name."""

import lookups
import policies

import pulumi_c1policy as c1

c1.AppPolicies(
    "billing",
    app_id=lookups.billing.id,
    grant_policy_id=policies.employee_access.id,
    revoke_policy_id=policies.revoke_with_grace.id,
    certify_policy_id=policies.quarterly_certification.id,
)

c1.EntitlementPolicies(
    "billing-admins",
    app_id=lookups.billing_admins.app_id,
    entitlement_id=lookups.billing_admins.id,
    grant_policy_id=policies.contractor_access.id,
    emergency_grant_policy_id=policies.emergency_access.id,
    emergency_grant_enabled=True,
)

# Requests for reports follow the policy of the app: `grant_policy_id` is inherited.
c1.EntitlementPolicies(
    "billing-reports",
    app_id=lookups.billing_reports.app_id,
    entitlement_id=lookups.billing_reports.id,
    grant_policy_id="",
    revoke_policy_id=policies.revoke_with_grace.id,
)
