"""Policies that differ in how access is given."""

from __future__ import annotations

from typing import Any


def _grant(name: str, *provisions: Any, target: Any = None) -> dict[str, Any]:
    """A policy whose steps each provision in one way."""
    steps = [{"provision": {"provision_policy": provision}} for provision in provisions]
    if target:
        steps[0]["provision"]["provision_target"] = target
    return {
        "display_name": name,
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": steps}},
    }


def _by_hand(**assignee: Any) -> dict[str, Any]:
    return {"manual": {"instructions": "See the runbook.", "assignee": assignee}}


POLICIES: dict[str, Any] = {
    "new-account": _grant(
        "New account",
        {
            "connector": {
                "account": {
                    "connector_id": "connector-1",
                    "schema_id": "person",
                    "config": {
                        "email": "subject.email",
                        "camelCase": "subject.displayName",
                        "snake_case": [
                            "subject.email",
                            True,
                            7,
                            0.5,
                            {"deep": {"er": "subject.email"}},
                        ],
                        "empty": {},
                    },
                    "save_to_vault": {"vault_ids": ["vault-b", "vault-a"]},
                }
            }
        },
        {"connector": {"account": {"config": {"login": "subject.email"}, "do_not_save": {}}}},
        {"connector": {"default_behavior": {"connector_id": "connector-2"}}},
        {"connector": {}},
        target={
            "app_id": "app-1",
            "app_entitlement_id": "entitlement-1",
            "app_user_id": "account-1",
            "grant_duration": "8h",
        },
    ),
    "by-hand": _grant(
        "By hand",
        _by_hand(users={"user_ids": ["user-2", "user-1"], "allow_reassignment": True}),
        _by_hand(app_owners={"fallback_user_ids": ["user-2", "user-1"]}),
        _by_hand(group={"app_id": "app-1", "app_group_id": "group-1"}),
        _by_hand(manager={"allow_reassignment": False}),
        _by_hand(expression={"expressions": ["appOwners"], "fallback_user_ids": []}),
        _by_hand(entitlement_owners={}),
        {"manual": {"user_ids": ["user-3", "user-1"]}},
    ),
    "elsewhere": _grant(
        "Elsewhere",
        {"delegated": {"app_id": "app-1", "entitlement_id": "entitlement-1", "implicit": True}},
        {"webhook": {"webhook_id": "webhook-1"}},
        {
            "external_ticket": {
                "app_id": "app-jira",
                "connector_id": "connector-jira",
                "external_ticket_provisioner_config_id": "config-1",
                "instructions": "Project ACCESS.",
            }
        },
        {
            "action": {
                "action_name": "unlock",
                "app_id": "app-1",
                "connector_id": "connector-1",
                "display_name": "Unlock",
            }
        },
        {"device_placement": {"vault_boundary_id": "boundary-1"}},
    ),
    "several": _grant(
        "Several, one after the other",
        {
            "multi_step": {
                "provision_steps": [
                    {"connector": {"account": {"do_not_save": {}}}},
                    {"multi_step": {"provision_steps": [{"unconfigured": {}}]}},
                    {"manual": {"instructions": "Hand over the laptop."}},
                ]
            }
        },
    ),
}
