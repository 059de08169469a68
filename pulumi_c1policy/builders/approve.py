"""Steps in which somebody approves: `approve.manager(fallback=["user-1"])`.

Each function is one kind of approval. The keywords that are not listed in a signature are those of
`Options` here, which an editor completes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast

from pulumi_c1policy.builders._given import given

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


class Options(TypedDict, total=False):
    """What every approval takes."""

    allow_reassignment: pulumi.Input[bool]
    """Whether an approver may hand the approval to somebody else."""
    allowed_reassignees: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Ids of the only users to whom it may be handed; implies `allow_reassignment`."""
    allow_delegation: pulumi.Input[bool]
    """Whether an approver's delegate may decide in their place."""
    require_approval_reason: pulumi.Input[bool]
    """Whether who approves must say why."""
    require_denial_reason: pulumi.Input[bool]
    """Whether who denies must say why."""
    require_reassignment_reason: pulumi.Input[bool]
    """Whether who reassigns must say why."""
    requires_step_up_provider_id: pulumi.Input[str]
    """The provider of step-up authentication that an approver must pass first."""
    escalate: pulumi.Input[EscalationArgsDict]
    """What happens when nobody answers, such as `escalate.to_users(["user-1"], after="4h")`."""


class OwnOptions(Options, total=False):
    """What an approval by people takes besides."""

    allow_self_approval: pulumi.Input[bool]
    """Whether the person whom the request is for may approve it."""
    require_distinct_approvers: pulumi.Input[bool]
    """Whether nobody may approve more than one step of the same rule."""


class FallbackOptions(Options, total=False):
    """What an approval that may find nobody takes besides."""

    fallback: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Ids of the users who are asked if nobody is found."""
    fallback_groups: pulumi.Input[Sequence[pulumi.Input[AppEntitlementReferenceArgsDict]]]
    """The groups, each as an entitlement, that are asked if nobody is found."""


class OwnFallbackOptions(OwnOptions, FallbackOptions, total=False):
    """What an approval by people takes who may not be found."""


def users(
    user_ids: pulumi.Input[Sequence[pulumi.Input[str]]], **options: Unpack[OwnOptions]
) -> PolicyStepArgsDict:
    """One of the named users approves (1 to 32)."""
    return _step("users", options, user_ids=user_ids)


def manager(**options: Unpack[OwnFallbackOptions]) -> PolicyStepArgsDict:
    """The manager of the person whom the request is for approves."""
    return _step("manager", options)


def app_owners(**options: Unpack[OwnOptions]) -> PolicyStepArgsDict:
    """An owner of the app approves."""
    return _step("app_owners", options)


def entitlement_owners(**options: Unpack[OwnFallbackOptions]) -> PolicyStepArgsDict:
    """An owner of the entitlement approves."""
    return _step("entitlement_owners", options)


def resource_owners(**options: Unpack[OwnFallbackOptions]) -> PolicyStepArgsDict:
    """An owner of the resource approves."""
    return _step("resource_owners", options)


def group(
    app_group_id: pulumi.Input[str],
    *,
    app_id: pulumi.Input[str],
    **options: Unpack[OwnFallbackOptions],
) -> PolicyStepArgsDict:
    """A member of a group of an app approves."""
    return _step("group", options, app_id=app_id, app_group_id=app_group_id)


def oneself(**options: Unpack[FallbackOptions]) -> PolicyStepArgsDict:
    """The person whom the request is for approves it."""
    return _step("self", options)


def expression(
    *expressions: pulumi.Input[str], **options: Unpack[OwnFallbackOptions]
) -> PolicyStepArgsDict:
    """Whoever a CEL expression returns approves; the first that returns anybody counts."""
    return _step("expression", options, expressions=list(expressions))


def webhook(webhook_id: pulumi.Input[str], **options: Unpack[Options]) -> PolicyStepArgsDict:
    """A webhook decides."""
    return _step("webhook", options, webhook_id=webhook_id)


def agent(
    instructions: pulumi.Input[str] | None = None,
    *,
    agent_mode: pulumi.Input[ApprovalAgentMode] | None = None,
    policy_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    agent_failure_action: pulumi.Input[ApprovalAgentFailureAction] | None = None,
    reassign_to_user_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    **options: Unpack[Options],
) -> PolicyStepArgsDict:
    """An agent decides, or helps to.

    Args:
        instructions: What the agent is told.
        agent_mode: How much it may do.
        policy_ids: The only policies to which it may hand a request.
        agent_failure_action: What happens if it fails.
        reassign_to_user_ids: Who takes over if it fails and that reassigns to users.
        **options: What every approval takes.
    """
    return _step(
        "agent",
        options,
        instructions=instructions,
        agent_mode=agent_mode,
        policy_ids=policy_ids,
        agent_failure_action=agent_failure_action,
        reassign_to_user_ids=reassign_to_user_ids,
    )


def _step(
    kind: str,
    options: Mapping[str, Any],
    **own: Any,  # noqa: ANN401 - each function above says its types
) -> PolicyStepArgsDict:
    """The step; options go where the API has them, and switches that they imply are turned on."""
    rest = given(**options)
    common = {name: rest.pop(name) for name in [*rest] if name in Options.__optional_keys__}
    if "escalate" in common:
        common |= {"escalation_enabled": True, "escalation": common.pop("escalate")}
    if "allowed_reassignees" in common:
        common = {"allow_reassignment": True} | common
    groups = rest.pop("fallback_groups", None)
    if "fallback" in rest or groups is not None:
        rest |= {"fallback": True} | given(fallback_user_ids=rest.get("fallback"))
    if groups is not None:
        rest |= {"is_group_fallback_enabled": True, "fallback_group_ids": groups}
    return cast("PolicyStepArgsDict", {"approval": {kind: given(**own) | rest, **common}})
