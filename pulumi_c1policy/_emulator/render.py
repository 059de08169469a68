"""The conversion of stored messages to JSON answers, with the tenant's quirks.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import random
from typing import Any

from pulumi_c1policy._emulator import wire_durations
from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.wire_schema import ASSIGNED, Json, WireField, get_message

# Lists of ids without an order. Rules, steps and expressions have an order.
SETS = frozenset(
    {
        "userIds", "fallbackUserIds", "fallbackGroupIds", "allowedReassignees", "approverIds",
        "reassignToUserIds", "excludeUserIds", "vaultIds", "policyIds",
    }
)  # fmt: skip

# The fields that a tenant ahead of the published structure sends, by message.
NEWER: dict[str, dict[str, Any]] = {
    "c1.api.policy.v1.Policy": {"reviewCadence": "REVIEW_CADENCE_ANNUAL"},
    "c1.api.policy.v1.PolicySteps": {"stepsRevision": {"number": "7"}},
    "c1.api.policy.v1.Approval": {"approvalQuorum": {"mode": "APPROVAL_QUORUM_MODE_ANY"}},
    "c1.api.policy.v1.Rule": {"ruleLabels": ["newer"]},
}

_DIGITS = {"seconds": 0, "micro": 6, "nano": 9}
_RULE = "c1.api.policy.v1.Rule"


def render(name: str, stored: dict[str, Any], quirks: Quirks) -> dict[str, Any]:
    """Return the JSON of a stored message."""
    if name == _RULE:
        stored = _spell_step_key(stored, quirks)
    answer: dict[str, Any] = {}
    fields = get_message(name).fields
    for member in fields.values():
        if member.name in stored:
            answer[member.name] = _render_shape(member, stored[member.name], quirks)
        elif _emits_unset(member, quirks):
            answer[member.name] = _render_unset(member, quirks)
    answer |= {key: value for key, value in stored.items() if key not in fields}
    if quirks.newer_api:
        answer = {**NEWER.get(name, {}), **answer}
    return answer


def _render_shape(member: WireField, value: Json, quirks: Quirks) -> Json:
    if member.shape == "list":
        items = [_render_single(member, item, quirks) for item in value]
        return _reorder(items) if quirks.shuffle_sets and member.name in SETS else items
    if member.shape == "map":
        return {key: _render_single(member, item, quirks) for key, item in value.items()}
    return _render_single(member, value, quirks)


def _render_single(member: WireField, value: Json, quirks: Quirks) -> Json:
    match member.kind:
        case "message":
            return render(member.message, value, quirks)
        case "timestamp" if isinstance(value, int):
            return wire_durations.format_timestamp(value, _DIGITS[quirks.timestamp_precision])
        case "duration" if quirks.duration_style == "padded":
            return wire_durations.pad(value)
    return value


def _emits_unset(member: WireField, quirks: Quirks) -> bool:
    match quirks.unset_fields:
        case "omitted":
            return False
        case "null":
            return member.nullable
        case "null_everywhere":
            return True
        case "emitted":
            # protojson's EmitUnpopulated leaves out unset oneof members and optional scalars. The
            # assignees belong to a running request, and are absent in a policy.
            if member.oneof is not None or member.name in ASSIGNED:
                return False
            return member.is_message or not member.has_presence


def _render_unset(member: WireField, quirks: Quirks) -> Json:
    if quirks.unset_fields != "emitted":
        return None
    if member.shape != "single":
        return [] if member.shape == "list" else {}
    match member.kind:
        case "string":
            return ""
        case "bool":
            return False
        case "int32" | "uint32":
            return 0
        case "int64" | "uint64":
            return "0"
        case "enum":
            return member.enum[0]
        case _:
            return None


def _spell_step_key(rule: dict[str, Any], quirks: Quirks) -> dict[str, Any]:
    if "stepKey" not in rule or quirks.rule_key == "step_key":
        return rule
    spelled = {**rule, "policyKey": rule["stepKey"]}
    if quirks.rule_key == "policy_key":
        del spelled["stepKey"]
    return spelled


def _reorder(items: list[Any]) -> list[Any]:
    # Seeded by the content: the same policy always comes back in the same order, not as it was
    # sent.
    shuffled = list(items)
    random.Random(repr(items)).shuffle(shuffled)  # noqa: S311 (an order, not a secret)
    return shuffled if shuffled != items else items[1:] + items[:1]
