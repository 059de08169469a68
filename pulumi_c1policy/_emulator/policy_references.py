"""Policies that refer to other policies: chains of requests, escalations and agents.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_c1policy._emulator.api_errors import invalid
from pulumi_c1policy._emulator.wire_schema import POLICY, walk

# Hops from one policy to the next.
MAX_CHAIN = 5

Fields = dict[str, Any]


def find_chained(fields: Fields) -> dict[str, str]:
    """Return the policies to which this one hands requests: the path of each by its id."""
    found = {
        rule["policyId"]: f"rules[{index}].policyId"
        for index, rule in enumerate(fields.get("rules", []))
        if rule.get("policyId")
    }
    if fields.get("baselinePolicyId"):
        found.setdefault(fields["baselinePolicyId"], "baselinePolicyId")
    return found


def find_referenced(fields: Fields) -> dict[str, str]:
    """Return every policy that this one refers to: the path of each by its id."""
    found = find_chained(fields)
    for path, name, value in walk(POLICY, fields):
        if name.endswith(".ReplacePolicy") and value.get("policyId"):
            found.setdefault(value["policyId"], f"{path}.policyId")
        elif name.endswith(".AgentApproval"):
            for index, policy_id in enumerate(value.get("policyIds", [])):
                found.setdefault(policy_id, f"{path}.policyIds[{index}]")
    return found


def check_chain(policy_id: str, fields: Fields, others: Mapping[str, Fields]) -> None:
    """Reject a chain of policies that cannot be followed.

    Args:
        policy_id: The policy that is being written.
        fields: Its new fields.
        others: Every live policy by id.

    Raises:
        TenantError: A link is unknown, of another type, closes a cycle or makes the chain too
            long.
    """
    links = find_chained(fields)
    for target, path in links.items():
        if target == policy_id:
            raise invalid(f"{path}: a policy cannot point to itself")
        if target not in others:
            raise invalid(f"{path}: policy {target} does not exist")
        if others[target].get("policyType") != fields.get("policyType"):
            raise invalid(f"{path}: policy {target} is of another type")
    after = {key: find_chained(value) for key, value in others.items()} | {policy_id: links}
    before: dict[str, list[str]] = {}
    for key, targets in after.items():
        for target in targets:
            before.setdefault(target, []).append(key)
    down = _measure_longest(policy_id, after, set())
    up = _measure_longest(policy_id, before, set())
    if down + up > MAX_CHAIN:
        raise invalid(f"policyId: a chain of policies is at most {MAX_CHAIN} deep")


def _measure_longest(policy_id: str, edges: Mapping[str, Any], above: set[str]) -> int:
    if policy_id in above:
        raise invalid(f"policyId: policy {policy_id} would point to itself through others")
    # The stored graph was within bounds before this write, so the recursion is shallow.
    steps = [1 + _measure_longest(t, edges, above | {policy_id}) for t in edges.get(policy_id, ())]
    return max(steps, default=0)
