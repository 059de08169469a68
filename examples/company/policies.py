"""Five policies of the company."""

import lookups

import pulumi_c1policy as c1

contractor_access = c1.Policy(
    "contractor-access",
    display_name="Access by employment",
    description="Contractors need a low risk score, their manager and an owner of the app.",
    **c1.on.grant(
        c1.when(
            "subject.employmentType == 'Contractor'",
            key="contractors",
            steps=[
                c1.approve.webhook(lookups.risk_score),
                c1.approve.manager(
                    fallback_groups=[lookups.security_team], require_distinct_approvers=True
                ),
                c1.approve.app_owners(require_distinct_approvers=True),
            ],
        ),
        c1.when(
            "subject.employmentType == 'Intern'",
            key="interns",
            steps=[c1.reject("Interns work on shared accounts; ask your mentor.")],
        ),
        c1.otherwise(steps=[c1.approve.manager(fallback_groups=[lookups.security_team])]),
    ),
)

employee_access = c1.Policy(
    "employee-access",
    display_name="Employee access",
    description="The manager approves, or the security team where no manager is found.",
    **c1.on.grant(
        c1.approve.manager(
            fallback_groups=[lookups.security_team],
            allow_self_approval=False,
            require_denial_reason=True,
        ),
    ),
)

emergency_access = c1.Policy(
    "emergency-access",
    display_name="Emergency access",
    description="Break glass: somebody on call approves within half an hour.",
    **c1.on.grant(
        c1.approve.group(
            lookups.on_call,
            require_approval_reason=True,
            requires_step_up_provider_id=lookups.okta_verify,
            escalate=c1.escalate.to_users(
                [lookups.head_of_security],
                after="30m",
                comment="Nobody on call has answered for half an hour.",
            ),
        ),
    ),
)

quarterly_certification = c1.Policy(
    "quarterly-certification",
    display_name="Quarterly certification",
    description="The owner of each entitlement reviews it, then the manager does.",
    **c1.on.certify(
        c1.approve.entitlement_owners(
            fallback_groups=[lookups.security_team],
            require_denial_reason=True,
        ),
        c1.approve.manager(
            fallback_groups=[lookups.security_team], require_distinct_approvers=True
        ),
        remediate_immediately=True,
    ),
)

revoke_with_grace = c1.Policy(
    "revoke-with-grace",
    display_name="Revoke with grace",
    description="Access ends a day after it was revoked.",
    **c1.on.revoke(
        c1.wait.days(1, name="Grace period"),
        c1.accept("The grace period is over."),
    ),
)
