"""Results of lookups in place of ids."""
# pyright: strict

import pulumi

import pulumi_c1policy as c1
from pulumi_c1policy.inputs import ApprovalArgsDict, PolicyStepArgsDict
from pulumi_c1policy.lookups import FindGroupResult, FindUserResult, GetPolicyResult

email: pulumi.Output[str] = pulumi.Output.from_input("ada@example.com")
ada: FindUserResult = c1.find_user(email="ada@example.com")
late: pulumi.Output[FindUserResult] = c1.find_user_output(email=email)
app = c1.find_app(name="GitHub")
group: FindGroupResult = c1.find_group(app=app, name="Security")
late_group = c1.find_group_output(app=c1.find_app_output(name=email), name="Security")
admin = c1.find_entitlement(app="GitHub", alias="admin")
provider = c1.find_step_up_provider(name="Okta")
policies: list[GetPolicyResult] = c1.get_policies(type=c1.PolicyType.GRANT)

step: PolicyStepArgsDict = {
    "approval": {
        "group": {
            "app_id": group.app_id,
            "app_group_id": group,
            "fallback": True,
            "is_group_fallback_enabled": True,
            "fallback_group_ids": [group, late_group, admin],
        },
        "requires_step_up_provider_id": provider,
    }
}
kind: ApprovalArgsDict = {"users": {"user_ids": [ada, late, late.id, "user-1"]}}

c1.Policy(
    "access",
    display_name="Access",
    scope={"app_id": app, "app_entitlement_id": admin},
    **c1.on.grant(
        c1.when("true", policy=policies[0]),
        c1.when("false", policy=c1.get_policy_output(display_name=email)),
        c1.otherwise(
            steps=[
                step,
                {"approval": kind},
                c1.approve.users([ada, late], requires_step_up_provider_id=provider),
                c1.approve.manager(
                    fallback=[ada, late, "user-1"],
                    escalate=c1.escalate.to_users([ada], after="4h"),
                ),
                c1.approve.app_owners(escalate=c1.escalate.to_policy(policies[0], after="4h")),
                c1.approve.group(group),
                c1.approve.group(late_group, fallback_groups=[group, late_group]),
                c1.approve.group(group, app_id=app),
                c1.approve.webhook(c1.find_webhook(name="Risk score")),
                c1.approve.webhook(c1.find_webhook_output(name=email)),
            ]
        ),
    ),
)
c1.Policy(
    "other",
    display_name="Other",
    policy_type="POLICY_TYPE_GRANT",
    baseline_policy_id=c1.get_policy(id="policy-1"),
)
