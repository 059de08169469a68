"""Each quarter, owners and managers review access; access that they deny is revoked at once."""

import pulumi_c1policy as c1

SECURITY_TEAM = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"]

policy = c1.Policy(
    "quarterly-certification",
    display_name="Quarterly certification",
    description="The owner of each entitlement reviews it, then the manager does.",
    **c1.on.certify(
        c1.approve.entitlement_owners(
            fallback=SECURITY_TEAM,
            require_denial_reason=True,
            allow_reassignment=True,
            require_reassignment_reason=True,
        ),
        c1.approve.manager(fallback=SECURITY_TEAM, require_distinct_approvers=True),
        remediate_immediately=True,
    ),
)
