"""Rules and their steps in one expression: `when(...)` and `otherwise(...)`.

In a policy, a rule and its steps are separate and share a key. Here they are written together, and
the key is computed from the condition: it does not change when rules are reordered or their steps
change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NotRequired, TypeAlias, TypedDict, cast, overload

from pulumi_c1policy.builders._optional_fields import drop_unset

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from pulumi_c1policy.inputs import (
        PolicyPostActionsArgsDict,
        PolicyStepArgsDict,
        PolicyStepsArgsDict,
        PolicyType,
        RuleArgsDict,
    )
    from pulumi_c1policy.lookup_results import PolicyId
    from pulumi_c1policy.resource import Policy

    Steps: TypeAlias = pulumi.Input[Sequence[pulumi.Input[PolicyStepArgsDict]]]
    Part: TypeAlias = "When | Otherwise | pulumi.Input[PolicyStepArgsDict]"

_WORDS = re.compile(r"[a-z0-9]+")
_MAX_SLUG_LENGTH = 40


@dataclass(frozen=True)
class When:
    """A condition, and the treatment of the requests that it matches."""

    condition: pulumi.Input[str]
    steps: Steps | None
    policy: Policy | pulumi.Input[PolicyId] | None
    key: str | None


@dataclass(frozen=True)
class Otherwise:
    """The treatment of the requests that no condition matches: the baseline."""

    steps: Steps | None
    policy: Policy | pulumi.Input[PolicyId] | None


class Flow(TypedDict):
    """Arguments of `Policy`: the kind of request that it decides, and how."""

    policy_type: PolicyType
    policy_steps: NotRequired[dict[str, PolicyStepsArgsDict]]
    rules: NotRequired[list[RuleArgsDict]]
    baseline_policy_id: NotRequired[pulumi.Input[PolicyId]]
    post_actions: NotRequired[list[PolicyPostActionsArgsDict]]


@overload
def when(condition: str, *, steps: Steps, key: str | None = None) -> When: ...
@overload
def when(condition: pulumi.Input[str], *, steps: Steps, key: str) -> When: ...
@overload
def when(condition: pulumi.Input[str], *, policy: Policy | pulumi.Input[PolicyId]) -> When: ...
def when(
    condition: pulumi.Input[str],
    *,
    steps: Steps | None = None,
    policy: Policy | pulumi.Input[PolicyId] | None = None,
    key: str | None = None,
) -> When:
    """Send the requests that a condition matches through these steps, or to another policy.

    Rules are tried in their order; the first match wins.

    Args:
        condition: A CEL expression that returns a bool.
        steps: The steps of a matching request.
        policy: The policy of the same type that gets a matching request, or its id.
        key: The steps' key in the policy, if it should not change with the condition. Required if
            the condition is an output.
    """
    return When(condition, steps, policy, key)


@overload
def otherwise(*, steps: Steps) -> Otherwise: ...
@overload
def otherwise(*, policy: Policy | pulumi.Input[PolicyId]) -> Otherwise: ...
def otherwise(
    *, steps: Steps | None = None, policy: Policy | pulumi.Input[PolicyId] | None = None
) -> Otherwise:
    """Send the requests that no condition matches through these steps, or to another policy.

    Args:
        steps: The baseline steps.
        policy: The policy that replaces them, or its id.
    """
    return Otherwise(steps, policy)


def get_id(policy: Policy | pulumi.Input[PolicyId]) -> pulumi.Input[PolicyId]:
    """Return the id of a policy, or the id or the result of a lookup itself."""
    if isinstance(policy, str):
        return policy
    # A caller that passes an object has loaded Pulumi already.
    from pulumi import Resource

    return cast("pulumi.Input[PolicyId]", policy.id if isinstance(policy, Resource) else policy)


def assemble(policy_type: PolicyType, parts: Iterable[Part]) -> Flow:
    """Assemble the arguments of `Policy` from rules and the baseline.

    Args:
        policy_type: The kind of request that the policy decides.
        parts: The rules in their order, and the baseline: bare steps or `otherwise`.

    Raises:
        TypeError: Two parts are the baseline.
        ValueError: Two lists of steps have the same key.
    """
    rules: list[dict[str, Any]] = []
    own = policy_type.removeprefix("POLICY_TYPE_").lower()
    lists: dict[str, Any] = {own: None}
    baseline: list[Any] = []
    fallthrough: Otherwise | None = None
    for part in parts:
        if isinstance(part, When):
            rules.append(_make_rule(part, lists))
        elif not isinstance(part, Otherwise):
            baseline.append(part)
        elif fallthrough is not None:
            raise TypeError("a policy takes one otherwise(...); remove the other one")
        else:
            fallthrough = part
    if baseline and fallthrough is not None:
        raise TypeError("otherwise(...) is the baseline; write the bare steps in it")
    last = fallthrough or Otherwise(steps=baseline or None, policy=None)
    lists[own] = None if last.steps is None else {"steps": last.steps}
    found = drop_unset(
        policy_steps=drop_unset(**lists) or None,
        rules=rules or None,
        baseline_policy_id=None if last.policy is None else get_id(last.policy),
    )
    return cast("Flow", {"policy_type": policy_type, **found})


def _make_rule(part: When, lists: dict[str, Any]) -> dict[str, Any]:
    """Return the rule; add its steps to `lists`."""
    rule: dict[str, Any] = {"condition": part.condition}
    if part.policy is not None:
        rule["policy_id"] = get_id(part.policy)
    if part.steps is not None:
        key = part.key or _make_key(part.condition, taken=lists)
        if key in lists:
            raise ValueError(
                f"two lists of steps have the key {key!r}; pass a different key=... to one of them"
            )
        lists[key] = {"steps": part.steps}
        rule["step_key"] = key
    return rule


def _make_key(condition: pulumi.Input[str], taken: Iterable[str]) -> str:
    """Make a readable key that is unique for the condition, whatever its layout."""
    if not isinstance(condition, str):
        raise TypeError(
            "the condition is not known yet, so its steps need a key: "
            'when(condition, steps=[...], key="contractors")'
        )
    text = " ".join(condition.split())
    slug = "-".join(_WORDS.findall(text.lower()))[:_MAX_SLUG_LENGTH].strip("-")
    digest = hashlib.sha256(text.encode()).hexdigest()[:6]
    key = f"{slug}-{digest}" if slug else digest
    # The later of two equal conditions never matches; the preview reports it.
    again = sum(1 for other in taken if other == key or other.startswith(f"{key}-"))
    return f"{key}-{again + 1}" if again else key
