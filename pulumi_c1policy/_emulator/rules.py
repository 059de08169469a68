"""What the tenant refuses to store, and what it changes on the way in.

It refuses what the reference says a tenant refuses, and no more: a policy without its baseline, an
empty step, a replacement policy that does not exist are all accepted, as tenants accept them.
Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_c1policy._emulator import cel, durations
from pulumi_c1policy._emulator.errors import invalid
from pulumi_c1policy._emulator.schema import POLICY, walk

MAX_RULES = 16
# Hops from one policy to the next.
MAX_CHAIN = 5
MAX_APPROVERS = 32
MAX_ANNOTATIONS = 16
MAX_ANNOTATION_BYTES = 4096
SHORTEST_WAIT = 3600 * 10**9
LONGEST_WAIT = 31 * 24 * 3600 * 10**9

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._/-]{0,127}")
_VALUE = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{0,256}")

Fields = dict[str, Any]


def normalize(fields: Fields) -> Fields:
    """The fields as the tenant keeps them; changes and returns what it was given.

    The deprecated `policyKey` becomes `stepKey`, an escalation that is not enabled is dropped, and so
    is the ignored `reassignTasksToDelegates`.
    """
    fields.pop("reassignTasksToDelegates", None)
    for path, name, value in walk(POLICY, fields):
        if name.endswith(".Approval") and not value.get("escalationEnabled"):
            value.pop("escalation", None)
        elif name.endswith(".Rule") and "policyKey" in value:
            spelled = value.pop("policyKey")
            if value.setdefault("stepKey", spelled) != spelled:
                raise invalid(f"{path}: policyKey and stepKey name different steps")
    return fields


def merge_annotations(held: Mapping[str, str], sent: Mapping[str, str]) -> dict[str, str]:
    """Annotations after an update: a key left out stays, a key with an empty value goes.

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


def check(fields: Fields) -> None:
    """Refuse a policy that breaks a rule within itself.

    Raises:
        TenantError: The policy cannot be stored.
    """
    if not fields.get("displayName"):
        raise invalid("displayName: value is required")
    if not fields.get("policyType"):
        raise invalid("policyType: value is required")
    baseline = str(fields["policyType"]).removeprefix("POLICY_TYPE_").lower()
    if fields.get("baselinePolicyId") and baseline in fields.get("policySteps", {}):
        raise invalid(f"baselinePolicyId: stands in for policySteps[{baseline!r}]: set one of them")
    rules = fields.get("rules", [])
    if len(rules) > MAX_RULES:
        raise invalid(f"rules: at most {MAX_RULES} rules")
    for index, rule in enumerate(rules):
        _check_rule(f"rules[{index}]", rule, fields.get("policySteps", {}))
    for path, name, value in walk(POLICY, fields):
        checker = _CHECKERS.get(name.rpartition(".")[2])
        if checker is not None:
            checker(path, value)


def _check_rule(path: str, rule: Fields, steps: Mapping[str, Any]) -> None:
    step_key, policy_id = rule.get("stepKey"), rule.get("policyId")
    if not step_key and not policy_id:
        raise invalid(f"{path}: one of stepKey and policyId is required")
    if step_key and policy_id:
        raise invalid(f"{path}: stepKey and policyId exclude each other")
    if step_key and step_key not in steps:
        raise invalid(f"{path}.stepKey: policySteps has no key {step_key!r}")
    _check_cel(f"{path}.condition", rule.get("condition", ""))


def _check_cel(path: str, text: str) -> None:
    for marker in cel.markers(text) if text else ():
        place = f"{marker['startLineNumber']}:{marker['startColumn']}"
        raise invalid(f"{path}: {place}: {marker['message']}")


def _check_users(path: str, value: Fields) -> None:
    if not 1 <= len(value.get("userIds", [])) <= MAX_APPROVERS:
        raise invalid(f"{path}.userIds: must have 1 to {MAX_APPROVERS} items")


def _check_wait(path: str, value: Fields) -> None:
    if "timeoutDuration" in value:
        _check_length(f"{path}.timeoutDuration", value["timeoutDuration"])


def _check_wait_duration(path: str, value: Fields) -> None:
    _check_length(f"{path}.duration", value.get("duration", "0s"))


def _check_length(path: str, duration: str) -> None:
    if not SHORTEST_WAIT <= durations.nanoseconds(duration) <= LONGEST_WAIT:
        raise invalid(f"{path}: must be from one hour to one month")


def _check_condition(path: str, value: Fields) -> None:
    _check_cel(f"{path}.condition", value.get("condition", ""))


def _check_expressions(path: str, value: Fields) -> None:
    for index, text in enumerate(value.get("expressions", [])):
        _check_cel(f"{path}.expressions[{index}]", text)


_CHECKERS: dict[str, Callable[[str, Fields], None]] = {
    "UserApproval": _check_users,
    "Wait": _check_wait,
    "WaitDuration": _check_wait_duration,
    "WaitCondition": _check_condition,
    "ExpressionApproval": _check_expressions,
    "ExpressionProvisioner": _check_expressions,
}


def chained(fields: Fields) -> dict[str, str]:
    """The policies that this one hands requests over to: id to the path that names it."""
    found = {
        rule["policyId"]: f"rules[{index}].policyId"
        for index, rule in enumerate(fields.get("rules", []))
        if rule.get("policyId")
    }
    if fields.get("baselinePolicyId"):
        found.setdefault(fields["baselinePolicyId"], "baselinePolicyId")
    return found


def referenced(fields: Fields) -> dict[str, str]:
    """Every policy that this one points to: id to the path that names it."""
    found = chained(fields)
    for path, name, value in walk(POLICY, fields):
        if name.endswith(".ReplacePolicy") and value.get("policyId"):
            found.setdefault(value["policyId"], f"{path}.policyId")
        elif name.endswith(".AgentApproval"):
            for index, policy_id in enumerate(value.get("policyIds", [])):
                found.setdefault(policy_id, f"{path}.policyIds[{index}]")
    return found


def check_chain(policy_id: str, fields: Fields, others: Mapping[str, Fields]) -> None:
    """Refuse a chain of policies that cannot be followed.

    Args:
        policy_id: The policy that is being written.
        fields: What it is to become.
        others: Every live policy by id.

    Raises:
        TenantError: A link is unknown, of another type, closes a circle or makes the chain too long.
    """
    links = chained(fields)
    for target, path in links.items():
        if target == policy_id:
            raise invalid(f"{path}: a policy cannot point to itself")
        if target not in others:
            raise invalid(f"{path}: policy {target} does not exist")
        if others[target].get("policyType") != fields.get("policyType"):
            raise invalid(f"{path}: policy {target} is of another type")
    after = {key: chained(value) for key, value in others.items()} | {policy_id: links}
    before: dict[str, list[str]] = {}
    for key, targets in after.items():
        for target in targets:
            before.setdefault(target, []).append(key)
    down = _longest(policy_id, after, set())
    up = _longest(policy_id, before, set())
    if down + up > MAX_CHAIN:
        raise invalid(f"policyId: a chain of policies is at most {MAX_CHAIN} deep")


def _longest(policy_id: str, edges: Mapping[str, Any], above: set[str]) -> int:
    if policy_id in above:
        raise invalid(f"policyId: policy {policy_id} would point to itself through others")
    # The stored graph was within bounds before this write, so the recursion is shallow.
    steps = [1 + _longest(t, edges, above | {policy_id}) for t in edges.get(policy_id, ())]
    return max(steps, default=0)
