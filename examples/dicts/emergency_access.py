"""Let somebody on call approve in an emergency; ask the head of security after half an hour."""

import pulumi_c1policy as c1

ON_CALL = ["2baJZqhB6baeCN6Zj4a3dDVhYRn", "2bKTbxTNJFoBinF5aJXVuLkSIc4"]
HEAD_OF_SECURITY = "2b7WQAmL9xVQ2zg4mZaouqKLiMc"

policy = c1.Policy(
    "emergency-access",
    display_name="Emergency access",
    policy_type="POLICY_TYPE_GRANT",
    description="Break glass: somebody on call approves within half an hour.",
    policy_steps={
        "grant": {
            "steps": [
                {
                    "approval": {
                        "users": {"user_ids": ON_CALL},
                        "require_approval_reason": True,
                        "allow_delegation": True,
                        "escalation_enabled": True,
                        "escalation": {
                            "expiration": "30m",
                            "escalation_comment": "Nobody on call has answered for half an hour.",
                            "reassign_to_approvers": {"approver_ids": [HEAD_OF_SECURITY]},
                        },
                    }
                }
            ]
        }
    },
)
