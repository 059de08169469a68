"""What must hold between the fields of a policy. Pure.

Sources: the vendor's API description, its CLI, and the acceptance tests of its Terraform provider. Each
rule's certainty stands in the registry of rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from pulumi_c1policy._cel.ignore_comments import find_ignored_rules
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._lifecycle.checks import annotation_checks as annotation_rules
from pulumi_c1policy._lifecycle.checks import approval_checks as approval_rules
from pulumi_c1policy._lifecycle.checks.message_checks import check_message
from pulumi_c1policy._model.enums import POLICY_TYPE
from pulumi_c1policy._model.paths import Key, order
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN

_CREATABLE = ("POLICY_TYPE_GRANT", "POLICY_TYPE_REVOKE", "POLICY_TYPE_CERTIFY")
_TERMINAL = ("accept", "reject")


def check(inputs: Tree) -> list[Finding]:
    """Everything that is wrong or doubtful in `inputs`, in the order of the paths.

    Args:
        inputs: What the program wrote; values may be `UNKNOWN` at any depth.
    """
    found = list(check_message(POLICY, inputs, ()))
    broken = {finding.path[0] for finding in found if finding.path and finding.severity == "error"}
    for rule in _RULES:
        found += rule(inputs)
    if "rules" not in broken:  # A rule that is misspelt may well reach the steps.
        found += _unreachable(inputs)
    return sorted(found, key=lambda finding: order(finding.path))


def baseline_key(policy_type: str) -> str:
    """The key of the baseline: `POLICY_TYPE_GRANT` -> `grant`."""
    return policy_type.removeprefix("POLICY_TYPE_").lower()


def _type(inputs: Tree) -> Iterator[Finding]:
    kind = inputs.get("policy_type")
    if kind in POLICY_TYPE.values[1:] and kind not in _CREATABLE:
        why = (
            "is deprecated" if kind == "POLICY_TYPE_ACCESS_REQUEST" else "is internal to the server"
        )
        text = (
            f"cannot be {kind!r}: that type {why}, and a tenant is believed to refuse it; write one of "
            f"{', '.join(_CREATABLE)}"
        )
        yield Finding(("policy_type",), "policy-type", text)


def _baseline(inputs: Tree) -> Iterator[Finding]:
    kind, steps = inputs.get("policy_type"), _steps(inputs)
    other = inputs.get("baseline_policy_id")
    if kind not in POLICY_TYPE.values[1:] or not isinstance(steps, dict):
        return
    key = baseline_key(kind)
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


def _step_keys(inputs: Tree) -> Iterator[Finding]:
    steps = _steps(inputs)
    if not isinstance(steps, dict):
        return
    for index, rule in _rules(inputs):
        old, new = rule.get("policy_key"), rule.get("step_key")
        if isinstance(old, str) and isinstance(new, str) and old and new and old != new:
            text = f"is the deprecated spelling of `step_key`, which is {new!r}; remove this one"
            yield Finding(("rules", index, "policy_key"), "two-spellings", text)
        name = "step_key" if new else "policy_key"
        key = rule.get(name)
        if not isinstance(key, str) or not key or key in steps:
            continue
        near = get_close_matches(key, list(steps), n=1)
        hint = f"did you mean {near[0]!r}?" if near else _existing_keys(steps)
        yield Finding(
            ("rules", index, name),
            "no-such-steps",
            f"is {key!r}, which is not a key of `policy_steps`; {hint}",
        )


def _existing_keys(steps: Tree) -> str:
    if not steps:
        return "`policy_steps` has no keys"
    # The engine hands maps on in any order.
    return "its keys are " + ", ".join(map(repr, sorted(steps)))


def _unreachable(inputs: Tree) -> Iterator[Finding]:
    kind, steps = inputs.get("policy_type"), _steps(inputs)
    rules = inputs.get("rules") or []
    if not isinstance(kind, str) or not isinstance(steps, dict) or rules is UNKNOWN:
        return
    used = [rule.get("step_key") or rule.get("policy_key") for _, rule in _rules(inputs)]
    if UNKNOWN in used or UNKNOWN in rules:
        return
    for key in steps:
        if key != baseline_key(kind) and key not in used:
            yield Finding(
                ("policy_steps", Key(key)),
                "unreachable",
                "no rule points to these steps and they are not the baseline; nothing reaches them",
                "warning",
            )


def _dead_rules(inputs: Tree) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, rule in _rules(inputs):
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


def _lists(inputs: Tree) -> Iterator[Finding]:
    """Check each list of steps: it holds steps, and none after the one that ends the request."""
    lists = inputs.get("policy_steps") or {}
    for key, entry in lists.items() if isinstance(lists, dict) else ():
        if not isinstance(entry, dict):
            continue
        steps = entry.get("steps")
        if steps is None or steps == []:
            yield Finding(
                ("policy_steps", Key(key)),
                "no-steps",
                "holds no steps, and a tenant refuses an empty list with HTTP 400; add a step, such as "
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
                    f"never runs: the `{ends}` in steps[{index}] ends the request; remove one of them",
                    "warning",
                )
                break


def _post_actions(inputs: Tree) -> Iterator[Finding]:
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


def _steps(inputs: Tree) -> Value:
    """The lists of steps by key, or whatever was written instead."""
    steps = inputs.get("policy_steps")
    return {} if steps is None else steps


def _rules(inputs: Tree) -> Iterator[tuple[int, Value]]:
    rules = inputs.get("rules") or []
    if rules is UNKNOWN or not isinstance(rules, list):
        return
    for index, rule in enumerate(rules):
        if isinstance(rule, dict):
            yield index, rule


_RULES = (
    _type,
    _baseline,
    _step_keys,
    _lists,
    _dead_rules,
    approval_rules.check,
    _post_actions,
    annotation_rules.check,
)
