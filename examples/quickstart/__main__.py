"""Three policies of a small company, and one that came with the tenant."""

import pulumi

from pulumi_c1policy import Policy

config = pulumi.Config()

# The ids of users, as the tenant shows them.
SECURITY_TEAM = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"]

contractors = Policy(
    "contractor-access",
    display_name="Contractor access",
    policy_type="POLICY_TYPE_GRANT",
    description="Contractors need their manager and the owner of the app.",
    policy_steps={
        "grant": {
            "steps": [
                {"approval": {"manager": {"fallback": True, "fallback_user_ids": SECURITY_TEAM}}},
                {"approval": {"app_owners": {}}},
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
        "grant": {"steps": [{"approval": {"manager": {"allow_self_approval": False}}}]},
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
    description="Access ends a day after it was revoked.",
    policy_steps={
        "revoke": {
            "steps": [
                {"wait": {"name": "Grace period", "duration": {"duration": "24h"}}},
                {"accept": {"accept_message": "The grace period is over."}},
            ]
        }
    },
)

# A policy of the tenant's own is read, never written.
if builtin_id := config.get("builtinPolicyId"):
    builtin = Policy.get("tenant-default", id=builtin_id)
    pulumi.export("tenantDefault", builtin.display_name)

pulumi.export("employeeAccess", employees.id)
