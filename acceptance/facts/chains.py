"""Facts about policies that hand requests over to other policies."""

from __future__ import annotations

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, Fact, expect
from acceptance.facts.cases import approval
from acceptance.http import Json

_MAX_DEPTH = 5


def _make_rules(policy_id: str) -> list[Json]:
    return [{"condition": "true", "policyId": policy_id}]


def _create_chain(context: Context, hops: int) -> str:
    """Make a chain of policies and return the id of its first."""
    first: str = context.create()["id"]
    for _ in range(hops):
        first = context.create(rules=_make_rules(first))["id"]
    return first


def _accept_same_type(context: Context) -> None:
    target = context.create()["id"]
    [rule] = context.read(context.create(rules=_make_rules(target))["id"])["rules"]
    expect(rule["policyId"] == target, "the rule lost its policy")


def _reject_other_type(context: Context) -> None:
    context.send_rejected_create(rules=_make_rules(context.create("revoke")["id"]))


def _reject_other_type_of_baseline(context: Context) -> None:
    other = context.create("revoke")["id"]
    context.send_rejected_create(policySteps=None, baselinePolicyId=other)


def _reject_itself(context: Context) -> None:
    made = context.create()["id"]
    expect_rejection(context.send_update(made, {"rules": _make_rules(made)}, "rules"))


def _reject_cycle(context: Context) -> None:
    first = context.create()["id"]
    second = context.create(rules=_make_rules(first))["id"]
    expect_rejection(context.send_update(first, {"rules": _make_rules(second)}, "rules"))


def _accept_deepest_chain(context: Context) -> None:
    _create_chain(context, _MAX_DEPTH)


def _reject_deeper_chain(context: Context) -> None:
    context.send_rejected_create(rules=_make_rules(_create_chain(context, _MAX_DEPTH)))


def _accept_escalation(context: Context) -> None:
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
    Fact(
        "chain", "A rule can name another policy of the same type.", "docs", API, _accept_same_type
    ),
    Fact(
        "chain-type",
        "A rule that names a policy of another type: rejected.",
        "docs",
        API,
        _reject_other_type,
    ),
    Fact(
        "chain-type-baseline",
        "A `baselinePolicyId` of another type: rejected.",
        "docs",
        API,
        _reject_other_type_of_baseline,
    ),
    Fact(
        "chain-itself", "A rule that names its own policy: rejected.", "docs", API, _reject_itself
    ),
    Fact("chain-cycle", "A rule that closes a cycle: rejected.", "docs", API, _reject_cycle),
    Fact(
        "chain-5", "A chain can be 5 deep, counted in hops.", "inferred", API, _accept_deepest_chain
    ),
    Fact(
        "chain-6",
        "A chain that is 6 deep, counted in hops: rejected.",
        "inferred",
        API,
        _reject_deeper_chain,
    ),
    Fact(
        "escalation-policy",
        "An escalation can hand a request over to another policy.",
        "docs",
        API,
        _accept_escalation,
    ),
)
