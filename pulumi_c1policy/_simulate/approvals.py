"""Decide who may approve a step: the ten kinds of approval, the fallback, and who is barred.

The documentation says that a step is skipped if its expressions find no one. It does not say what
happens if a manager, an owner or a group is not found and there is no fallback, or if the only
person found is the one whom the request is for.
"""

from __future__ import annotations

from pulumi_c1policy._cel.cel_values import CelObject, are_equal
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._simulate.access_request import AccessRequest
from pulumi_c1policy._simulate.approval_rules import (
    ApprovalRule,
    EscalationRule,
    Fallback,
    PeopleSource,
    read_approval,
)
from pulumi_c1policy._simulate.causes import Unresolved
from pulumi_c1policy._simulate.known_policies import PolicyIndex
from pulumi_c1policy._simulate.people_search import (
    FoundPeople,
    find_members,
    find_people,
    list_persons,
)
from pulumi_c1policy._simulate.step_results import ApprovalStep, Escalation, Person, Status

_MAX_GROUP_MEMBERS = 128
"""A larger group is not asked; the fallback is, or the Super Admins (source: documentation)."""


def decide_approval(
    index: int,
    tree: Tree,
    request: AccessRequest,
    policies: PolicyIndex,
    sole_approvers: tuple[Person, ...] = (),
) -> ApprovalStep:
    """Decide the result of an approval step.

    Args:
        index: The index of the step.
        tree: The approval (the value of `approval` in the step, snake_case).
        request: The request.
        policies: The policies that an escalation may continue with.
        sole_approvers: The people who approved an earlier step as its only approver.
    """
    rule = read_approval(tree)
    escalation = _resolve_escalation(rule.escalation, request, policies)
    if rule.is_by_machine:
        return ApprovalStep(
            index=index,
            kind="approval",
            status="asks",
            by=rule.source.by,
            approvers=(),
            escalation=escalation,
            machine_id=rule.machine_id,
            machine_name=request.directory.name_machine(rule.machine_id),
        )
    found = _find_approvers(rule.source, request)
    is_fallback = found.people == [] and rule.fallback is not None
    if found.people == [] and rule.fallback is not None:
        found = FoundPeople(_find_fallback(rule.fallback, request))
    allowed, barred = _divide(rule, found.people, request.subject, sole_approvers)
    status, approvers = _decide_status(rule.source.by, allowed, barred)
    return ApprovalStep(
        index=index,
        kind="approval",
        status=status,
        by=rule.source.by,
        approvers=approvers,
        barred=barred,
        is_fallback=is_fallback,
        expression=found.expression,
        escalation=escalation,
    )


def _find_approvers(source: PeopleSource, request: AccessRequest) -> FoundPeople:
    found = find_people(source, Place.APPROVER, request)
    if source.by != "group" or isinstance(found.people, Undecided):
        return found
    return FoundPeople([]) if len(found.people) > _MAX_GROUP_MEMBERS else found


def _find_fallback(fallback: Fallback, request: AccessRequest) -> list[CelObject] | Undecided:
    if fallback.groups:
        return find_members(fallback.groups, request)
    return request.directory.get_people(fallback.user_ids)


def _divide(
    rule: ApprovalRule,
    people: list[CelObject] | Undecided,
    subject: CelObject,
    sole_approvers: tuple[Person, ...],
) -> tuple[list[CelObject] | Undecided, tuple[Person, ...]]:
    """Divide the people found into those who may approve and those who may not."""
    if isinstance(people, Undecided):
        return people, ()
    used_up = sole_approvers if rule.requires_distinct_approvers else ()
    allowed: list[CelObject] = []
    barred: list[CelObject] = []
    for user in people:
        is_own = not rule.allows_self_approval and are_equal(user, subject) is True
        (barred if is_own or Person.of(user) in used_up else allowed).append(user)
    return allowed, list_persons(barred)


def _decide_status(
    by: str, people: list[CelObject] | Undecided, barred: tuple[Person, ...]
) -> tuple[Status, tuple[Person, ...] | Undecided]:
    if isinstance(people, Undecided):
        return "undecided", people
    if people:
        return "asks", list_persons(people)
    if barred:
        return "undecided", Unresolved(code="barred-approvers", people=barred)
    if by == "expression":
        return "skipped", ()
    return "undecided", Unresolved(code="no-approvers", by=by)


def _resolve_escalation(
    rule: EscalationRule | None, request: AccessRequest, policies: PolicyIndex
) -> Escalation | None:
    if rule is None:
        return None
    return Escalation(
        rule.after,
        rule.action,
        policy=policies.name(rule.policy_id) if rule.action == "replace_policy" else "",
        approvers=list_persons(request.directory.get_people(rule.user_ids)),
    )
