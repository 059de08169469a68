"""The tenant's rules for the policies that it stores, and its changes to the fields of a request.

It rejects only the policies that a tenant rejects according to the reference. For example, it
accepts a baseline policy that does not exist, as tenants do. Only the fields of the request are
checked, so that other fields of a policy with an older violation can still be changed. Must not
import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from pulumi_c1policy._emulator import cel, step_rules
from pulumi_c1policy._emulator.api_errors import HandlerError, invalid
from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.wire_schema import POLICY, walk

MAX_RULES = 16
MAX_ANNOTATIONS = 16
MAX_ANNOTATION_BYTES = 4096
# Internal to the server, and deprecated: neither can be created.
NOT_CREATED = ("POLICY_TYPE_PROVISION", "POLICY_TYPE_ACCESS_REQUEST")

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._/-]{0,127}")
_VALUE = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{0,256}")

Fields = dict[str, Any]


def normalize(fields: Fields) -> Fields:
    """Change the fields in place to the form that the tenant stores, and return them.

    The deprecated `policyKey` becomes `stepKey`. An escalation that is not enabled is dropped, and
    so is `reassignTasksToDelegates`, which the tenant ignores.
    """
    fields.pop("reassignTasksToDelegates", None)
    for path, name, value in walk(POLICY, fields):
        if name.endswith(".Approval") and not value.get("escalationEnabled"):
            value.pop("escalation", None)
        elif name.endswith(".Rule") and "policyKey" in value:
            if value.get("stepKey") or value.get("policyId"):
                raise invalid(f"{path}: policyKey cannot be combined with stepKey or policyId")
            value["stepKey"] = value.pop("policyKey")
    return fields


def merge_annotations(held: Mapping[str, str], sent: Mapping[str, str]) -> dict[str, str]:
    """Return annotations after an update: an absent key stays, a key with an empty value is
    removed.

    Raises:
        TenantError: A key, a value or the whole is not allowed.
    """
    for key, value in sent.items():
        if key.startswith("c1/"):
            raise invalid(f"annotations: key {key!r} has the reserved prefix c1/")
        if not _KEY.fullmatch(key):
            raise invalid(f"annotations: key {key!r} must match ^{_KEY.pattern}$")
        if not _VALUE.fullmatch(value):
            raise invalid(f"annotations: the value of {key!r} must be 0..256 URL-safe ASCII")
    merged = {key: value for key, value in {**held, **sent}.items() if value}
    if len(merged) > MAX_ANNOTATIONS:
        raise invalid(f"annotations: at most {MAX_ANNOTATIONS} keys")
    if sum(len(key) + len(value) for key, value in merged.items()) > MAX_ANNOTATION_BYTES:
        raise invalid(f"annotations: at most {MAX_ANNOTATION_BYTES} bytes in all")
    return merged


def check(
    policy_id: str,
    fields: Fields,
    written: Collection[str],
    quirks: Quirks,
    *,
    creating: bool,
) -> None:
    """Reject a policy that breaks a rule within itself.

    Args:
        policy_id: The policy that is being written.
        fields: Its new fields.
        written: The top-level fields that the request writes.
        quirks: The tenant's quirks.
        creating: The policy is new, so that all of its fields are written.

    Raises:
        TenantError: The policy cannot be stored.
    """
    if not fields.get("displayName"):
        raise invalid("invalid displayName: value is required")
    if not fields.get("policyType"):
        raise invalid("invalid policyType: value is required")
    if creating and fields["policyType"] in NOT_CREATED:
        raise invalid(f"policies of type {fields['policyType']} cannot be created")
    if creating or "rules" in written:
        _check_rules(fields.get("rules", []), quirks)
    if creating or not {"policySteps", "baselinePolicyId"}.isdisjoint(written):
        key = get_baseline_key(fields)
        if fields.get("baselinePolicyId") and key in fields.get("policySteps", {}):
            raise invalid(f"baselinePolicyId and policySteps[{key!r}] cannot be combined")
    if creating or "policySteps" in written:
        step_rules.check(policy_id, fields, quirks, creating=creating)
    if creating or not {"policySteps", "rules"}.isdisjoint(written):
        for rule in fields.get("rules", []):
            if rule.get("stepKey") and rule["stepKey"] not in fields.get("policySteps", {}):
                raise HandlerError(f"no steps for rule: {rule['stepKey']}")


def get_baseline_key(fields: Fields) -> str:
    """Return the key of `policySteps` with the baseline: the type in lower case."""
    return str(fields["policyType"]).removeprefix("POLICY_TYPE_").lower()


def complete(fields: Fields) -> Fields:
    """Add the baseline that the tenant injects if none is given: `reject`."""
    held = fields.get("policySteps", {})
    if fields.get("baselinePolicyId") or get_baseline_key(fields) in held:
        return fields
    denied: Fields = {"steps": [{"reject": {}}]}
    return {**fields, "policySteps": {**held, get_baseline_key(fields): denied}}


def _check_rules(rules: list[Fields], quirks: Quirks) -> None:
    if len(rules) > MAX_RULES:
        raise invalid(f"rules: at most {MAX_RULES} rules")
    for index, rule in enumerate(rules):
        path = f"rules[{index}]"
        if not rule.get("condition", "").strip():
            raise invalid(f"invalid {path}.condition: value length must be at least 1 runes")
        if not rule.get("stepKey") and not rule.get("policyId"):
            raise invalid(f"{path}: one of stepKey and policyId is required")
    for index, rule in enumerate(rules):
        cel.check(f"rules[{index}].condition", rule["condition"], "condition", quirks)
