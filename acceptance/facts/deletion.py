"""Facts about deletion."""

from __future__ import annotations

from acceptance.context import Context, refusal
from acceptance.fact import API, CLI, Fact, expect
from acceptance.facts.cases import approval
from acceptance.http import POLICIES, json_of


def _deleted_at(context: Context) -> None:
    made = context.create()["id"]
    expect(context.delete(made).status_code == 200, "the deletion is refused")
    answer = context.api.call("GET", f"{POLICIES}/{made}")
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")
    expect(bool(json_of(answer)["policy"].get("deletedAt")), "no deletedAt")


def _unknown(context: Context) -> None:
    refusal(context.api.call("GET", f"{POLICIES}/{'0' * 27}"), status=404)


def _by_rule(context: Context) -> None:
    target = context.create()["id"]
    context.create(rules=[{"condition": "true", "policyId": target}])
    refusal(context.delete(target), status=400)


def _by_baseline(context: Context) -> None:
    target = context.create()["id"]
    context.create(policySteps=None, baselinePolicyId=target)
    refusal(context.delete(target), status=400)


def _names_it(context: Context) -> None:
    target = context.create()["id"]
    name = context.name("the one that points")
    pointing = context.create(displayName=name, rules=[{"condition": "true", "policyId": target}])
    message = json_of(refusal(context.delete(target)))["message"]
    expect(pointing["id"] in message or name in message, "the refusal does not name it")


def _in_order(context: Context) -> None:
    target = context.create()["id"]
    pointing = context.create(rules=[{"condition": "true", "policyId": target}])["id"]
    for policy_id in (pointing, target):
        answer = context.delete(policy_id)
        expect(answer.status_code == 200, f"HTTP {answer.status_code}")


def _by_escalation(context: Context) -> None:
    target = context.create()["id"]
    step = approval()
    step["approval"] |= {
        "escalationEnabled": True,
        "escalation": {"expiration": "3600", "replacePolicy": {"policyId": target}},
    }
    context.create(policySteps={"grant": {"steps": [step]}})
    answer = context.delete(target)
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")


FACTS = (
    Fact(
        "deleted-at",
        "A deletion is soft: a read of a deleted policy answers 200 with `deletedAt`.",
        "live",
        CLI,
        _deleted_at,
    ),
    Fact("unknown-policy", "A read of an id that no policy had: 404.", "docs", API, _unknown),
    Fact(
        "delete-pointed-rule",
        "A policy that another one's rule names cannot be deleted: 400.",
        "source",
        CLI,
        _by_rule,
    ),
    Fact(
        "delete-pointed-baseline",
        "A policy that is another one's `baselinePolicyId` cannot be deleted: 400.",
        "source",
        CLI,
        _by_baseline,
    ),
    Fact(
        "delete-names",
        "The refusal names the policy that points to it.",
        "source",
        CLI,
        _names_it,
    ),
    Fact(
        "delete-order",
        "Once the policy that points to it is deleted, it can be deleted.",
        "source",
        CLI,
        _in_order,
    ),
    Fact(
        "delete-escalation",
        "An escalation that names a policy does not stand in the way of its deletion.",
        "inferred",
        API,
        _by_escalation,
    ),
)
