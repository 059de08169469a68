"""Who is asked to approve: the ten kinds of approval, their fallback, and who may not.

That a step is skipped where an expression finds nobody is documented. What happens where a manager, an
owner or a group is not found and there is no fallback, or where only the subject is found, is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from pulumi_c1policy._cel.cel_values import Record, are_equal
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._model import durations
from pulumi_c1policy._model.approval import APPROVAL
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate.policies import Policies
from pulumi_c1policy._simulate.request import Request
from pulumi_c1policy._simulate.results import ApprovalStep, Escalation, Person, listed

_MACHINES = ("webhook", "agent")


_MAX_GROUP = 128
"""A group of more members is not asked: the fallback is, or the Super Admins (documentation)."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Whom an approval finds, before it is asked who of them may approve."""

    people: list[Record] | Undecided
    expression: int | None = None
    is_fallback: bool = False


def approval(
    index: int,
    tree: Tree,
    request: Request,
    policies: Policies,
    spent: tuple[Person, ...] = (),
) -> ApprovalStep:
    """What becomes of an approval step.

    Args:
        index: Its place among the steps.
        tree: The approval.
        request: The request.
        policies: Where an escalation may go.
        spent: Who has approved an earlier step for sure, being the only one asked.
    """
    by = next((name for name in APPROVAL.oneofs["typ"] if tree.get(name) is not None), "")
    escalation = _escalation(tree, request, policies)
    if by in _MACHINES:
        which = tree[by].get("webhook_id") or tree[by].get("agent_user_id") or ""
        return ApprovalStep(
            index=index,
            kind="approval",
            status="asks",
            summary=f"{by} {which} decides".replace("  ", " "),
            by=by,
            approvers=(),
            escalation=escalation,
        )
    kind = tree.get(by) or {}
    found = _find(by, kind, request)
    if found.people == []:
        found = _fallback(kind, request)
    people, barred = _allowed(by, kind, found.people, request.subject, spent)
    return _step(index, by, replace(found, people=people), barred, escalation)


def _find(by: str, kind: Tree, request: Request) -> _Found:
    if by == "expression":
        return by_expressions(kind.get("expressions") or [], Place.APPROVER, request)
    people = by_relation(by, kind, request)
    if by == "group" and isinstance(people, list) and len(people) > _MAX_GROUP:
        people = []
    return _Found(people)


def by_relation(by: str, kind: Tree, request: Request) -> list[Record] | Undecided:
    """Whom an approval or a provisioning finds that is no expression."""
    match by:
        case "users":
            return request.directory.people(kind.get("user_ids") or [])
        case "manager":
            return request.managers()
        case "app_owners":
            return request.app_owners()
        case "entitlement_owners":
            return request.owners("owners")
        case "resource_owners":
            return request.owners("resource_owners")
        case "group":
            return request.directory.members(kind.get("app_id", ""), kind.get("app_group_id", ""))
        case "self":
            return [request.subject]
        case _:
            return Undecided("this way to find somebody is not known here")


def by_expressions(sources: list[str], place: Place, request: Request) -> _Found:
    """Whom the first expression finds that finds anybody."""
    for index, source in enumerate(sources):
        people = request.people(source, place)
        if people != []:
            return _Found(people, index)
    return _Found([])


def _fallback(kind: Tree, request: Request) -> _Found:
    if not kind.get("fallback"):
        return _Found([])
    if not kind.get("is_group_fallback_enabled"):
        users = kind.get("fallback_user_ids") or []
        return _Found(request.directory.people(users), is_fallback=True)
    people: list[Record] = []
    for group in kind.get("fallback_group_ids") or []:
        members = request.directory.members(
            group.get("app_id", ""), group.get("app_entitlement_id", "")
        )
        if isinstance(members, Undecided):
            return _Found(members, is_fallback=True)
        people += members
    return _Found(people, is_fallback=True)


def _step(
    index: int,
    by: str,
    found: _Found,
    barred: tuple[Person, ...],
    escalation: Escalation | None,
) -> ApprovalStep:
    status, approvers, told = _told(by, found.people, barred)
    how = by if found.expression is None else f"expressions[{found.expression}]"
    if found.is_fallback:
        how = f"fallback of {by}"
    return ApprovalStep(
        index=index,
        kind="approval",
        status=status,
        summary=f"{how}: {told}",
        by=by,
        approvers=approvers,
        barred=barred,
        is_fallback=found.is_fallback,
        expression=found.expression,
        escalation=escalation,
    )


def _allowed(
    by: str,
    kind: Tree,
    people: list[Record] | Undecided,
    subject: Record,
    spent: tuple[Person, ...],
) -> tuple[list[Record] | Undecided, tuple[Person, ...]]:
    """Those of `people` who may approve, and those who may not."""
    if isinstance(people, Undecided):
        return people, ()
    may_self = by == "self" or bool(kind.get("allow_self_approval"))
    used_up = spent if kind.get("require_distinct_approvers") else ()
    rest: list[Record] = []
    barred: list[Record] = []
    for user in people:
        is_own = not may_self and are_equal(user, subject) is True
        (barred if is_own or Person.of(user) in used_up else rest).append(user)
    return rest, unique(barred)


def _told(
    by: str, people: list[Record] | Undecided, barred: tuple[Person, ...]
) -> tuple[Literal["asks", "skipped", "undecided"], tuple[Person, ...] | Undecided, str]:
    """What becomes of the step, who may approve, and both in words."""
    if not isinstance(people, Undecided) and not people:
        if by == "expression" and not barred:
            return "skipped", (), "nobody is found, so the step is skipped"
        people = Undecided(_nobody(by, barred))
    if isinstance(people, Undecided):
        return "undecided", people, str(people)
    approvers = unique(people)
    told = listed(approvers)
    if barred:
        told += f" (not {' nor '.join(map(str, barred))})"
    return "asks", approvers, told


def _nobody(by: str, barred: tuple[Person, ...]) -> str:
    if barred:
        return (
            f"only {' and '.join(map(str, barred))} is found, who may not approve this; "
            "what happens then is not documented"
        )
    who = by.replace("_", " ").rstrip("s")
    return f"no {who} is found and there is no fallback, so the Super Admins are asked"


def unique(people: list[Record]) -> tuple[Person, ...]:
    """The people, each once."""
    return tuple(dict.fromkeys(map(Person.of, people)))


def _escalation(tree: Tree, request: Request, policies: Policies) -> Escalation | None:
    given = tree.get("escalation")
    if not tree.get("escalation_enabled") or not isinstance(given, dict):
        return None
    seconds = durations.seconds(given.get("expiration"))
    if seconds is None and str(given.get("expiration", "")).isdecimal():
        seconds = Fraction(given["expiration"])
    after = None if seconds is None else timedelta(seconds=float(seconds))
    if (replaced := given.get("replace_policy")) is not None:
        policy = policies.name(replaced.get("policy_id", ""))
        return Escalation(after, "replace_policy", policy=policy)
    if (reassigned := given.get("reassign_to_approvers")) is not None:
        people = request.directory.people(reassigned.get("approver_ids") or [])
        return Escalation(after, "reassign_to_approvers", approvers=unique(people))
    if given.get("cancel_ticket") is not None:
        return Escalation(after, "cancel_ticket")
    return Escalation(after, "skip_step") if given.get("skip_step") is not None else None
