"""Each quarter, owners and managers review access; access that they deny is revoked at once."""

import pulumi_c1policy as c1

SECURITY_TEAM = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"]

policy = c1.Policy(
    "quarterly-certification",
    display_name="Quarterly certification",
    policy_type="POLICY_TYPE_CERTIFY",
    description="The owner of each entitlement reviews it, then the manager does.",
    policy_steps={
        "certify": {
            "steps": [
                {
                    "approval": {
                        "entitlement_owners": {
                            "fallback": True,
                            "fallback_user_ids": SECURITY_TEAM,
                        },
                        "require_denial_reason": True,
                        "allow_reassignment": True,
                        "require_reassignment_reason": True,
                    }
                },
                {
                    "approval": {
                        "manager": {
                            "fallback": True,
                            "fallback_user_ids": SECURITY_TEAM,
                            "require_distinct_approvers": True,
                        }
                    }
                },
            ]
        }
    },
    post_actions=[{"certify_remediate_immediately": True}],
)
