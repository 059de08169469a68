"""Builders, mixed with outputs and plain dicts."""
# pyright: strict

from datetime import timedelta

import pulumi

from pulumi_c1policy import (
    Policy,
    accept,
    approve,
    ask,
    escalate,
    form,
    on,
    otherwise,
    reject,
    wait,
    when,
)
from pulumi_c1policy.inputs import PolicyStepArgsDict

user: pulumi.Output[str] = pulumi.Output.from_input("user-1")
condition: pulumi.Output[str] = pulumi.Output.from_input("true")
plain: PolicyStepArgsDict = {"approval": {"app_owners": {}}}

contractors = Policy(
    "contractors",
    display_name="Contractor access",
    **on.grant(approve.manager(fallback=[user, "user-2"])),
)

Policy(
    "employees",
    display_name="Employee access",
    description=user,
    **on.grant(
        when("subject.department == 'Sales'", steps=[reject("Not for Sales."), plain]),
        when("subject.employmentType == 'Contractor'", policy=contractors),
        when(condition, policy=contractors.id),
        when(condition, steps=[accept(user)], key="low-risk"),
        otherwise(
            steps=[
                approve.users([user], require_denial_reason=True, allow_self_approval=False),
                approve.group(
                    "group-1",
                    app_id="app-1",
                    fallback_groups=[{"app_id": "app-1", "app_entitlement_id": "entitlement-1"}],
                ),
                approve.app_owners(
                    escalate=escalate.to_users([user], after=timedelta(hours=4), comment="Late.")
                ),
                approve.expression("appOwners", escalate=escalate.skip_step(after="4h")),
                approve.agent("Look twice.", agent_mode="APPROVAL_AGENT_MODE_COMMENT_ONLY"),
                wait.hours(4, name="Cool down"),
                wait.until(9, 30, timezone="Europe/Berlin"),
                wait.condition("true", timeout="24h"),
                form("Purpose", ask.text("reason", required=True), ask.yes_no("urgent")),
            ]
        ),
    ),
    annotations={"team": "security"},
)

Policy(
    "review",
    display_name="Quarterly review",
    scope={"app_id": "app-1"},
    **on.certify(otherwise(policy=contractors), remediate_immediately=True),
)
