"""Steps that tenants refuse in a policy: what to say of them, and which a live policy holds. Pure.

The model marks them (`Field.refused_by`). A live policy may hold such steps all the same: it was
made when they were accepted, or by the server itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pulumi_c1policy._model.paths import Key, Path
from pulumi_c1policy._model.steps import POLICY_STEP
from pulumi_c1policy._model.tree import Tree, Value

ADVICE = {
    "provision-step": (
        "is a provision step, which according to the vendor's CLI the server refuses with HTTP 500 "
        "(`provision steps are not allowed in policies`); remove it, and set provisioning on the "
        "entitlement (its provisioner policy), where it runs after the policy has granted"
    ),
    "action-step": (
        "is an action step, which according to the vendor's CLI the server refuses with HTTP 500 "
        "(`unsupported workflow step type`: not yet supported); remove it, and use an automation of "
        "the tenant instead"
    ),
}
"""The sentence about a step, by the rule that it breaks."""

REFUSED = {
    field.name: field.refused_by for field in POLICY_STEP.fields.values() if field.refused_by
}
"""The kinds of step that tenants refuse: the rule by the kind."""


ACCEPTED = tuple(name for name in POLICY_STEP.fields if name not in REFUSED)
"""The kinds of step that tenants accept."""


def rule_of(step: Value) -> str:
    """The rule by which tenants refuse a step; "" if they accept it."""
    if not isinstance(step, dict):
        return ""
    return next((rule for kind, rule in REFUSED.items() if step.get(kind) is not None), "")


def find(policy: Tree) -> Iterator[tuple[Path, str]]:
    """The refused steps of a policy: the path of each, with the rule."""
    lists = policy.get("policy_steps")
    for key, entry in lists.items() if isinstance(lists, dict) else ():
        steps = entry.get("steps") if isinstance(entry, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            if rule := rule_of(step):
                yield ("policy_steps", Key(key), "steps", index), rule


def remove(policy: Tree, written: Collection[str] = ()) -> Tree:
    """The policy without refused steps, and without the lists that held nothing else.

    Args:
        policy: The policy.
        written: Rules whose steps stay, because the program writes such steps itself.
    """
    lists = policy.get("policy_steps")
    if not isinstance(lists, dict) or all(rule in written for _, rule in find(policy)):
        return policy
    kept: Tree = {}
    for key, entry in lists.items():
        steps = entry.get("steps") if isinstance(entry, dict) else None
        if not isinstance(steps, list):
            kept[key] = entry
            continue
        left = [step for step in steps if not (rule := rule_of(step)) or rule in written]
        if left or not steps:
            kept[key] = entry | {"steps": left}
    return policy | {"policy_steps": kept}
