"""Three policies of a small company, and one that came with the tenant."""

import pulumi

from pulumi_c1policy import Policy

config = pulumi.Config()

contractors = Policy(
    "contractor-access",
    display_name="Contractor access",
    policy_type="POLICY_TYPE_GRANT",
    description="Contractors need their manager and the owner of the app.",
    policy_steps={
        "grant": {
            "steps": [
                {
                    "approval": {
                        "manager": {"fallback": True, "fallback_user_ids": ["user-security"]}
                    }
                },
                {"approval": {"app_owners": {}}},
                {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}},
            ]
        }
    },
)

employees = Policy(
    "employee-access",
    display_name="Employee access",
    policy_type="POLICY_TYPE_GRANT",
    description=config.get("purpose") or "Everyday access for employees.",
    policy_steps={
        "grant": {
            "steps": [
                {"approval": {"manager": {"allow_self_approval": False}}},
                {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}},
            ]
        },
        "low_risk": {"steps": [{"accept": {"accept_message": "Low risk, granted at once."}}]},
    },
    rules=[
        {"condition": "subject.employmentType == 'contractor'", "policy_id": contractors.id},
        {"condition": "entitlement.risk_level_value_id == 'low'", "step_key": "low_risk"},
    ],
)

leavers = Policy(
    "revoke-with-grace",
    display_name="Revoke with grace",
    policy_type="POLICY_TYPE_REVOKE",
    description="Access ends a day after it was taken away.",
    policy_steps={
        "revoke": {
            "steps": [
                {"wait": {"name": "Grace period", "duration": {"duration": "24h"}}},
                {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}},
            ]
        }
    },
)

# A policy of the tenant's own is read, never written.
if builtin_id := config.get("builtinPolicyId"):
    builtin = Policy.get("tenant-default", id=builtin_id)
    pulumi.export("tenantDefault", builtin.display_name)

pulumi.export("employeeAccess", employees.id)
