"""Approval steps: `approve.manager(fallback=["user-1"])`.

Each function is one kind of approval. The keywords that a signature does not list are those of
`Options`, which an editor completes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast, overload

from pulumi_c1policy.builders._optional_fields import drop_unset, take_app_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from pulumi_c1policy.inputs import (
        AppEntitlementReferenceArgsDict,
        ApprovalAgentFailureAction,
        ApprovalAgentMode,
        EscalationArgsDict,
        PolicyStepArgsDict,
    )
    from pulumi_c1policy.lookup_results import (
        AppId,
        EntitlementId,
        FindEntitlementResult,
        PolicyId,
        StepUpProviderId,
        UserId,
        WebhookId,
    )


class ApprovalOptions(TypedDict, total=False):
    """The options of every approval."""

    allow_reassignment: pulumi.Input[bool]
    """True lets an approver reassign the approval to somebody else."""
    allowed_reassignees: pulumi.Input[Sequence[pulumi.Input[UserId]]]
    """Ids of the only users to whom it may be reassigned; implies `allow_reassignment`."""
    allow_delegation: pulumi.Input[bool]
    """True lets an approver's delegate decide in their place."""
    require_approval_reason: pulumi.Input[bool]
    """True requires a reason for an approval."""
    require_denial_reason: pulumi.Input[bool]
    """True requires a reason for a denial."""
    require_reassignment_reason: pulumi.Input[bool]
    """True requires a reason for a reassignment."""
    requires_step_up_provider_id: pulumi.Input[StepUpProviderId]
    """The provider of step-up authentication that an approver must pass first."""
    escalate: pulumi.Input[EscalationArgsDict]
    """The escalation if nobody answers, such as `escalate.to_users(["user-1"], after="4h")`."""


class OwnApprovalOptions(ApprovalOptions, total=False):
    """The further options of an approval by people."""

    allow_self_approval: pulumi.Input[bool]
    """True lets the person whom the request is for approve it."""
    require_distinct_approvers: pulumi.Input[bool]
    """True prevents one person from approving several steps of the same rule."""


class ApprovalFallbackOptions(ApprovalOptions, total=False):
    """The further options of an approval that may find nobody."""

    fallback: pulumi.Input[Sequence[pulumi.Input[UserId]]]
    """Ids of the users who are asked if nobody is found."""
    fallback_groups: pulumi.Input[
        Sequence[pulumi.Input[AppEntitlementReferenceArgsDict | FindEntitlementResult]]
    ]
    """The groups, each as an entitlement, that are asked if nobody is found."""


class OwnApprovalFallbackOptions(OwnApprovalOptions, ApprovalFallbackOptions, total=False):
    """The further options of an approval by people that may find nobody."""


def users(
    user_ids: pulumi.Input[Sequence[pulumi.Input[UserId]]], **options: Unpack[OwnApprovalOptions]
) -> PolicyStepArgsDict:
    """Require the approval of one of the named users (1 to 32)."""
    return _make_step("users", options, user_ids=user_ids)


def manager(**options: Unpack[OwnApprovalFallbackOptions]) -> PolicyStepArgsDict:
    """Require the approval of the manager of the person whom the request is for."""
    return _make_step("manager", options)


def app_owners(**options: Unpack[OwnApprovalOptions]) -> PolicyStepArgsDict:
    """Require the approval of an owner of the app."""
    return _make_step("app_owners", options)


def entitlement_owners(**options: Unpack[OwnApprovalFallbackOptions]) -> PolicyStepArgsDict:
    """Require the approval of an owner of the entitlement."""
    return _make_step("entitlement_owners", options)


def resource_owners(**options: Unpack[OwnApprovalFallbackOptions]) -> PolicyStepArgsDict:
    """Require the approval of an owner of the resource."""
    return _make_step("resource_owners", options)


