"""Facts about policies that hand requests over to other policies."""

from __future__ import annotations

from acceptance.context import Context, refusal
from acceptance.fact import API, Fact, expect
from acceptance.facts.cases import approval
from acceptance.http import Json

_MAX_DEPTH = 5


def _to(policy_id: str) -> list[Json]:
    return [{"condition": "true", "policyId": policy_id}]


def _chain(context: Context, hops: int) -> str:
    """Make a chain of policies and return the id of its first."""
    first: str = context.create()["id"]
    for _ in range(hops):
        first = context.create(rules=_to(first))["id"]
    return first


def _same_type(context: Context) -> None:
    target = context.create()["id"]
    [rule] = context.read(context.create(rules=_to(target))["id"])["rules"]
    expect(rule["policyId"] == target, "the rule lost its policy")


def _other_type(context: Context) -> None:
    context.refused(rules=_to(context.create("revoke")["id"]))


def _other_type_baseline(context: Context) -> None:
    other = context.create("revoke")["id"]
    context.refused(policySteps=None, baselinePolicyId=other)


def _itself(context: Context) -> None:
    made = context.create()["id"]
    refusal(context.send_update(made, {"rules": _to(made)}, "rules"))


def _cycle(context: Context) -> None:
    first = context.create()["id"]
    second = context.create(rules=_to(first))["id"]
    refusal(context.send_update(first, {"rules": _to(second)}, "rules"))


def _deep(context: Context) -> None:
    _chain(context, _MAX_DEPTH)


def _too_deep(context: Context) -> None:
    context.refused(rules=_to(_chain(context, _MAX_DEPTH)))


def _escalation(context: Context) -> None:
    target = context.create()["id"]
    step = approval()
    step["approval"] |= {
        "escalationEnabled": True,
        "escalation": {"expiration": "3600", "replacePolicy": {"policyId": target}},
    }
    made = context.create(policySteps={"grant": {"steps": [step]}})["id"]
    held = context.read(made)["policySteps"]["grant"]["steps"][0]["approval"]["escalation"]
    expect(held["replacePolicy"]["policyId"] == target, "the escalation lost its policy")


FACTS = (
    Fact("chain", "A rule can name another policy of the same type.", "docs", API, _same_type),
    Fact("chain-type", "A rule that names one of another type: refused.", "docs", API, _other_type),
    Fact(
        "chain-type-baseline",
        "A `baselinePolicyId` of another type: refused.",
        "docs",
        API,
        _other_type_baseline,
    ),
    Fact("chain-itself", "A rule that names its own policy: refused.", "docs", API, _itself),
    Fact("chain-cycle", "A rule that closes a circle: refused.", "docs", API, _cycle),
    Fact("chain-5", "A chain can be 5 deep, counted in hops.", "inferred", API, _deep),
    Fact(
        "chain-6", "A chain that is 6 deep, counted in hops: refused.", "inferred", API, _too_deep
    ),
    Fact(
        "escalation-policy",
        "An escalation can hand a request over to another policy.",
        "docs",
        API,
        _escalation,
    ),
)
