"""Checks of the relations between the fields of a policy. Pure.

Sources: the vendor's API description, its CLI, and the acceptance tests of its Terraform provider.
The registry of rules has the certainty of each rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from pulumi_c1policy._cel.ignore_comments import find_ignored_rules
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._lifecycle.checks import annotation_checks, approval_checks
from pulumi_c1policy._lifecycle.checks.message_checks import check_message
from pulumi_c1policy._model.enums import POLICY_TYPE
from pulumi_c1policy._model.paths import Key, get_sort_key
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN

_CREATABLE = ("POLICY_TYPE_GRANT", "POLICY_TYPE_REVOKE", "POLICY_TYPE_CERTIFY")
_TERMINAL = ("accept", "reject")


def check(inputs: Tree) -> list[Finding]:
    """Check the inputs of a policy.

    Args:
        inputs: The inputs as written; values may be `UNKNOWN` at any depth.

    Returns:
        All findings, in the order of the paths.
    """
    found = list(check_message(POLICY, inputs, ()))
    broken = {finding.path[0] for finding in found if finding.path and finding.severity == "error"}
    for check_rule in _CHECKS:
        found += check_rule(inputs)
    if "rules" not in broken:  # A misspelt rule may reach the steps.
        found += _check_reachability(inputs)
    return sorted(found, key=lambda finding: get_sort_key(finding.path))


def get_baseline_key(policy_type: str) -> str:
    """Return the key of the baseline: `POLICY_TYPE_GRANT` -> `grant`."""
    return policy_type.removeprefix("POLICY_TYPE_").lower()


def _check_type(inputs: Tree) -> Iterator[Finding]:
    kind = inputs.get("policy_type")
    if kind in POLICY_TYPE.values[1:] and kind not in _CREATABLE:
        why = (
            "is deprecated" if kind == "POLICY_TYPE_ACCESS_REQUEST" else "is internal to the server"
        )
        text = (
            f"cannot be {kind!r}: that type {why}, and a tenant probably rejects it; write one of "
            f"{', '.join(_CREATABLE)}"
        )
        yield Finding(("policy_type",), "policy-type", text)


def _check_baseline(inputs: Tree) -> Iterator[Finding]:
    kind, steps = inputs.get("policy_type"), _get_steps(inputs)
    other = inputs.get("baseline_policy_id")
    if kind not in POLICY_TYPE.values[1:] or not isinstance(steps, dict):
        return
    key = get_baseline_key(kind)
    if key in steps and isinstance(other, str) and other:
        yield Finding(
            ("baseline_policy_id",),
            "two-baselines",
            f'cannot be combined with `policy_steps["{key}"]`; remove one of them',
        )
    elif key not in steps and not other:
        near = get_close_matches(key, [str(k).lower() for k in steps], n=1)
        hint = f" (its key must be exactly {key!r})" if near else ""
        yield Finding(
            ("policy_steps",),
            "no-baseline",
            f'lacks the baseline `policy_steps["{key}"]`{hint}: according to the vendor\'s CLI the '
            "server silently stores a rejection there, so every request that no rule matches is "
            "denied; add the baseline, or set `baseline_policy_id`, or write "
            f'{{"{key}": {{"steps": [{{"reject": {{}}}}]}}}} to mean a denial',
        )


def _check_step_keys(inputs: Tree) -> Iterator[Finding]:
    steps = _get_steps(inputs)
    if not isinstance(steps, dict):
        return
    for index, rule in _list_rules(inputs):
        old, new = rule.get("policy_key"), rule.get("step_key")
        if isinstance(old, str) and isinstance(new, str) and old and new and old != new:
            text = f"is the deprecated spelling of `step_key`, which is {new!r}; remove this one"
            yield Finding(("rules", index, "policy_key"), "two-spellings", text)
        name = "step_key" if new else "policy_key"
        key = rule.get(name)
        if not isinstance(key, str) or not key or key in steps:
            continue
        near = get_close_matches(key, list(steps), n=1)
        hint = f"did you mean {near[0]!r}?" if near else _list_keys(steps)
        yield Finding(
            ("rules", index, name),
            "no-such-steps",
            f"is {key!r}, which is not a key of `policy_steps`; {hint}",
        )


def _list_keys(steps: Tree) -> str:
    if not steps:
        return "`policy_steps` has no keys"
    # The engine passes maps on in any order.
    return "its keys are " + ", ".join(map(repr, sorted(steps)))


def _check_reachability(inputs: Tree) -> Iterator[Finding]:
    kind, steps = inputs.get("policy_type"), _get_steps(inputs)
    rules = inputs.get("rules") or []
    if not isinstance(kind, str) or not isinstance(steps, dict) or rules is UNKNOWN:
        return
    used = [rule.get("step_key") or rule.get("policy_key") for _, rule in _list_rules(inputs)]
    if UNKNOWN in used or UNKNOWN in rules:
        return
    for key in steps:
        if key != get_baseline_key(kind) and key not in used:
            yield Finding(
                ("policy_steps", Key(key)),
                "unreachable",
                "no rule points to these steps and they are not the baseline; nothing reaches them",
                "warning",
            )


def _check_dead_rules(inputs: Tree) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, rule in _list_rules(inputs):
        condition = rule.get("condition")
        if not isinstance(condition, str):
            continue
        text = " ".join(condition.split())
        if "dead-rule" in find_ignored_rules(condition):
            continue
        if text == "false":
            why = "is never reached: its condition is never true"
            yield Finding(("rules", index), "dead-rule", why, "warning")
            continue
        earlier = seen.get("true", seen.get(text))
        if earlier is not None:
            why = "always matches" if "true" in seen else "has the same condition"
            yield Finding(
                ("rules", index),
                "dead-rule",
                f"is never reached: rules[{earlier}] above it {why}",
                "warning",
            )
        seen.setdefault(text, index)


def _check_step_lists(inputs: Tree) -> Iterator[Finding]:
    """Check that each list contains steps, and none after a step that ends the request."""
    lists = inputs.get("policy_steps") or {}
    for key, entry in lists.items() if isinstance(lists, dict) else ():
        if not isinstance(entry, dict):
            continue
        steps = entry.get("steps")
        if steps is None or steps == []:
            yield Finding(
                ("policy_steps", Key(key)),
                "no-steps",
                "contains no steps, and a tenant rejects an empty list with HTTP 400; add a step, "
                "such as "
                '{"approval": {"manager": {}}} or {"reject": {}}, or remove the key',
            )
        for index, step in enumerate(steps[:-1] if isinstance(steps, list) else ()):
            ends = next(
                (k for k in _TERMINAL if isinstance(step, dict) and step.get(k) is not None), ""
            )
            if ends:
                yield Finding(
                    ("policy_steps", Key(key), "steps", index + 1),
                    "after-end",
                    f"never runs: the `{ends}` in steps[{index}] ends the request; remove one of "
                    "them",
                    "warning",
                )
                break


def _check_post_actions(inputs: Tree) -> Iterator[Finding]:
    kind, actions = inputs.get("policy_type"), inputs.get("post_actions") or []
    if not isinstance(kind, str) or kind == "POLICY_TYPE_CERTIFY" or not isinstance(actions, list):
        return
    for index, action in enumerate(actions):
        if isinstance(action, dict) and action.get("certify_remediate_immediately") is True:
            yield Finding(
                ("post_actions", index, "certify_remediate_immediately"),
                "certify-only",
                "is for policies of type POLICY_TYPE_CERTIFY only; remove it",
            )


def _get_steps(inputs: Tree) -> Value:
    """Return the lists of steps by key, or the value that was written instead."""
    steps = inputs.get("policy_steps")
    return {} if steps is None else steps


def _list_rules(inputs: Tree) -> Iterator[tuple[int, Tree]]:
    rules = inputs.get("rules") or []
    if rules is UNKNOWN or not isinstance(rules, list):
        return
    for index, rule in enumerate(rules):
        if isinstance(rule, dict):
            yield index, rule


_CHECKS = (
    _check_type,
    _check_baseline,
    _check_step_keys,
    _check_step_lists,
    _check_dead_rules,
    approval_checks.check_approvals,
    _check_post_actions,
    annotation_checks.check_annotations,
)
