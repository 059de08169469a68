"""Three policies of a small company, and a builtin policy that is only read."""

import pulumi

import pulumi_c1policy as c1

config = pulumi.Config()

# Ids of users.
SECURITY_TEAM = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"]

contractors = c1.Policy(
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

employees = c1.Policy(
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

leavers = c1.Policy(
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

# Read a builtin policy; it is never written.
if builtin_id := config.get("builtinPolicyId"):
    builtin = c1.Policy.get("tenant-default", id=builtin_id)
    pulumi.export("tenantDefault", builtin.display_name)

pulumi.export("employeeAccess", employees.id)
