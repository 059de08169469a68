"""Facts about approval steps."""

from __future__ import annotations

import re

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, CLI, PROVIDER, Case, Fact, expect
from acceptance.facts.cases import approval, expect_accepted, expect_rejected_steps, with_steps
from acceptance.http import Json

_MAX_USERS = 32
_ESCALATION = {"expiration": "3600", "skipStep": {}}
_FALLBACKS = ("manager", "self", "entitlementOwners", "expression", "resourceOwners")
_EMPTY_ARMS = ("manager", "self", "appOwners", "entitlementOwners", "resourceOwners")
_EXPRESSION = {"expressions": ["appOwners"]}


def _to_kebab_case(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name)


def _list_fields(kind: str) -> Json:
    return _EXPRESSION if kind == "expression" else {}


def _accept_users(count: int) -> Case:
    def case(context: Context) -> None:
        step = approval("users", userIds=context.find_user_ids(count))
        context.create(policySteps=with_steps(step))

    return case


def _reject_too_many_users(context: Context) -> None:
    step = approval("users", userIds=context.find_user_ids(_MAX_USERS + 1))
    expect_rejection(context.send_rejected_create(policySteps=with_steps(step)), status=400)


def _accept_group(context: Context) -> None:
    held = context.find_group()
    step = approval("group", appId=held["appId"], appGroupId=held["appEntitlementId"])
    context.create(policySteps=with_steps(step))


def _reject_group_without_fallback(context: Context) -> None:
    held = context.find_group()
    group = {"appId": held["appId"], "appGroupId": held["appEntitlementId"]}
    context.send_rejected_create(policySteps=with_steps(approval("group", fallback=True, **group)))


def _accept_fallback_users(context: Context) -> None:
    step = approval(fallback=True, fallbackUserIds=context.find_user_ids(1))
    context.create(policySteps=with_steps(step))


def _accept_fallback_groups(context: Context) -> None:
    group = context.find_group()
    step = approval(fallback=True, isGroupFallbackEnabled=True, fallbackGroupIds=[group])
    context.create(policySteps=with_steps(step))


def _reject_users_with_the_switch(context: Context) -> None:
    users = context.find_user_ids(1)
    step = approval(fallback=True, isGroupFallbackEnabled=True, fallbackUserIds=users)
    context.send_rejected_create(policySteps=with_steps(step))


def _reject_groups_without_the_switch(context: Context) -> None:
    step = approval(fallback=True, fallbackGroupIds=[context.find_group()])
    context.send_rejected_create(policySteps=with_steps(step))


def _create_and_read(context: Context, **fields: object) -> Json:
    step = {"approval": {"manager": {}, **fields}}
    made = context.create(policySteps=with_steps(step))["id"]
    held: Json = context.read(made)["policySteps"]["grant"]["steps"][0]["approval"]
    return held


def _drop_disabled_escalation(context: Context) -> None:
    held = _create_and_read(context, escalation=_ESCALATION, escalationEnabled=False)
    expect(not held.get("escalation"), "the escalation is kept")


def _keep_enabled_escalation(context: Context) -> None:
    held = _create_and_read(context, escalation=_ESCALATION, escalationEnabled=True)
    expiration = held["escalation"]["expiration"]
    expect(expiration == "3600", f"expiration reads back as {expiration!r}")


def _leave_unassigned(context: Context) -> None:
    held = _create_and_read(context)
    expect(not held.get("assigned"), "assigned is set on a definition")
    expect(not held["manager"].get("assignedUserIds"), "assignedUserIds is set on a definition")


FACTS = (
    *(
        Fact(
            f"approval-{_to_kebab_case(kind)}",
            f"An approval by `{kind}` with an empty body is accepted.",
            "docs",
            API,
            expect_accepted(approval(kind)),
        )
        for kind in _EMPTY_ARMS
    ),
    Fact(
        "approval-expression",
        "An approval by `expression` is accepted.",
        "docs",
        API,
        expect_accepted(approval("expression", **_EXPRESSION)),
    ),
    Fact(
        "approval-group",
        "An approval by `group` names the group's entitlement in `appGroupId`.",
        "docs",
        API,
        _accept_group,
    ),
    Fact(
        "users-none",
        "A `users` approval without users: 400.",
        "live",
        PROVIDER,
        expect_rejected_steps("", approval("users"), status=400),
    ),
    Fact("users-one", "A `users` approval takes one user.", "live", PROVIDER, _accept_users(1)),
    Fact(
        "users-32",
        "A `users` approval takes 32 users.",
        "live",
        PROVIDER,
        _accept_users(_MAX_USERS),
    ),
    Fact("users-33", "A `users` approval of 33: 400.", "live", PROVIDER, _reject_too_many_users),
    *(
        Fact(
            f"fallback-nobody-{_to_kebab_case(kind)}",
            f"`fallback` of `{kind}` without a fallback approver: rejected.",
            "source",
            CLI,
            expect_rejected_steps("", approval(kind, fallback=True, **_list_fields(kind))),
        )
        for kind in _FALLBACKS
    ),
    Fact(
        "fallback-nobody-group",
        "`fallback` of `group` without a fallback approver: rejected.",
        "source",
        CLI,
        _reject_group_without_fallback,
    ),
    Fact(
        "fallback-users", "A fallback to users is accepted.", "source", CLI, _accept_fallback_users
    ),
    Fact(
        "fallback-groups",
        "A fallback to groups with `isGroupFallbackEnabled` is accepted.",
        "source",
        CLI,
        _accept_fallback_groups,
    ),
    Fact(
        "fallback-users-switched",
        "`isGroupFallbackEnabled` with fallback users only: rejected.",
        "source",
        CLI,
        _reject_users_with_the_switch,
    ),
    Fact(
        "fallback-groups-unswitched",
        "Fallback groups without `isGroupFallbackEnabled`: rejected.",
        "source",
        CLI,
        _reject_groups_without_the_switch,
    ),
    Fact(
        "assigned",
        "`assigned: true`: rejected, `assigned is a read-only field`.",
        "source",
        CLI,
        expect_rejected_steps(
            "assigned is a read-only field", {"approval": {"manager": {}, "assigned": True}}
        ),
    ),
    Fact(
        "assigned-user-ids",
        "A manager's `assignedUserIds`: rejected, `assigned user IDs is set by the task workflow`.",
        "source",
        CLI,
        expect_rejected_steps(
            "assigned user IDs is set by the task workflow",
            approval(assignedUserIds=["2AcceptanceUser000000000000"]),
        ),
    ),
    Fact(
        "not-assigned",
        "`assigned` and `assignedUserIds` are absent, null or empty on a definition.",
        "docs",
        API,
        _leave_unassigned,
    ),
    Fact(
        "escalation-dropped",
        "`escalation` is not kept while `escalationEnabled` is false.",
        "live",
        PROVIDER,
        _drop_disabled_escalation,
    ),
    Fact(
        "escalation-kept",
        "`escalation` is kept with `escalationEnabled`; `expiration` is an int64 as a string.",
        "docs",
        API,
        _keep_enabled_escalation,
    ),
)
