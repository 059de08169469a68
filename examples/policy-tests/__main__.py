"""Access to production: two policies, tested by test_production_access.py."""

import pulumi

import pulumi_c1policy as c1

contractors = c1.Policy(
    "contractor-production-access",
    display_name="Contractors in production",
    **c1.on.grant(
        c1.when(
            "task.isGrantPermanent",
            key="permanent",
            steps=[c1.reject("Ask for a limited time.")],
        ),
        c1.otherwise(
            steps=[
                c1.approve.manager(fallback=["u-security"]),
                c1.approve.expression("appOwners", require_distinct_approvers=True),
            ]
        ),
    ),
)

production = c1.Policy(
    "production-access",
    display_name="Production access",
    **c1.on.grant(
        c1.when("subject.employmentType == 'contractor'", policy=contractors.id),
        c1.when(
            "c1.user.v1.HasEntitlement(subject, 'pager', 'on-call') && "
            "ip.within(cidr('10.0.0.0/8'))",
            key="on-call",
            steps=[c1.accept("On call, in the office.")],
        ),
        c1.otherwise(
            steps=[
                c1.approve.expression(
                    "c1.directory.users.v1.GetManagers(subject).filter(m, m.department == 'SRE')",
                    "appOwners.filter(o, o != subject)",
                    fallback=["u-security"],
                    escalate=c1.escalate.to_users(["u-security"], after="4h"),
                ),
            ]
        ),
    ),
)

pulumi.export("productionAccess", production.id)
