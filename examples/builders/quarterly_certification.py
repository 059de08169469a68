"""Every quarter the owners confirm who may keep what; what they deny is taken away at once."""

from pulumi_c1policy import Policy, approve, on

policy = Policy(
    "quarterly-certification",
    display_name="Quarterly certification",
    description="The owner of each entitlement reviews it, then the manager does.",
    **on.certify(
        approve.entitlement_owners(
            fallback=["user-security-1"],
            require_denial_reason=True,
            allow_reassignment=True,
            require_reassignment_reason=True,
        ),
        approve.manager(fallback=["user-security-1"], require_distinct_approvers=True),
        remediate_immediately=True,
    ),
)
