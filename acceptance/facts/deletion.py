"""Facts about deletion."""

from __future__ import annotations

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, CLI, Fact, expect
from acceptance.facts.cases import approval
from acceptance.http import POLICIES, read_json


def _read_deleted_policy(context: Context) -> None:
    made = context.create()["id"]
    expect(context.delete(made).status_code == 200, "the deletion is rejected")
    answer = context.api.call("GET", f"{POLICIES}/{made}")
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")
    expect(bool(read_json(answer)["policy"].get("deletedAt")), "no deletedAt")


def _reject_unknown_id(context: Context) -> None:
    expect_rejection(context.api.call("GET", f"{POLICIES}/{'0' * 27}"), status=404)


def _reject_target_of_rule(context: Context) -> None:
    target = context.create()["id"]
    context.create(rules=[{"condition": "true", "policyId": target}])
    expect_rejection(context.delete(target), status=400)


def _reject_target_of_baseline(context: Context) -> None:
    target = context.create()["id"]
    context.create(policySteps=None, baselinePolicyId=target)
    expect_rejection(context.delete(target), status=400)


def _name_pointing_policy(context: Context) -> None:
    target = context.create()["id"]
    name = context.make_name("the one that points")
    pointing = context.create(displayName=name, rules=[{"condition": "true", "policyId": target}])
    message = read_json(expect_rejection(context.delete(target)))["message"]
    expect(pointing["id"] in message or name in message, "the rejection does not name it")


def _delete_in_order(context: Context) -> None:
    target = context.create()["id"]
    pointing = context.create(rules=[{"condition": "true", "policyId": target}])["id"]
    for policy_id in (pointing, target):
        answer = context.delete(policy_id)
        expect(answer.status_code == 200, f"HTTP {answer.status_code}")


def _delete_target_of_escalation(context: Context) -> None:
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
        _read_deleted_policy,
    ),
    Fact(
        "unknown-policy",
        "A read of an id that no policy had: 404.",
        "docs",
        API,
        _reject_unknown_id,
    ),
    Fact(
        "delete-pointed-rule",
        "A policy that another one's rule names cannot be deleted: 400.",
        "source",
        CLI,
        _reject_target_of_rule,
    ),
    Fact(
        "delete-pointed-baseline",
        "A policy that is another one's `baselinePolicyId` cannot be deleted: 400.",
        "source",
        CLI,
        _reject_target_of_baseline,
    ),
    Fact(
        "delete-names",
        "The rejection names the policy that points to it.",
        "source",
        CLI,
        _name_pointing_policy,
    ),
    Fact(
        "delete-order",
        "Once the policy that points to it is deleted, it can be deleted.",
        "source",
        CLI,
        _delete_in_order,
    ),
    Fact(
        "delete-escalation",
        "An escalation that names a policy does not prevent its deletion.",
        "inferred",
        API,
        _delete_target_of_escalation,
    ),
)
