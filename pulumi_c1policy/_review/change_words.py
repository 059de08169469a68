"""The change of a policy in a person's words."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_c1policy._lifecycle.planning.diff import Change, compare
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._review.condition_keys import make_condition_key
from pulumi_c1policy._review.outcome_order import compare_outcomes, read_outcome
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._simulate.policy_rules import PolicyRule, RuleTarget, list_rules

_OWNERSHIP = ("managed_by", "iac_workspace", "iac_resource_address")


def list_changes(pair: PolicyPair) -> list[Change]:
    """List the changed leaves of a policy, without those that only the tenant or a stack sets."""
    if pair.old is None or pair.new is None:
        return []
    trees = [_drop_ownership(each.tree) for each in (pair.old, pair.new)]
    return [
        change for change in compare(POLICY, *trees) if not POLICY.fields[change.field].output_only
    ]


def _drop_ownership(tree: Tree) -> Tree:
    """Return a policy without the annotations that each deployment writes."""
    annotations = tree.get("annotations")
    if not isinstance(annotations, dict):
        return tree
    kept = {name: value for name, value in annotations.items() if name not in _OWNERSHIP}
    return {**tree, "annotations": kept}


def describe_changes(pair: PolicyPair, policies: PolicySet) -> list[str]:
    """Describe what changes, one sentence without a full stop for each change."""
    if pair.old is None or pair.new is None:
        word = "new" if pair.old is None else "deleted"
        return [f"the policy is {word}"]
    changes = list_changes(pair)
    found = [
        *_describe_rules(pair.old.tree, pair.new.tree),
        *_describe_steps(pair.old.tree, pair.new.tree, policies, changes),
        *_describe_fields(changes),
    ]
    return list(dict.fromkeys(found))


def _describe_steps(
    old: Tree, new: Tree, policies: PolicySet, changes: list[Change]
) -> Iterator[str]:
    before, after = (tree.get("policy_steps") or {} for tree in (old, new))
    for key in dict.fromkeys([*before, *after]):
        name = _name_steps(new, key)
        if key not in after:
            yield f"{name}: the steps are removed"
            continue
        if key not in before:
            yield f"{name}: the steps are added"
            continue
        targets = (_make_target(key, steps) for steps in (before[key], after[key]))
        outcomes = [read_outcome(target) for target in targets]
        found = compare_outcomes(outcomes[0], outcomes[1], policies.links)
        yield from (f"{name}: {each.text}" for each in found)
        is_changed = any(_is_below(change, key) for change in changes)
        if is_changed and not found:
            yield f"{name}: the steps are written differently, which has no effect on approvals"


def _make_target(key: str, steps: Tree) -> RuleTarget:
    listed = tuple((steps or {}).get("steps") or ())
    return RuleTarget("steps" if listed else "empty-steps", key, steps=listed)


def _is_below(change: Change, key: str) -> bool:
    wanted = compare_path(key)
    return change.field == "policy_steps" and format_path(change.path).startswith(wanted)


def compare_path(key: str) -> str:
    """Return the text with which the paths of a list of steps begin."""
    from pulumi_c1policy._model.paths import Key

    return format_path(("policy_steps", Key(key)))


def _name_steps(tree: Tree, key: str) -> str:
    own = str(tree.get("policy_type", "")).removeprefix("POLICY_TYPE_").lower()
    return "baseline" if key == own else f"steps {key!r}"


def _describe_rules(old: Tree, new: Tree) -> Iterator[str]:
    before = {_make_key(rule): rule for rule in list_rules(old)}
    after = {_make_key(rule): rule for rule in list_rules(new)}
    gone = [rule for key, rule in before.items() if key not in after]
    come = [rule for key, rule in after.items() if key not in before]
    for rule in list(gone):
        partner = next((each for each in come if _leads_to_same(rule, each)), None)
        if partner is not None:
            gone.remove(rule)
            come.remove(partner)
            target = _name_target(rule.target)
            yield f"{target} now decides if {partner.condition}, instead of if {rule.condition}"
    for rule in gone:
        yield f"{_name_target(rule.target)} no longer decides if {rule.condition}"
    for rule in come:
        yield f"{_name_target(rule.target)} decides if {rule.condition} (a new rule)"
    same = [key for key in before if key in after]
    for key in same:
        one, other = before[key].target, after[key].target
        if (one.key, one.policy_id) != (other.key, other.policy_id):
            yield (
                f"if {after[key].condition}, {_name_target(other)} decides "
                f"instead of {_name_target(one)}"
            )
    if same != [key for key in after if key in before]:
        yield "the rules have another order"


def _make_key(rule: PolicyRule) -> object:
    return make_condition_key(rule.condition)


def _leads_to_same(one: PolicyRule, other: PolicyRule) -> bool:
    return (one.target.key, one.target.policy_id) == (other.target.key, other.target.policy_id)


def _name_target(target: RuleTarget) -> str:
    return f"the policy {target.policy_id}" if target.policy_id else f"steps {target.key!r}"


def _describe_fields(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        if change.field in ("policy_steps", "rules"):
            continue
        path = format_path(change.path)
        match change.kind:
            case "add":
                yield f"{path} is set to {change.after!r}"
            case "delete":
                yield f"{path} is removed (it was {change.before!r})"
            case "update":
                yield f"{path} is {change.after!r} instead of {change.before!r}"
