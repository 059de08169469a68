"""In an emergency the people on call approve; after half an hour it is the head of security's turn."""

from pulumi_c1policy import Policy

policy = Policy(
    "emergency-access",
    display_name="Emergency access",
    policy_type="POLICY_TYPE_GRANT",
    description="Break glass: who is on call approves within half an hour, for eight hours.",
    policy_steps={
        "grant": {
            "steps": [
                {
                    "approval": {
                        "users": {"user_ids": ["user-on-call-1", "user-on-call-2"]},
                        "require_approval_reason": True,
                        "allow_delegation": True,
                        "escalation_enabled": True,
                        "escalation": {
                            "expiration": "30m",
                            "escalation_comment": "Nobody on call has answered for half an hour.",
                            "reassign_to_approvers": {"approver_ids": ["user-head-of-security"]},
                        },
                    }
                },
                {
                    "provision": {
                        "provision_policy": {"connector": {"default_behavior": {}}},
                        "provision_target": {"grant_duration": "8h"},
                    }
                },
            ]
        }
    },
)
