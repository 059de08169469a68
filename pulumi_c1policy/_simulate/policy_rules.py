"""The rules of a policy as plain data: each condition, and the steps or the policy it leads to.

This module evaluates nothing and contains no text for people. It may import `_model` only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pulumi_c1policy._model.tree import Tree

TargetKind: TypeAlias = Literal["steps", "policy", "missing-steps", "empty-steps", "no-baseline"]
"""The kinds of target.

- `steps`: a list of steps of this policy.
- `policy`: another policy, which decides by its own rules.
- `missing-steps`: a key that `policy_steps` does not have.
- `empty-steps`: a list without steps, which tenants reject.
- `no-baseline`: no rule matches and the policy has no baseline; tenants reject the request.
"""

_STORED_BASELINE: tuple[Tree, ...] = ({"reject": {}},)
"""The baseline that a tenant stores for a policy without one (source: the vendor's CLI)."""


@dataclass(frozen=True, slots=True)
class RuleTarget:
    """The steps or the policy that a rule, or the baseline, leads to.

    Attributes:
        kind: The kind of target.
        key: The key in `policy_steps`; "" for another policy.
        policy_id: The id of the other policy; "" for steps.
        steps: The steps, snake_case, in their order.
    """

    kind: TargetKind
    key: str = ""
    policy_id: str = ""
    steps: tuple[Tree, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """A rule of a policy.

    Attributes:
        index: Its index in `rules`.
        condition: Its CEL expression.
        target: Its target.
    """

    index: int
    condition: str
    target: RuleTarget


def list_rules(tree: Tree) -> tuple[PolicyRule, ...]:
    """List the rules of a policy (snake_case) in their order."""
    return tuple(
        PolicyRule(index, rule.get("condition") or "", _find_rule_target(tree, rule))
        for index, rule in enumerate(tree.get("rules") or [])
    )


def find_baseline(tree: Tree) -> RuleTarget:
    """Return the target of a request that no rule of a policy (snake_case) matches."""
    key = str(tree.get("policy_type", "")).removeprefix("POLICY_TYPE_").lower()
    policy_id = tree.get("baseline_policy_id") or ""
    if not policy_id and key not in (tree.get("policy_steps") or {}):
        return RuleTarget("no-baseline", steps=_STORED_BASELINE)
    return _find_target(tree, key, policy_id)


def _find_rule_target(tree: Tree, rule: Tree) -> RuleTarget:
    # `policy_key` is the older name of `step_key`.
    key = rule.get("step_key") or rule.get("policy_key") or ""
    return _find_target(tree, key, rule.get("policy_id") or "")


def _find_target(tree: Tree, key: str, policy_id: str) -> RuleTarget:
    if policy_id:
        return RuleTarget("policy", policy_id=policy_id)
    found = (tree.get("policy_steps") or {}).get(key)
    if found is None:
        return RuleTarget("missing-steps", key)
    steps = tuple(found.get("steps") or ())
    return RuleTarget("steps" if steps else "empty-steps", key, steps=steps)
