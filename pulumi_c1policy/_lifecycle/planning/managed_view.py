"""The part of a live policy that a program decides about. Pure.

A live policy holds things that no program wrote and none has to mention. They are left out of the
view, so that they are neither a difference nor drift:

- annotations of others;
- steps that tenants refuse (`refused_steps`), unless the program itself writes steps of that kind;
- the rejection that a tenant stores as the baseline of a policy without one;
- the user of an agent, which the server chooses.

An update that sends `policySteps` would drop the refused steps: see `plan`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pulumi_c1policy._lifecycle.checks import refused_steps
from pulumi_c1policy._lifecycle.planning.normalize import canonical
from pulumi_c1policy._lifecycle.planning.ownership import MARKS
from pulumi_c1policy._model.paths import text
from pulumi_c1policy._model.steps import POLICY_STEPS
from pulumi_c1policy._model.tree import Tree, Value

_FILLED_IN: Tree = {"steps": [{"reject": {}}]}


def view(inputs: Tree, live: Tree) -> Tree:
    """The live policy (decoded) as far as a program with these inputs decides about it."""
    return _without_filled_baseline(inputs, without_kept_steps(inputs, _annotations(inputs, live)))


def held_steps(inputs: Tree, live: Tree) -> dict[str, str]:
    """The refused steps of a live policy that the program does not write: the rule by the path."""
    written = written_rules(inputs)
    return {text(path): rule for path, rule in refused_steps.find(live) if rule not in written}


def without_kept_steps(inputs: Tree, tree: Tree) -> Tree:
    """`tree` without refused steps and users of agents, unless `inputs` have such themselves."""
    tree = refused_steps.remove(tree, written_rules(inputs))
    if not _agent_users(inputs.get("policy_steps")) and _agent_users(tree.get("policy_steps")):
        tree = tree | {"policy_steps": _without_agent_users(tree["policy_steps"])}
    return tree


def written_rules(inputs: Tree) -> frozenset[str]:
    """The rules that the program breaks itself: it writes steps of these kinds."""
    return frozenset(rule for _, rule in refused_steps.find(inputs))


def _annotations(inputs: Tree, tree: Tree) -> Tree:
    notes = tree.get("annotations")
    if not notes:
        return tree
    keys: Collection[str] = {*(inputs.get("annotations") or {}), *MARKS}
    return tree | {"annotations": {key: value for key, value in notes.items() if key in keys}}


def _without_filled_baseline(inputs: Tree, tree: Tree) -> Tree:
    lists, written = tree.get("policy_steps"), inputs.get("policy_steps") or {}
    kind = str(inputs.get("policy_type") or tree.get("policy_type") or "")
    key = kind.removeprefix("POLICY_TYPE_").lower()
    if not isinstance(lists, dict) or not isinstance(written, Mapping) or key in written:
        return tree
    entry = lists.get(key)
    if not isinstance(entry, dict) or canonical(POLICY_STEPS, entry) != _FILLED_IN:
        return tree
    return tree | {"policy_steps": {k: v for k, v in lists.items() if k != key}}


def _agent_users(lists: Value) -> bool:
    return isinstance(lists, dict) and any(
        agent.get("agent_user_id")
        for entry in lists.values()
        for agent in map(_agent, _steps(entry))
    )


def _steps(entry: Value) -> list[Value]:
    steps = entry.get("steps") if isinstance(entry, dict) else None
    return steps if isinstance(steps, list) else []


def _agent(step: Value) -> Tree:
    approval = step.get("approval") if isinstance(step, dict) else None
    agent = approval.get("agent") if isinstance(approval, dict) else None
    return agent if isinstance(agent, dict) else {}


def _without_agent_users(lists: Tree) -> Tree:
    return {
        key: entry | {"steps": [_without_agent_user(step) for step in _steps(entry)]}
        if _steps(entry)
        else entry
        for key, entry in lists.items()
    }


def _without_agent_user(step: Value) -> Value:
    agent = _agent(step)
    if "agent_user_id" not in agent:
        return step
    kept = {name: value for name, value in agent.items() if name != "agent_user_id"}
    return step | {"approval": step["approval"] | {"agent": kept}}
