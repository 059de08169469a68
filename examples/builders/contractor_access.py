"""Contractors need two approvals, interns are rejected, and others ask their manager."""

import pulumi_c1policy as c1

SECURITY_TEAM = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR", "2b3qa7yEeeby3abP3E2Zs8IQ9Y7"]

policy = c1.Policy(
    "contractor-access",
    display_name="Access by employment",
    description="Contractors need their manager and an owner of the app.",
    **c1.on.grant(
        c1.when(
            "subject.employmentType == 'Contractor'",
            key="contractors",
            steps=[
                c1.approve.manager(fallback=SECURITY_TEAM, require_distinct_approvers=True),
                c1.approve.app_owners(require_distinct_approvers=True),
            ],
        ),
        c1.when(
            "subject.employmentType == 'Intern'",
            key="interns",
            steps=[c1.reject("Interns work on shared accounts; ask your mentor.")],
        ),
        c1.otherwise(steps=[c1.approve.manager(fallback=SECURITY_TEAM)]),
    ),
)
