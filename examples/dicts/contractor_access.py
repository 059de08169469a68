"""Contractors need two approvals, interns are rejected, and others ask their manager."""

import pulumi_c1policy as c1
from pulumi_c1policy.inputs import ManagerApprovalArgsDict

SECURITY_TEAM = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR", "2b3qa7yEeeby3abP3E2Zs8IQ9Y7"]
MANAGER: ManagerApprovalArgsDict = {"fallback": True, "fallback_user_ids": SECURITY_TEAM}

policy = c1.Policy(
    "contractor-access",
    display_name="Access by employment",
    policy_type="POLICY_TYPE_GRANT",
    description="Contractors need their manager and an owner of the app.",
    policy_steps={
        "grant": {"steps": [{"approval": {"manager": MANAGER}}]},
        "contractors": {
            "steps": [
                {"approval": {"manager": {**MANAGER, "require_distinct_approvers": True}}},
                {"approval": {"app_owners": {"require_distinct_approvers": True}}},
            ]
        },
        "interns": {
            "steps": [
                {"reject": {"reject_message": "Interns work on shared accounts; ask your mentor."}}
            ]
        },
    },
    rules=[
        {"condition": "subject.employmentType == 'Contractor'", "step_key": "contractors"},
        {"condition": "subject.employmentType == 'Intern'", "step_key": "interns"},
    ],
)
