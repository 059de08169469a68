"""Steps that tenants reject in a policy. Pure.

The model marks them (`Field.refused_by`). A live policy may contain such steps nevertheless: it was
made when tenants accepted them, or by the server itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.steps import POLICY_STEP
from pulumi_c1policy._model.tree import Tree, Value

ADVICE = {
    "provision-step": (
        "is a provision step, which according to the vendor's CLI the server rejects with HTTP 500 "
        "(`provision steps are not allowed in policies`); remove it, and set provisioning on the "
        "entitlement (its provisioner policy), where it runs after the policy has granted"
    ),
    "action-step": (
        "is an action step, which according to the vendor's CLI the server rejects with HTTP 500 "
        "(`unsupported workflow step type`: not yet supported); remove it, and use an automation "
        "of the tenant instead"
    ),
}
"""The sentence about a rejected step, by the rule id."""

REJECTED_KINDS = {
    field.name: field.refused_by for field in POLICY_STEP.fields.values() if field.refused_by
}
"""The step kinds that tenants reject: the rule id by the kind."""

ACCEPTED_KINDS = tuple(name for name in POLICY_STEP.fields if name not in REJECTED_KINDS)
"""The step kinds that tenants accept."""


def find_rule(step: Value) -> str:
    """Return the id of the rule that a step breaks, or "" if tenants accept it."""
    if not isinstance(step, dict):
        return ""
    return next((rule for kind, rule in REJECTED_KINDS.items() if step.get(kind) is not None), "")


def find_steps(policy: Tree) -> Iterator[tuple[Path, str]]:
    """Find the rejected steps of a policy: the path and the rule id of each."""
    lists = policy.get("policy_steps")
    for key, entry in lists.items() if isinstance(lists, dict) else ():
        steps = entry.get("steps") if isinstance(entry, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            if rule := find_rule(step):
                yield ("policy_steps", Key(key), "steps", index), rule


def remove_steps(policy: Tree, written: Collection[str] = ()) -> Tree:
    """Remove the rejected steps of a policy, and the lists that contain nothing else.

    Args:
        policy: The policy.
        written: The rules whose steps stay, because the program itself writes such steps.
    """
    lists = policy.get("policy_steps")
    if not isinstance(lists, dict) or all(rule in written for _, rule in find_steps(policy)):
        return policy
    kept: Tree = {}
    for key, entry in lists.items():
        steps = entry.get("steps") if isinstance(entry, dict) else None
        if not isinstance(steps, list):
            kept[key] = entry
            continue
        left = [step for step in steps if not (rule := find_rule(step)) or rule in written]
        if left or not steps:
            kept[key] = entry | {"steps": left}
    return policy | {"policy_steps": kept}
