"""Let somebody on call approve in an emergency; ask the head of security after half an hour."""

from pulumi_c1policy import Policy, approve, escalate, on

ON_CALL = ["2baJZqhB6baeCN6Zj4a3dDVhYRn", "2bKTbxTNJFoBinF5aJXVuLkSIc4"]
HEAD_OF_SECURITY = "2b7WQAmL9xVQ2zg4mZaouqKLiMc"

policy = Policy(
    "emergency-access",
    display_name="Emergency access",
    description="Break glass: somebody on call approves within half an hour.",
    **on.grant(
        approve.users(
            ON_CALL,
            require_approval_reason=True,
            allow_delegation=True,
            escalate=escalate.to_users(
                [HEAD_OF_SECURITY],
                after="30m",
                comment="Nobody on call has answered for half an hour.",
            ),
        ),
    ),
)
