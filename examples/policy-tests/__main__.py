"""Who gets into production, and who must agree; test_production_access.py says so too."""

import pulumi

from pulumi_c1policy import Policy, accept, approve, escalate, on, otherwise, reject, when

contractors = Policy(
    "contractor-production-access",
    display_name="Contractors in production",
    **on.grant(
        when(
            "task.isGrantPermanent",
            key="permanent",
            steps=[reject("Ask for a limited time.")],
        ),
        otherwise(
            steps=[
                approve.manager(fallback=["u-security"]),
                approve.expression("appOwners", require_distinct_approvers=True),
            ]
        ),
    ),
)

production = Policy(
    "production-access",
    display_name="Production access",
    **on.grant(
        when("subject.employmentType == 'contractor'", policy=contractors.id),
        when(
            "c1.user.v1.HasEntitlement(subject, 'pager', 'on-call') && "
            "ip.within(cidr('10.0.0.0/8'))",
            key="on-call",
            steps=[accept("On call, in the office.")],
        ),
        otherwise(
            steps=[
                approve.expression(
                    "c1.directory.users.v1.GetManagers(subject).filter(m, m.department == 'SRE')",
                    "appOwners.filter(o, o != subject)",
                    fallback=["u-security"],
                    escalate=escalate.to_users(["u-security"], after="4h"),
                ),
            ]
        ),
    ),
)

pulumi.export("productionAccess", production.id)
