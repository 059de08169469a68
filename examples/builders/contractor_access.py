"""Contractors need two approvals, interns are turned down, everybody else asks their manager."""

from pulumi_c1policy import Policy, approve, on, otherwise, reject, when

SECURITY_TEAM = ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR", "2b3qa7yEeeby3abP3E2Zs8IQ9Y7"]

policy = Policy(
    "contractor-access",
    display_name="Access by employment",
    description="Contractors need their manager and an owner of the app.",
    **on.grant(
        when(
            "subject.employmentType == 'Contractor'",
            key="contractors",
            steps=[
                approve.manager(fallback=SECURITY_TEAM, require_distinct_approvers=True),
                approve.app_owners(require_distinct_approvers=True),
            ],
        ),
        when(
            "subject.employmentType == 'Intern'",
            key="interns",
            steps=[reject("Interns work on shared accounts; ask your mentor.")],
        ),
        otherwise(steps=[approve.manager(fallback=SECURITY_TEAM)]),
    ),
)
