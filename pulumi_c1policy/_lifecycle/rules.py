"""What must hold between the fields of a policy. Pure.

Source of the rules: the vendor's API documentation and the notes of its provider's acceptance tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from pulumi_c1policy._cel.silence import silenced
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._lifecycle.validate import check_message
from pulumi_c1policy._model.enums import POLICY_TYPE
from pulumi_c1policy._model.paths import Key, Path, order
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._model.unknown import UNKNOWN

_ANNOTATION_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._/-]{0,127}", re.ASCII)
_ANNOTATION_VALUE = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{0,256}", re.ASCII)
_ANNOTATION_BYTES = 4096
_WITHOUT_REVIEW = ("POLICY_TYPE_REVOKE", "POLICY_TYPE_PROVISION")


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
            f'stands in for the baseline, so `policy_steps["{key}"]` must go, or this',
        )
    elif key not in steps and not other:
        near = get_close_matches(key, [str(k).lower() for k in steps], n=1)
        hint = f"; its key must be exactly {key!r}" if near else ""
        yield Finding(
            ("policy_steps",),
            "no-baseline",
            f'lacks the baseline `policy_steps["{key}"]`, without which a request that matches no '
            f"rule is stranded{hint}; add it, or set `baseline_policy_id`",
        )


def _step_keys(inputs: Tree) -> Iterator[Finding]:
    steps = _steps(inputs)
    if not isinstance(steps, dict):
        return
    for index, rule in _rules(inputs):
        old, new = rule.get("policy_key"), rule.get("step_key")
        if isinstance(old, str) and isinstance(new, str) and old and new and old != new:
            text = f"is the old spelling of `step_key`, which says {new!r}; leave this one out"
            yield Finding(("rules", index, "policy_key"), "two-spellings", text)
        name = "step_key" if new else "policy_key"
        key = rule.get(name)
        if not isinstance(key, str) or not key or key in steps:
            continue
        near = get_close_matches(key, list(steps), n=1)
        hint = f"did you mean {near[0]!r}?" if near else _there_are(steps)
        yield Finding(
            ("rules", index, name),
            "no-such-steps",
            f"points to {key!r}, which is no key of `policy_steps`; {hint}",
        )


def _there_are(steps: Tree) -> str:
    return "its keys are " + ", ".join(map(repr, steps)) if steps else "it has none"


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
        if "dead-rule" in silenced(condition):
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


def _empty_lists(inputs: Tree) -> Iterator[Finding]:
    steps = inputs.get("policy_steps") or {}
    for key, entry in steps.items() if isinstance(steps, dict) else ():
        if isinstance(entry, dict) and not any(entry.values()):
            yield Finding(
                ("policy_steps", Key(key)),
                "no-steps",
                "holds no steps, so nobody decides a request that comes here; add steps, such as "
                '{"approval": {"manager": {}}} or {"reject": {}}',
                "warning",
            )


def _distinct_approvers(inputs: Tree) -> Iterator[Finding]:
    kind, name = inputs.get("policy_type"), "require_distinct_approvers"
    if kind not in _WITHOUT_REVIEW:
        return
    for path, approval in _approvals(inputs):
        for member, who in approval.items():
            if isinstance(who, dict) and who.get(name) is True:
                text = f"is for request and review policies, not for {kind}; leave it out"
                yield Finding((*path, member, name), "not-for-type", text, "warning")


def _approvals(inputs: Tree) -> Iterator[tuple[Path, Tree]]:
    lists = inputs.get("policy_steps")
    for key, entry in lists.items() if isinstance(lists, dict) else ():
        steps = entry.get("steps") if isinstance(entry, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            approval = step.get("approval") if isinstance(step, dict) else None
            if isinstance(approval, dict):
                yield ("policy_steps", Key(key), "steps", index, "approval"), approval


def _post_actions(inputs: Tree) -> Iterator[Finding]:
    kind, actions = inputs.get("policy_type"), inputs.get("post_actions") or []
    if not isinstance(kind, str) or kind == "POLICY_TYPE_CERTIFY" or not isinstance(actions, list):
        return
    for index, action in enumerate(actions):
        if isinstance(action, dict) and action.get("certify_remediate_immediately") is True:
            yield Finding(
                ("post_actions", index, "certify_remediate_immediately"),
                "certify-only",
                "is for policies of type POLICY_TYPE_CERTIFY only; leave it out",
            )


def _annotations(inputs: Tree) -> Iterator[Finding]:
    notes = inputs.get("annotations") or {}
    if not isinstance(notes, dict):
        return
    kept = sum(1 for value in notes.values() if value)
    if kept > (most := POLICY.fields["annotations"].most or 0):
        text = f"takes at most {most} keys with the three that Pulumi sets, has {kept}"
        yield Finding(("annotations",), "too-many", text)
    size = 0
    for key, value in notes.items():
        path = ("annotations", Key(key))
        if key.startswith("c1/"):
            yield Finding(path, "annotation-key", "the prefix `c1/` is ConductorOne's own")
        elif not _ANNOTATION_KEY.fullmatch(key):
            text = "a key starts with a letter, then at most 127 of letters, digits and . _ / -"
            yield Finding(path, "annotation-key", text)
        if isinstance(value, str):
            size += len(key.encode()) + len(value.encode())
            if not _ANNOTATION_VALUE.fullmatch(value):
                text = "a value is at most 256 characters that may stand in a URL, without spaces"
                yield Finding(path, "annotation-value", text)
    if size > _ANNOTATION_BYTES:
        text = f"takes at most {_ANNOTATION_BYTES} bytes in all, has {size}"
        yield Finding(("annotations",), "too-large", text)


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
    _baseline,
    _step_keys,
    _empty_lists,
    _dead_rules,
    _distinct_approvers,
    _post_actions,
    _annotations,
)
