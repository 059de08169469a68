"""The fields of policies and attachments whose values are ids, by the kind of the object. Data.

A field's name decides: fields of one name name the same kind of object in every message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["app", "entitlement", "policy", "step-up provider", "user", "webhook"]

ID_FIELDS: Final[Mapping[str, Kind]] = {
    "agent_user_id": "user",
    "allowed_reassignees": "user",
    "app_entitlement_id": "entitlement",
    "app_group_id": "entitlement",
    "app_id": "app",
    "approver_ids": "user",
    "baseline_policy_id": "policy",
    "certify_policy_id": "policy",
    "emergency_grant_policy_id": "policy",
    "entitlement_id": "entitlement",
    "exclude_user_ids": "user",
    "fallback_user_ids": "user",
    "grant_policy_id": "policy",
    "policy_id": "policy",
    "policy_ids": "policy",
    "reassign_to_user_ids": "user",
    "requires_step_up_provider_id": "step-up provider",
    "revoke_policy_id": "policy",
    "user_ids": "user",
    "webhook_id": "webhook",
}
"""The kind of object whose id, or list of ids, a field contains."""

REFERENCE_FIELDS: Final = frozenset({"fallback_group_ids"})
"""The fields that contain a list of `AppEntitlementReference` messages."""
