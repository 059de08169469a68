"""Facts about approval steps."""

from __future__ import annotations

import re

from acceptance.context import Context, refusal
from acceptance.fact import API, CLI, PROVIDER, Case, Fact, expect
from acceptance.facts.cases import accepts, approval, refuses_steps, with_steps
from acceptance.http import Json

_MAX_USERS = 32
_ESCALATION = {"expiration": "3600", "skipStep": {}}
_FALLBACKS = ("manager", "self", "entitlementOwners", "expression", "resourceOwners")
_EMPTY_ARMS = ("manager", "self", "appOwners", "entitlementOwners", "resourceOwners")
_EXPRESSION = {"expressions": ["appOwners"]}


def _kebab(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name)


def _fields(kind: str) -> Json:
    return _EXPRESSION if kind == "expression" else {}


def _users(count: int) -> Case:
    def case(context: Context) -> None:
        step = approval("users", userIds=context.user_ids(count))
        context.create(policySteps=with_steps(step))

    return case


def _too_many_users(context: Context) -> None:
    step = approval("users", userIds=context.user_ids(_MAX_USERS + 1))
    refusal(context.refused(policySteps=with_steps(step)), status=400)


def _group(context: Context) -> None:
    held = context.any_group()
    step = approval("group", appId=held["appId"], appGroupId=held["appEntitlementId"])
    context.create(policySteps=with_steps(step))


def _group_nobody(context: Context) -> None:
    held = context.any_group()
    group = {"appId": held["appId"], "appGroupId": held["appEntitlementId"]}
    context.refused(policySteps=with_steps(approval("group", fallback=True, **group)))


def _fallback_users(context: Context) -> None:
    step = approval(fallback=True, fallbackUserIds=context.user_ids(1))
    context.create(policySteps=with_steps(step))


def _fallback_groups(context: Context) -> None:
    group = context.any_group()
    step = approval(fallback=True, isGroupFallbackEnabled=True, fallbackGroupIds=[group])
    context.create(policySteps=with_steps(step))


def _users_with_the_switch(context: Context) -> None:
    users = context.user_ids(1)
    step = approval(fallback=True, isGroupFallbackEnabled=True, fallbackUserIds=users)
    context.refused(policySteps=with_steps(step))


def _groups_without_the_switch(context: Context) -> None:
    step = approval(fallback=True, fallbackGroupIds=[context.any_group()])
    context.refused(policySteps=with_steps(step))


def _stored_approval(context: Context, **fields: object) -> Json:
    step = {"approval": {"manager": {}, **fields}}
    made = context.create(policySteps=with_steps(step))["id"]
    held: Json = context.read(made)["policySteps"]["grant"]["steps"][0]["approval"]
    return held


def _escalation_dropped(context: Context) -> None:
    held = _stored_approval(context, escalation=_ESCALATION, escalationEnabled=False)
    expect(not held.get("escalation"), "the escalation is kept")


def _escalation_kept(context: Context) -> None:
    held = _stored_approval(context, escalation=_ESCALATION, escalationEnabled=True)
    expiration = held["escalation"]["expiration"]
    expect(expiration == "3600", f"expiration reads back as {expiration!r}")


def _not_assigned(context: Context) -> None:
    held = _stored_approval(context)
    expect(not held.get("assigned"), "assigned is set on a definition")
    expect(not held["manager"].get("assignedUserIds"), "assignedUserIds is set on a definition")


FACTS = (
    *(
        Fact(
            f"approval-{_kebab(kind)}",
            f"An approval by `{kind}` with an empty body is accepted.",
            "docs",
            API,
            accepts(approval(kind)),
        )
        for kind in _EMPTY_ARMS
    ),
    Fact(
        "approval-expression",
        "An approval by `expression` is accepted.",
        "docs",
        API,
        accepts(approval("expression", **_EXPRESSION)),
    ),
    Fact(
        "approval-group",
        "An approval by `group` names the group's entitlement in `appGroupId`.",
        "docs",
        API,
        _group,
    ),
    Fact(
        "users-none",
        "A `users` approval without users: 400.",
        "live",
        PROVIDER,
        refuses_steps("", approval("users"), status=400),
    ),
    Fact("users-one", "A `users` approval takes one user.", "live", PROVIDER, _users(1)),
    Fact("users-32", "A `users` approval takes 32 users.", "live", PROVIDER, _users(_MAX_USERS)),
    Fact("users-33", "A `users` approval of 33: 400.", "live", PROVIDER, _too_many_users),
    *(
        Fact(
            f"fallback-nobody-{_kebab(kind)}",
            f"`fallback` of `{kind}` without anybody to fall back to: refused.",
            "source",
            CLI,
            refuses_steps("", approval(kind, fallback=True, **_fields(kind))),
        )
        for kind in _FALLBACKS
    ),
    Fact(
        "fallback-nobody-group",
        "`fallback` of `group` without anybody to fall back to: refused.",
        "source",
        CLI,
        _group_nobody,
    ),
    Fact("fallback-users", "A fallback to users is accepted.", "source", CLI, _fallback_users),
    Fact(
        "fallback-groups",
        "A fallback to groups with `isGroupFallbackEnabled` is accepted.",
        "source",
        CLI,
        _fallback_groups,
    ),
    Fact(
        "fallback-users-switched",
        "With `isGroupFallbackEnabled`, users alone are nobody: refused.",
        "source",
        CLI,
        _users_with_the_switch,
    ),
    Fact(
        "fallback-groups-unswitched",
        "Without `isGroupFallbackEnabled`, groups alone are nobody: refused.",
        "source",
        CLI,
        _groups_without_the_switch,
    ),
    Fact(
        "assigned",
        "`assigned: true`: refused, `assigned is a read-only field`.",
        "source",
        CLI,
        refuses_steps(
            "assigned is a read-only field", {"approval": {"manager": {}, "assigned": True}}
        ),
    ),
    Fact(
        "assigned-user-ids",
        "A manager's `assignedUserIds`: refused, `assigned user IDs is set by the task workflow`.",
        "source",
        CLI,
        refuses_steps(
            "assigned user IDs is set by the task workflow",
            approval(assignedUserIds=["2AcceptanceUser000000000000"]),
        ),
    ),
    Fact(
        "not-assigned",
        "`assigned` and `assignedUserIds` are absent, null or empty on a definition.",
        "docs",
        API,
        _not_assigned,
    ),
    Fact(
        "escalation-dropped",
        "`escalation` is not kept while `escalationEnabled` is false.",
        "live",
        PROVIDER,
        _escalation_dropped,
    ),
    Fact(
        "escalation-kept",
        "`escalation` is kept with `escalationEnabled`; `expiration` is an int64 as a string.",
        "docs",
        API,
        _escalation_kept,
    ),
)
