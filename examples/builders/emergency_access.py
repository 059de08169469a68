"""In an emergency the people on call approve; after half an hour it is the head of security's turn."""

from pulumi_c1policy import Policy, approve, escalate, on, provision

policy = Policy(
    "emergency-access",
    display_name="Emergency access",
    description="Break glass: who is on call approves within half an hour, for eight hours.",
    **on.grant(
        approve.users(
            ["user-on-call-1", "user-on-call-2"],
            require_approval_reason=True,
            allow_delegation=True,
            escalate=escalate.to_users(
                ["user-head-of-security"],
                after="30m",
                comment="Nobody on call has answered for half an hour.",
            ),
        ),
        provision.connector(target={"grant_duration": "8h"}),
    ),
)
