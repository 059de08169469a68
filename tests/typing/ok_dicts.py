"""Plain dict literals, as most programs write a policy."""
# pyright: strict

from datetime import timedelta

from pulumi_c1policy import Policy

Policy(
    "employees",
    display_name="Employee access",
    policy_type="POLICY_TYPE_GRANT",
    description="Manager first, then the owners of the app.",
    policy_steps={
        "grant": {
            "steps": [
                {
                    "approval": {
                        "manager": {
                            "fallback": True,
                            "fallback_user_ids": ["user-1"],
                            "is_group_fallback_enabled": True,
                            "fallback_group_ids": [
                                {"app_id": "app-1", "app_entitlement_id": "entitlement-1"}
                            ],
                        },
                        "require_denial_reason": True,
                        "escalation_enabled": True,
                        "escalation": {
                            "expiration": 86400,
                            "reassign_to_approvers": {"approver_ids": ["user-2"]},
                        },
                    }
                },
                {"approval": {"self": {}}},
                {"wait": {"duration": {"duration": timedelta(hours=4)}, "name": "cool-down"}},
                {"wait": {"duration": {"duration": "4h"}, "timeout_duration": 7200.5}},
                {"wait": {"until_time": {"hours": 9, "timezone": "Europe/Berlin"}}},
                {"provision": {"provision_policy": {"connector": {}}}},
                {"action": {"client_id_approval": {}}},
                {"accept": {"accept_message": "Welcome."}},
            ]
        },
        "Contractors, two steps": {
            "steps": [
                {"approval": {"users": {"user_ids": ["user-1", "user-2"]}}},
                {"approval": {"expression": {"expressions": ["appOwners"]}}},
                {"reject": {}},
            ]
        },
    },
    rules=[
        {
            "condition": "subject.employmentType == 'Contractor'",
            "step_key": "Contractors, two steps",
        },
        {"condition": "true", "policy_id": "policy-1"},
    ],
    annotations={"team": "security"},
)

Policy(
    "review",
    display_name="Quarterly review",
    policy_type="POLICY_TYPE_CERTIFY",
    baseline_policy_id="policy-1",
    post_actions=[{"certify_remediate_immediately": True}],
    scope={"app_id": "app-1", "slot": "POLICY_SCOPE_SLOT_EMERGENCY"},
)
