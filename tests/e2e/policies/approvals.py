"""Policies with different approvers and different reactions to a missing approval."""

from __future__ import annotations

from typing import Any

_ACCEPT: dict[str, Any] = {"accept": {}}


def _grant(name: str, *steps: Any, **fields: Any) -> dict[str, Any]:
    return {
        "display_name": name,
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [*steps, _ACCEPT]}},
        **fields,
    }


def _approval(**fields: Any) -> dict[str, Any]:
    return {"approval": fields}


POLICIES: dict[str, Any] = {
    "manager": _grant(
        "Manager approves",
        _approval(
            manager={
                "allow_self_approval": False,
                "fallback": True,
                "fallback_user_ids": ["user-security", "user-it", "user-helpdesk"],
                "is_group_fallback_enabled": True,
                "fallback_group_ids": [
                    {"app_id": "app-directory", "app_entitlement_id": "group-managers"},
                    {"app_id": "app-directory", "app_entitlement_id": "group-directors"},
                ],
            },
            allow_reassignment=True,
            allowed_reassignees=["user-2", "user-1", "user-3"],
            require_approval_reason=True,
            require_denial_reason=True,
            require_reassignment_reason=True,
        ),
        description="Their manager; if there is none, security.",
    ),
    "two-owners": _grant(
        "Two owners approve",
        _approval(app_owners={"require_distinct_approvers": True}, allow_delegation=True),
        _approval(
            entitlement_owners={
                "require_distinct_approvers": True,
                "fallback": True,
                "fallback_user_ids": ["user-b", "user-a"],
            }
        ),
        annotations={"team": "platform", "runbook": "https://wiki.example/access?page=1"},
    ),
    "users-with-escalation": _grant(
        "Security approves or hands over",
        _approval(
            users={"user_ids": ["user-9", "user-10", "user-1"], "allow_self_approval": True},
            escalation_enabled=True,
            escalation={
                "expiration": 86400,
                "escalation_comment": "Nobody answered for a day.",
                "reassign_to_approvers": {"approver_ids": ["user-z", "user-y"]},
            },
        ),
    ),
    "resource-owners": _grant(
        "Owner of the resource approves",
        _approval(
            resource_owners={"allow_self_approval": True, "fallback": False},
            requires_step_up_provider_id="provider-yubikey",
            escalation_enabled=True,
            escalation={"expiration": "3600", "skip_step": {}},
        ),
    ),
    "group": _grant(
        "A member of the group approves",
        _approval(
            group={"app_id": "app-okta", "app_group_id": "group-admins", "fallback": False},
            escalation_enabled=True,
            escalation={
                "expiration": 172800,
                "replace_policy": {"policy_id": {"$ref": "manager"}},
            },
        ),
    ),
    "self": _grant(
        "Everybody approves for themselves",
        _approval(
            self={"fallback": True, "fallback_user_ids": ["user-1"]},
            escalation_enabled=True,
            escalation={"expiration": "604800", "cancel_ticket": {}},
        ),
    ),
    "expression": _grant(
        "Whoever the expression returns approves",
        _approval(
            expression={
                "expressions": ["c1.directory.users.v1.GetManagers(subject)", "appOwners"],
                "fallback": True,
                "fallback_user_ids": ["user-1", "user-0"],
            },
            escalation_enabled=False,
        ),
    ),
    "webhook": _grant(
        "A webhook, then an agent",
        _approval(webhook={"webhook_id": "webhook-1"}),
        _approval(
            agent={
                "instructions": "Approve what is harmless.\nElse hand over.",
                "agent_mode": "APPROVAL_AGENT_MODE_CHANGE_POLICY_ONLY",
                "policy_ids": [{"$ref": "two-owners"}, {"$ref": "manager"}],
                "agent_failure_action": "APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_USERS",
                "reassign_to_user_ids": ["user-8", "user-7"],
            }
        ),
    ),
}
