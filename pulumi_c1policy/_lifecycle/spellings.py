"""What a person meant who wrote a field name that does not exist. Pure."""

from __future__ import annotations

import re
from difflib import get_close_matches

from pulumi_c1policy._model.schema import Message

# Spellings of the vendor's own documentation, product and Terraform provider for oneof members.
_VENDOR = {
    "manager_approval": "manager",
    "user_approval": "users",
    "users_approval": "users",
    "user": "users",
    "app_owner_approval": "app_owners",
    "app_owner": "app_owners",
    "app_group_approval": "group",
    "group_approval": "group",
    "app_group": "group",
    "self_approval": "self",
    "entitlement_owner_approval": "entitlement_owners",
    "entitlement_owner": "entitlement_owners",
    "expression_approval": "expression",
    "webhook_approval": "webhook",
    "resource_owner_approval": "resource_owners",
    "resource_owner": "resource_owners",
    "agent_approval": "agent",
    "connector_provision": "connector",
    "manual_provision": "manual",
    "delegated_provision": "delegated",
    "webhook_provision": "webhook",
    "multi_step_provision": "multi_step",
    "external_ticket_provision": "external_ticket",
    "unconfigured_provision": "unconfigured",
    "action_provision": "action",
    "device_placement_provision": "device_placement",
    "wait_condition": "condition",
    "wait_duration": "duration",
    "wait_until_time": "until_time",
    "account_provision": "account",
    "app_owner_provisioner": "app_owners",
    "group_provisioner": "group",
    "manager_provisioner": "manager",
    "expression_provisioner": "expression",
    "user_provisioner": "users",
    "entitlement_owner_provisioner": "entitlement_owners",
    "policy_post_actions": "post_actions",
    "approve": "approval",
    "provisioning": "provision",
}


def suggestion(message: Message, name: object) -> str:
    """What to write instead of `name` in `message`: `did you mean `step_key`?`, or the choices."""
    known = [f.name for f in message.fields.values() if not f.output_only and not f.deprecated]
    if not known:
        return "nothing goes in here, write {}"
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name)).lower().replace("-", "_")
    for candidate in (snake, _VENDOR.get(snake, "")):
        if candidate in known:
            return f"did you mean `{candidate}`?"
    near = get_close_matches(snake, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return "these fields exist: " + ", ".join(f"`{field}`" for field in known)
