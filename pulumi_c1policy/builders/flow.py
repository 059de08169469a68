"""Which steps a request goes through: `when(...)`, `otherwise(...)`, and what they come to.

A rule and its steps stand apart in a policy, tied by a key. Here they are written as one, and the
key is made from the condition: reordering the rules, or changing their steps, leaves it as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NotRequired, TypeAlias, TypedDict, cast, overload

from pulumi_c1policy.builders._given import given

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
    from pulumi_c1policy.resource import Policy

    Steps: TypeAlias = pulumi.Input[Sequence[pulumi.Input[PolicyStepArgsDict]]]
    Part: TypeAlias = "When | Otherwise | pulumi.Input[PolicyStepArgsDict]"

_WORDS = re.compile(r"[a-z0-9]+")
_LONGEST_SLUG = 40


@dataclass(frozen=True)
class When:
    """What happens to the requests that a condition matches."""

    condition: pulumi.Input[str]
    steps: Steps | None
    policy: Policy | pulumi.Input[str] | None
    key: str | None


@dataclass(frozen=True)
class Otherwise:
    """What happens to the requests that no condition matches: the baseline."""

    steps: Steps | None
    policy: Policy | pulumi.Input[str] | None


class Flow(TypedDict):
    """Arguments of `Policy`: what kind of request it decides, and how."""

    policy_type: PolicyType
    policy_steps: NotRequired[dict[str, PolicyStepsArgsDict]]
    rules: NotRequired[list[RuleArgsDict]]
    baseline_policy_id: NotRequired[pulumi.Input[str]]
    post_actions: NotRequired[list[PolicyPostActionsArgsDict]]


@overload
def when(condition: str, *, steps: Steps, key: str | None = None) -> When: ...
@overload
def when(condition: pulumi.Input[str], *, steps: Steps, key: str) -> When: ...
@overload
def when(condition: pulumi.Input[str], *, policy: Policy | pulumi.Input[str]) -> When: ...
def when(
    condition: pulumi.Input[str],
    *,
    steps: Steps | None = None,
    policy: Policy | pulumi.Input[str] | None = None,
    key: str | None = None,
) -> When:
    """The requests that a condition matches go through these steps, or to another policy.

    Rules are tried in the order in which they are written; the first that matches wins.

    Args:
        condition: A CEL expression that returns a bool.
        steps: The steps of a matching request.
        policy: The policy of the same type that a matching request is handed to, or its id.
        key: The steps' key in the policy, where the one that is made from the condition should
            not change with it. Needed where the condition is an output.
    """
    return When(condition, steps, policy, key)


@overload
def otherwise(*, steps: Steps) -> Otherwise: ...
@overload
def otherwise(*, policy: Policy | pulumi.Input[str]) -> Otherwise: ...
def otherwise(
    *, steps: Steps | None = None, policy: Policy | pulumi.Input[str] | None = None
) -> Otherwise:
    """The requests that no condition matches go through these steps, or to another policy.

    Args:
        steps: The baseline steps.
        policy: The policy that stands in for them, or its id.
    """
    return Otherwise(steps, policy)


def id_of(policy: Policy | pulumi.Input[str]) -> pulumi.Input[str]:
    """The id of a policy that may be given as its id."""
    if isinstance(policy, str):
        return policy
    # Whoever passes anything else has loaded Pulumi already.
    from pulumi import Resource

    return cast("pulumi.Input[str]", policy.id if isinstance(policy, Resource) else policy)


def assemble(policy_type: PolicyType, parts: Iterable[Part]) -> Flow:
    """The arguments of `Policy` that `parts` come to.

    Args:
        policy_type: What kind of request the policy decides.
        parts: The rules in their order, and the baseline: as bare steps or with `otherwise`.

    Raises:
        TypeError: Where two parts say what the baseline is.
        ValueError: Where two lists of steps have the same key.
    """
    rules: list[dict[str, Any]] = []
    own = policy_type.removeprefix("POLICY_TYPE_").lower()
    lists: dict[str, Any] = {own: None}
    baseline: list[Any] = []
    fallthrough: Otherwise | None = None
    for part in parts:
        if isinstance(part, When):
            rules.append(_rule(part, lists))
        elif not isinstance(part, Otherwise):
            baseline.append(part)
        elif fallthrough is not None:
            raise TypeError("a policy has one otherwise(...), here are two")
        else:
            fallthrough = part
    if baseline and fallthrough is not None:
        raise TypeError("otherwise(...) is the baseline; write the bare steps in it")
    last = fallthrough or Otherwise(steps=baseline or None, policy=None)
    lists[own] = None if last.steps is None else {"steps": last.steps}
    found = given(
        policy_steps=given(**lists) or None,
        rules=rules or None,
        baseline_policy_id=None if last.policy is None else id_of(last.policy),
    )
    return cast("Flow", {"policy_type": policy_type, **found})


def _rule(part: When, lists: dict[str, Any]) -> dict[str, Any]:
    """The rule; its steps go to `lists`."""
    rule: dict[str, Any] = {"condition": part.condition}
    if part.policy is not None:
        rule["policy_id"] = id_of(part.policy)
    if part.steps is not None:
        key = part.key or _key(part.condition, taken=lists)
        if key in lists:
            raise ValueError(f"two lists of steps have the key {key!r}; give one another key=...")
        lists[key] = {"steps": part.steps}
        rule["step_key"] = key
    return rule


def _key(condition: pulumi.Input[str], taken: Iterable[str]) -> str:
    """A readable key that only the same condition has, however it is laid out."""
    if not isinstance(condition, str):
        raise TypeError(
            "the condition is not known yet, so its steps need a name: "
            'when(condition, steps=[...], key="contractors")'
        )
    text = " ".join(condition.split())
    slug = "-".join(_WORDS.findall(text.lower()))[:_LONGEST_SLUG].strip("-")
    digest = hashlib.sha256(text.encode()).hexdigest()[:6]
    key = f"{slug}-{digest}" if slug else digest
    # The later of two equal conditions never matches; preview says so.
    again = sum(1 for other in taken if other == key or other.startswith(f"{key}-"))
    return f"{key}-{again + 1}" if again else key
