"""An employee's manager approves; if no manager is found, the security team does."""

import pulumi_c1policy as c1

SECURITY_TEAM = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR", "2b3qa7yEeeby3abP3E2Zs8IQ9Y7"]

policy = c1.Policy(
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
                            "fallback_user_ids": SECURITY_TEAM,
                            "allow_self_approval": False,
                        },
                        "require_denial_reason": True,
                    }
                }
            ]
        }
    },
)
