"""Contractors need two approvals and interns get none of it; everybody else asks their manager."""

from pulumi_c1policy import Policy

policy = Policy(
    "contractor-access",
    display_name="Access by employment",
    policy_type="POLICY_TYPE_GRANT",
    description="Contractors need their manager and an owner of the app.",
    policy_steps={
        "grant": {
            "steps": [
                {"approval": {"manager": {}}},
                {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}},
            ]
        },
        "contractors": {
            "steps": [
                {
                    "approval": {
                        "manager": {"fallback": True, "fallback_user_ids": ["user-security-1"]}
                    }
                },
                {"approval": {"app_owners": {"require_distinct_approvers": True}}},
                {
                    "provision": {
                        "provision_policy": {"connector": {"default_behavior": {}}},
                        "provision_target": {"grant_duration": "90d"},
                    }
                },
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
