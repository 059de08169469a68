"""Every kind of provisioning, including the recursive one."""
# pyright: strict

from pulumi_c1policy.inputs import ManualProvisionArgsDict, PolicyStepArgsDict

by_hand: ManualProvisionArgsDict = {
    "instructions": "Call them.",
    "assignee": {"manager": {"fallback_user_ids": ["user-1"], "allow_reassignment": True}},
}

several: PolicyStepArgsDict = {
    "provision": {
        "provision_policy": {
            "multi_step": {
                "provision_steps": [
                    {"manual": by_hand},
                    {"webhook": {"webhook_id": "webhook-1"}},
                    {"multi_step": {"provision_steps": [{"unconfigured": {}}]}},
                    {"delegated": {"implicit": True}},
                    {"external_ticket": {"app_id": "app-1", "connector_id": "connector-1"}},
                    {"device_placement": {"vault_boundary_id": "boundary-1"}},
                    {"action": {"action_name": "enable"}},
                    {
                        "connector": {
                            "account": {
                                "config": {"email": "subject.email", "tags": ["a", 1]},
                                "save_to_vault": {"vault_ids": ["vault-1"]},
                            }
                        }
                    },
                ]
            }
        },
        "provision_target": {"app_id": "app-1", "grant_duration": "8h"},
    }
}
