"""Every quarter the owners confirm who may keep what; what they deny is revoked at once."""

from pulumi_c1policy import Policy, approve, on

SECURITY_TEAM = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"]

policy = Policy(
    "quarterly-certification",
    display_name="Quarterly certification",
    description="The owner of each entitlement reviews it, then the manager does.",
    **on.certify(
        approve.entitlement_owners(
            fallback=SECURITY_TEAM,
            require_denial_reason=True,
            allow_reassignment=True,
            require_reassignment_reason=True,
        ),
        approve.manager(fallback=SECURITY_TEAM, require_distinct_approvers=True),
        remediate_immediately=True,
    ),
)
