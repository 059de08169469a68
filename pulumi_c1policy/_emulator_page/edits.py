"""The edits of policies that the page offers: those of people and of other clients.

Each returns the changed top-level fields of a policy as JSON.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pulumi_c1policy._emulator import reading

Policy: TypeAlias = dict[str, Any]

_READ_ONLY = ("id", "createdAt", "updatedAt", "deletedAt", "systemBuiltin")


class EditError(Exception):
    """An edit that is not possible, with a sentence."""


def rename(policy: Policy) -> Policy:
    """Return another display name."""
    return {"displayName": f"{policy.get('displayName', '')} (renamed)"}


def describe(policy: Policy) -> Policy:
    """Return another description."""
    return {"description": f"{policy.get('description', '')} Edited by hand.".strip()}


def add_step(policy: Policy) -> Policy:
    """Return the steps with an approval of the manager at the beginning of the baseline."""
    steps, baseline = _copy_baseline(policy)
    baseline.insert(0, {"approval": {"manager": {}}})
    return {"policySteps": steps}


def remove_step(policy: Policy) -> Policy:
    """Return the steps without the first one of the baseline."""
    steps, baseline = _copy_baseline(policy)
    if len(baseline) < 2:
        raise EditError("A list of steps needs at least one step.")
    baseline.pop(0)
    return {"policySteps": steps}


def allow_self_approval(policy: Policy) -> Policy:
    """Return the steps with self-approval in the first approval of the baseline."""
    steps, baseline = _copy_baseline(policy)
    for step in baseline:
        for kind in (step.get("approval") or {}).values():
            if isinstance(kind, dict) and "expiration" not in kind:
                kind["allowSelfApproval"] = True
                return {"policySteps": steps}
    raise EditError("The baseline has no approval.")


def reorder_rules(policy: Policy) -> Policy:
    """Return the rules in the opposite order."""
    rules = policy.get("rules") or []
    if len(rules) < 2:
        raise EditError("The policy has fewer than two rules.")
    return {"rules": rules[::-1]}


EDITS: Mapping[str, tuple[str, Callable[[Policy], Policy]]] = {
    "rename": ("Rename it", rename),
    "describe": ("Change the description", describe),
    "add-step": ("Add an approval of the manager", add_step),
    "remove-step": ("Remove the first step", remove_step),
    "self-approval": ("Allow self-approval", allow_self_approval),
    "reorder-rules": ("Reverse the rules", reorder_rules),
}
"""The edits by name, each with its text."""


def read_fields(policy: Policy, text: str) -> Policy:
    """Return the fields that differ in the JSON of a whole policy; null resets one.

    Raises:
        TenantError: The text is no JSON object that a tenant would read.
        EditError: Nothing differs.
    """
    wanted = reading.parse(text.encode("utf-8", "surrogatepass"))
    names = [name for name in {**policy, **wanted} if name not in _READ_ONLY]
    changes = {name: wanted.get(name) for name in names if wanted.get(name) != policy.get(name)}
    if isinstance(kept := changes.get("annotations"), dict):
        # Annotations merge; an empty value deletes a key.
        former = dict.fromkeys(policy.get("annotations") or {}, "")
        changes["annotations"] = {**former, **kept}
    if not changes:
        raise EditError("Nothing differs from the policy.")
    return changes


def _copy_baseline(policy: Policy) -> tuple[Policy, list[Policy]]:
    """Return a copy of all steps, and the list of those of the baseline in it."""
    steps = copy.deepcopy(policy.get("policySteps") or {})
    key = str(policy.get("policyType", "")).removeprefix("POLICY_TYPE_").lower()
    baseline = (steps.get(key) or {}).get("steps")
    if not baseline:
        raise EditError("The policy has no steps of its own as its baseline.")
    return steps, baseline
