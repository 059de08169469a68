"""Escalations: `approve.manager(escalate=escalate.to_users([...], after="4h"))`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pulumi_c1policy.builders._optional_fields import drop_unset
from pulumi_c1policy.builders.flow import get_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from pulumi_c1policy.inputs import EscalationArgsDict
    from pulumi_c1policy.inputs.values import Duration
    from pulumi_c1policy.lookup_results import PolicyId, UserId
    from pulumi_c1policy.resource import Policy


def to_users(
    user_ids: pulumi.Input[Sequence[pulumi.Input[UserId]]],
    *,
    after: pulumi.Input[Duration],
    comment: pulumi.Input[str] | None = None,
) -> EscalationArgsDict:
    """Hand the approval to other users if nobody answers.

    Args:
        user_ids: The new approvers.
        after: The time to wait for an answer.
        comment: The comment on the request.
    """
    return _make_escalation("reassign_to_approvers", {"approver_ids": user_ids}, after, comment)


def to_policy(
    policy: Policy | pulumi.Input[PolicyId],
    *,
    after: pulumi.Input[Duration],
    comment: pulumi.Input[str] | None = None,
) -> EscalationArgsDict:
    """Continue with another policy if nobody answers.

    Args:
        policy: The policy, its id, or the result of `get_policy`.
        after: The time to wait for an answer.
        comment: The comment on the request.
    """
    return _make_escalation("replace_policy", {"policy_id": get_id(policy)}, after, comment)


def skip_step(
    *, after: pulumi.Input[Duration], comment: pulumi.Input[str] | None = None
) -> EscalationArgsDict:
    """Skip this approval if nobody answers.

    Args:
        after: The time to wait for an answer.
        comment: The comment on the request.
    """
    return _make_escalation("skip_step", {}, after, comment)


def cancel_request(
    *, after: pulumi.Input[Duration], comment: pulumi.Input[str] | None = None
) -> EscalationArgsDict:
    """Cancel the request if nobody answers.

    Args:
        after: The time to wait for an answer.
        comment: The comment on the request.
    """
    return _make_escalation("cancel_ticket", {}, after, comment)


def _make_escalation(
    kind: str,
    how: dict[str, Any],
    after: pulumi.Input[Duration],
    comment: pulumi.Input[str] | None,
) -> EscalationArgsDict:
    fields = drop_unset(expiration=after, escalation_comment=comment)
    return cast("EscalationArgsDict", {**fields, kind: how})
