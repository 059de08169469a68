"""Contractors need two approvals and interns get none of it; everybody else asks their manager."""

from pulumi_c1policy import Policy, approve, on, otherwise, provision, reject, when

policy = Policy(
    "contractor-access",
    display_name="Access by employment",
    description="Contractors need their manager and an owner of the app.",
    **on.grant(
        when(
            "subject.employmentType == 'Contractor'",
            key="contractors",
            steps=[
                approve.manager(fallback=["user-security-1"]),
                approve.app_owners(require_distinct_approvers=True),
                provision.connector(target={"grant_duration": "90d"}),
            ],
        ),
        when(
            "subject.employmentType == 'Intern'",
            key="interns",
            steps=[reject("Interns work on shared accounts; ask your mentor.")],
        ),
        otherwise(steps=[approve.manager(), provision.connector()]),
    ),
)
