"""The facts that are particular to policies. Pure.

A live policy contains parts that no program wrote and that no program has to mention. They are not
managed, so they are neither a difference nor drift:

- annotations of others;
- held steps: steps that tenants reject, unless the program itself writes steps of that kind;
- the rejection that a tenant stores as the baseline of a policy without one;
- the user of an agent, which the server chooses.

An update that sends `policySteps` would drop the held steps, so it is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pulumi_c1policy._lifecycle.checks import rejected_steps
from pulumi_c1policy._lifecycle.checks.approval_checks import find_agents_choosing
from pulumi_c1policy._lifecycle.checks.chains import find_references
from pulumi_c1policy._lifecycle.planning import refusals
from pulumi_c1policy._lifecycle.planning.object_kind import Objection, ObjectKind
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._model.normalize import canonicalize
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.steps import POLICY_STEPS
from pulumi_c1policy._model.tree import Tree, Value

_FILLED_IN: Tree = {"steps": [{"reject": {}}]}
"""The baseline that a tenant stores for a policy without one."""

_STEPS = "policySteps"


def select_managed(inputs: Tree, live: Tree) -> Tree:
    """Select the part of a live policy (decoded) that a program with these inputs decides about."""
    managed = drop_held_steps(inputs, _select_annotations(inputs, live))
    return _drop_filled_baseline(inputs, managed)


def find_held_steps(inputs: Tree, live: Tree) -> dict[str, str]:
    """Find the held steps of a live policy: the rule id by the path."""
    written = find_written_rules(inputs)
    return {
        format_path(path): rule
        for path, rule in rejected_steps.find_steps(live)
        if rule not in written
    }


def drop_held_steps(inputs: Tree, policy: Tree) -> Tree:
    """Drop held steps and the users of agents, unless the inputs contain such themselves."""
    policy = rejected_steps.remove_steps(policy, find_written_rules(inputs))
    lists = policy.get("policy_steps")
    if not _has_agent_users(inputs.get("policy_steps")) and _has_agent_users(lists):
        policy = policy | {"policy_steps": _drop_agent_users(policy["policy_steps"])}
    return policy


def find_written_rules(inputs: Tree) -> frozenset[str]:
    """Find the rules about rejected steps that the inputs themselves break."""
    return frozenset(rule for _, rule in rejected_steps.find_steps(inputs))


def find_objections(policy_id: str | None, desired: Tree) -> list[Objection]:
    """Find references of a policy to itself; an id exists only after the create."""
    found = []
    if own := [p for p, target in find_references(desired) if policy_id and target == policy_id]:
        found.append(Objection("self-reference", refusals.refuse_self_reference(own)))
    if own := find_agents_choosing(policy_id, desired):
        found.append(Objection("agent-policies", refusals.refuse_agent_reference(own)))
    return found


def extend_mask(prior: Tree, desired: Tree, mask: tuple[str, ...]) -> tuple[str, ...]:
    """Add the steps to a mask that sets `baselinePolicyId` for the first time.

    The tenant stores a list of steps under the baseline's key, at least the one that it fills in.
    It accepts the other policy only in place of that list.
    """
    if desired.get("baseline_policy_id") and not prior.get("baseline_policy_id"):
        return tuple(sorted({*mask, _STEPS}))
    return mask


def _select_annotations(inputs: Tree, policy: Tree) -> Tree:
    notes = policy.get("annotations")
    if not notes:
        return policy
    keys: Collection[str] = {*(inputs.get("annotations") or {}), *OWNERSHIP_KEYS}
    return policy | {"annotations": {key: value for key, value in notes.items() if key in keys}}


def _drop_filled_baseline(inputs: Tree, policy: Tree) -> Tree:
    lists, written = policy.get("policy_steps"), inputs.get("policy_steps") or {}
    policy_type = str(inputs.get("policy_type") or policy.get("policy_type") or "")
    key = policy_type.removeprefix("POLICY_TYPE_").lower()
    if not isinstance(lists, dict) or not isinstance(written, Mapping) or key in written:
        return policy
    entry = lists.get(key)
    if not isinstance(entry, dict) or canonicalize(POLICY_STEPS, entry) != _FILLED_IN:
        return policy
    return policy | {"policy_steps": {k: v for k, v in lists.items() if k != key}}


def _has_agent_users(lists: Value) -> bool:
    return isinstance(lists, dict) and any(
        agent.get("agent_user_id")
        for entry in lists.values()
        for agent in map(_get_agent, _get_steps(entry))
    )


def _get_steps(entry: Value) -> list[Value]:
    steps = entry.get("steps") if isinstance(entry, dict) else None
    return steps if isinstance(steps, list) else []


def _get_agent(step: Value) -> Tree:
    approval = step.get("approval") if isinstance(step, dict) else None
    agent = approval.get("agent") if isinstance(approval, dict) else None
    return agent if isinstance(agent, dict) else {}


def _drop_agent_users(lists: Tree) -> Tree:
    return {
        key: entry | {"steps": [_drop_agent_user(step) for step in _get_steps(entry)]}
        if _get_steps(entry)
        else entry
        for key, entry in lists.items()
    }


def _drop_agent_user(step: Value) -> Value:
    agent = _get_agent(step)
    if "agent_user_id" not in agent or not isinstance(step, dict):
        return step
    rest = {name: value for name, value in agent.items() if name != "agent_user_id"}
    return step | {"approval": step["approval"] | {"agent": rest}}


POLICY_KIND = ObjectKind(
    message=POLICY,
    select_managed=select_managed,
    drop_unwritten=drop_held_steps,
    find_held=find_held_steps,
    held_field=_STEPS,
    find_written_rules=find_written_rules,
    find_objections=find_objections,
    extend_mask=extend_mask,
    noun="the policy",
    # Without this check, the missing type would be a change that replaces the policy.
    identity={"policy_type": "the policy's type"},
    is_owned=True,
    defaults={"system_builtin": False},
)
"""Policies, as the lifecycle sees them."""