@overload
def group(
    app_group_id: pulumi.Input[EntitlementId],
    *,
    app_id: pulumi.Input[AppId],
    **options: Unpack[OwnApprovalFallbackOptions],
) -> PolicyStepArgsDict: ...
@overload
def group(
    app_group_id: pulumi.Input[FindEntitlementResult], **options: Unpack[OwnApprovalFallbackOptions]
) -> PolicyStepArgsDict: ...
def group(
    app_group_id: pulumi.Input[EntitlementId],
    *,
    app_id: pulumi.Input[AppId] | None = None,
    **options: Unpack[OwnApprovalFallbackOptions],
) -> PolicyStepArgsDict:
    """Require the approval of a member of a group of an app.

    Args:
        app_group_id: The id of the group's entitlement, or the result of `find_group`.
        app_id: The app; not needed with the result of `find_group`.
        **options: The options of an approval by people that may find nobody.

    Raises:
        TypeError: The app is missing.
    """
    app = take_app_id(app_group_id) if app_id is None else app_id
    return _make_step("group", options, app_id=app, app_group_id=app_group_id)


def oneself(**options: Unpack[ApprovalFallbackOptions]) -> PolicyStepArgsDict:
    """Require the approval of the person whom the request is for."""
    return _make_step("self", options)


def expression(
    *expressions: pulumi.Input[str], **options: Unpack[OwnApprovalFallbackOptions]
) -> PolicyStepArgsDict:
    """Require the approval of a user whom a CEL expression returns; the first result counts."""
    return _make_step("expression", options, expressions=list(expressions))


def webhook(
    webhook_id: pulumi.Input[WebhookId], **options: Unpack[ApprovalOptions]
) -> PolicyStepArgsDict:
    """Let a webhook decide."""
    return _make_step("webhook", options, webhook_id=webhook_id)


def agent(
    instructions: pulumi.Input[str] | None = None,
    *,
    agent_mode: pulumi.Input[ApprovalAgentMode] | None = None,
    policy_ids: pulumi.Input[Sequence[pulumi.Input[PolicyId]]] | None = None,
    agent_failure_action: pulumi.Input[ApprovalAgentFailureAction] | None = None,
    reassign_to_user_ids: pulumi.Input[Sequence[pulumi.Input[UserId]]] | None = None,
    **options: Unpack[ApprovalOptions],
) -> PolicyStepArgsDict:
    """Let an agent decide, or assist.

    Args:
        instructions: The instructions of the agent.
        agent_mode: What the agent may do.
        policy_ids: The only policies to which it may hand a request.
        agent_failure_action: The action if the agent fails.
        reassign_to_user_ids: The users who take over if it fails and the action reassigns to users.
        **options: The options of every approval.
    """
    return _make_step(
        "agent",
        options,
        instructions=instructions,
        agent_mode=agent_mode,
        policy_ids=policy_ids,
        agent_failure_action=agent_failure_action,
        reassign_to_user_ids=reassign_to_user_ids,
    )


def _make_step(
    kind: str,
    options: Mapping[str, Any],
    **own: Any,  # noqa: ANN401 - each function above says its types
) -> PolicyStepArgsDict:
    """Return the step, with each option at its place, and implied switches set."""
    rest = drop_unset(**options)
    common = {name: rest.pop(name) for name in [*rest] if name in ApprovalOptions.__optional_keys__}
    if "escalate" in common:
        common |= {"escalation_enabled": True, "escalation": common.pop("escalate")}
    if "allowed_reassignees" in common:
        common = {"allow_reassignment": True} | common
    groups = rest.pop("fallback_groups", None)
    if "fallback" in rest or groups is not None:
        rest |= {"fallback": True} | drop_unset(fallback_user_ids=rest.get("fallback"))
    if groups is not None:
        rest |= {"is_group_fallback_enabled": True, "fallback_group_ids": groups}
    return cast("PolicyStepArgsDict", {"approval": {kind: drop_unset(**own) | rest, **common}})
