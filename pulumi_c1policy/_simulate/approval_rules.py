"""Approval steps as plain data: who may approve, the fallback, and the escalation.

This module looks up nobody and contains no text for people. It may import `_model` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias, cast, get_args

from pulumi_c1policy._model import durations
from pulumi_c1policy._model.approval import APPROVAL
from pulumi_c1policy._model.tree import Tree, Value

EscalationAction: TypeAlias = Literal[
    "replace_policy", "reassign_to_approvers", "cancel_ticket", "skip_step"
]
"""The actions of an escalation, as the API names them."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group, by the id of its app and the id of its entitlement."""

    app_id: str
    id: str


@dataclass(frozen=True, slots=True)
class PeopleSource:
    """The way in which a step finds people.

    Attributes:
        by: The kind, as the API names it: `users`, `manager`, `app_owners`, `group`, `expression`,
            ...; "" for a kind that this version does not know.
        user_ids: The users of `users`.
        group: The group of `group`.
        expressions: The CEL expressions of `expression`; the first one that finds people counts.
    """

    by: str
    user_ids: tuple[str, ...] = ()
    group: Group | None = None
    expressions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """The people who are asked if the source of a step finds no one.

    Attributes:
        user_ids: The users; empty if `groups` are asked.
        groups: The groups whose members are asked instead of users.
    """

    user_ids: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """The escalation of an approval that is not answered in time.

    Attributes:
        action: The action.
        after: The time until the escalation; None if the policy does not set it.
        policy_id: The policy of `replace_policy`.
        user_ids: The approvers of `reassign_to_approvers`.
    """

    action: EscalationAction
    after: timedelta | None
    policy_id: str = ""
    user_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """An approval step.

    Attributes:
        source: The way in which the approvers are found.
        machine_id: The id of the webhook or the agent that decides instead of a person.
        policy_ids: The policies to which the agent may hand the request.
        allows_self_approval: Whether the person whom the request is for may approve it.
        requires_distinct_approvers: Whether a person who approved an earlier step may not approve.
        fallback: The fallback; None if there is none.
        escalation: The escalation; None if there is none or it is not enabled.
    """

    source: PeopleSource
    machine_id: str = ""
    policy_ids: tuple[str, ...] = ()
    allows_self_approval: bool = False
    requires_distinct_approvers: bool = False
    fallback: Fallback | None = None
    escalation: EscalationRule | None = None

    @property
    def is_by_machine(self) -> bool:
        """Return whether a webhook or an agent decides."""
        return self.source.by in ("webhook", "agent")


def read_approval(tree: Tree) -> ApprovalRule:
    """Read an approval (the value of `approval` in a step, snake_case)."""
    by = choose_kind(APPROVAL.oneofs["typ"], tree)
    kind = tree.get(by) or {}
    return ApprovalRule(
        read_source(by, kind),
        machine_id=kind.get("webhook_id") or kind.get("agent_user_id") or "",
        policy_ids=tuple(kind.get("policy_ids") or ()),
        allows_self_approval=by == "self" or bool(kind.get("allow_self_approval")),
        requires_distinct_approvers=bool(kind.get("require_distinct_approvers")),
        fallback=_read_fallback(kind),
        escalation=_read_escalation(tree),
    )


def choose_kind(members: tuple[str, ...], tree: Tree) -> str:
    """Return the member of a oneof that a message sets, or ""."""
    return next((name for name in members if tree.get(name) is not None), "")


def read_source(by: str, kind: Tree) -> PeopleSource:
    """Read the source of approvers or provisioners of the kind `by` from its message."""
    group = Group(kind.get("app_id") or "", kind.get("app_group_id") or "")
    return PeopleSource(
        by,
        user_ids=tuple(kind.get("user_ids") or ()),
        group=group if by == "group" else None,
        expressions=tuple(kind.get("expressions") or ()),
    )


def read_span(value: Value) -> timedelta | None:
    """Return a span of time that a policy sets, or None if it sets none."""
    seconds = durations.parse_seconds(value)
    return None if seconds is None else timedelta(seconds=float(seconds))


def _read_fallback(kind: Tree) -> Fallback | None:
    if not kind.get("fallback"):
        return None
    if not kind.get("is_group_fallback_enabled"):
        return Fallback(tuple(kind.get("fallback_user_ids") or ()))
    return Fallback(
        groups=tuple(
            Group(group.get("app_id") or "", group.get("app_entitlement_id") or "")
            for group in kind.get("fallback_group_ids") or ()
        )
    )


def _read_escalation(tree: Tree) -> EscalationRule | None:
    given = tree.get("escalation")
    if not tree.get("escalation_enabled") or not isinstance(given, dict):
        return None
    action = choose_kind(get_args(EscalationAction), given)
    if not action:
        return None
    expiration = str(given.get("expiration", ""))
    return EscalationRule(
        cast(EscalationAction, action),
        # An int64, such as the expiration, is text without a unit on the wire.
        read_span(f"{expiration}s" if expiration.isdecimal() else given.get("expiration")),
        policy_id=given[action].get("policy_id") or "",
        user_ids=tuple(given[action].get("approver_ids") or ()),
    )
