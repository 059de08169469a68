"""An employee's manager approves; if nobody knows the manager, the security team does."""

from pulumi_c1policy import Policy

policy = Policy(
    "employee-access",
    display_name="Employee access",
    policy_type="POLICY_TYPE_GRANT",
    description="The manager approves, or the security team where no manager is found.",
    policy_steps={
        "grant": {
            "steps": [
                {
                    "approval": {
                        "manager": {
                            "fallback": True,
                            "fallback_user_ids": ["user-security-1", "user-security-2"],
                            "allow_self_approval": False,
                        },
                        "require_denial_reason": True,
                    }
                },
                {"provision": {"provision_policy": {"connector": {"default_behavior": {}}}}},
            ]
        }
    },
)
