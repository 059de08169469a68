"""Facts about the answers of a tenant."""

from __future__ import annotations

import re

from acceptance.context import Context
from acceptance.fact import API, CLI, GUIDE, PROVIDER, Fact, expect
from acceptance.facts.cases import approval, expect_bad_request, with_steps
from acceptance.http import Json

_ID = re.compile(r"[A-Za-z0-9]{27}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def _check_id(context: Context) -> None:
    made = context.create()["id"]
    expect(_ID.fullmatch(made) is not None, "an id of another form")


def _check_times(context: Context) -> None:
    made = context.read(context.create()["id"])
    for name in ("createdAt", "updatedAt"):
        expect(_TIME.fullmatch(made[name]) is not None, f"{name} reads {made[name]}")


def _check_own_policy(context: Context) -> None:
    made = context.read(context.create()["id"])
    expect(not made.get("systemBuiltin"), "systemBuiltin is set")
    expect(not made.get("deletedAt"), "deletedAt is set")


def _read_unset_fields(context: Context) -> None:
    made = context.read(context.create()["id"])
    held = [made.get(name) for name in ("rules", "postActions", "annotations", "baselinePolicyId")]
    expect(not any(held), f"unset fields read back as {held}")


def _compare_create_and_read(context: Context) -> None:
    made = context.create()
    held = context.read(made["id"])
    names = ("id", "displayName", "policyType", "description")
    expect(all(made[name] == held[name] for name in names), "a create and a read differ")


def _create_equal_names(context: Context) -> None:
    name = context.make_name("twice")
    context.create(displayName=name)
    context.create(displayName=name)


def _keep_post_actions(context: Context) -> None:
    actions: list[Json] = [{"certifyRemediateImmediately": True}]
    made = context.read(context.create("certify", postActions=actions)["id"])
    expect(made["postActions"][0]["certifyRemediateImmediately"] is True, "the action is lost")


def _keep_order_of_expressions(context: Context) -> None:
    texts = ["appOwners", "c1.directory.users.v1.GetManagers(subject)"]
    made = context.create(policySteps=with_steps(approval("expression", expressions=texts)))["id"]
    step = context.read(made)["policySteps"]["grant"]["steps"][0]
    expect(step["approval"]["expression"]["expressions"] == texts, "the expressions changed")


FACTS = (
    Fact("id-form", "The id of a policy is 27 letters and digits.", "live", CLI, _check_id),
    Fact("times", "`createdAt` and `updatedAt` are RFC 3339 in UTC.", "docs", API, _check_times),
    Fact(
        "own-policy",
        "A new policy is neither `systemBuiltin` nor deleted.",
        "docs",
        API,
        _check_own_policy,
    ),
    Fact(
        "unset-fields",
        "A field that was not sent reads back as null, empty or zero, or not at all.",
        "live",
        PROVIDER,
        _read_unset_fields,
    ),
    Fact(
        "create-answers",
        "A create answers the stored policy.",
        "docs",
        API,
        _compare_create_and_read,
    ),
    Fact("same-name", "Two policies can have the same name.", "inferred", API, _create_equal_names),
    Fact(
        "post-action",
        "A certify policy keeps `certifyRemediateImmediately`.",
        "docs",
        API,
        _keep_post_actions,
    ),
    Fact(
        "expressions-order",
        "Approver expressions keep their order.",
        "docs",
        GUIDE,
        _keep_order_of_expressions,
    ),
    Fact(
        "unknown-key",
        "An unknown key of a policy: 400.",
        "source",
        CLI,
        expect_bad_request(displayNames="x"),
    ),
    Fact(
        "unknown-key-inside",
        "An unknown key of a step: 400.",
        "source",
        CLI,
        expect_bad_request(policySteps=with_steps({"approval": {"manager": {"nobody": True}}})),
    ),
    Fact(
        "wrong-type",
        "A text where a number or a bool belongs: 400.",
        "docs",
        "the protobuf JSON mapping",
        expect_bad_request(policySteps=with_steps(approval(allowSelfApproval="perhaps"))),
    ),
)
