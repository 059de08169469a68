"""An employee's manager approves; if nobody knows the manager, the security team does."""

from pulumi_c1policy import Policy, approve, on, provision

policy = Policy(
    "employee-access",
    display_name="Employee access",
    description="The manager approves, or the security team where no manager is found.",
    **on.grant(
        approve.manager(
            fallback=["user-security-1", "user-security-2"],
            allow_self_approval=False,
            require_denial_reason=True,
        ),
        provision.connector(),
    ),
)
