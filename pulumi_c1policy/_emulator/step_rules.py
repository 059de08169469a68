"""The tenant's rules for the steps of a policy.

The texts of the 500s are the tenant's as far as they are known; the rest of each sentence is
invented. Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi_c1policy._emulator import cel, wire_durations
from pulumi_c1policy._emulator.api_errors import HandlerError, invalid
from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.wire_schema import POLICY, walk

MAX_APPROVERS = 32
SHORTEST_WAIT = 3600 * 10**9
LONGEST_WAIT = 31 * 24 * 3600 * 10**9

Fields = dict[str, Any]


def check(policy_id: str, fields: Fields, quirks: Quirks, *, creating: bool) -> None:
    """Reject steps that cannot be stored.

    Args:
        policy_id: The policy that is being written.
        fields: Its new fields.
        quirks: The tenant's quirks.
        creating: The policy is new.

    Raises:
        TenantError: A step cannot be stored.
    """
    messages = list(walk(POLICY, {"policySteps": fields.get("policySteps", {})}))
    for path, name, value in messages:
        _check_structure(path, name.rpartition(".")[2], value)
    for _, name, value in messages:
        short = name.rpartition(".")[2]
        if short == "PolicyStep":
            _check_kind(value, is_open=not creating and quirks.steps_on_update == "accepted")
        elif short == "AgentApproval":
            _check_agent(policy_id, str(fields["policyType"]), value)
        elif short in _HANDLED:
            _HANDLED[short](value)
        if value.get("fallback") is True:
            _check_fallback(value)
    for path, name, value in messages:
        _check_waits_and_expressions(path, name.rpartition(".")[2], value, quirks)


def _check_structure(path: str, short: str, value: Fields) -> None:
    if short == "PolicySteps" and not value.get("steps"):
        raise invalid("invalid PolicySteps.Steps: value must contain at least 1 item(s)")
    if short == "UserApproval" and not 1 <= len(value.get("userIds", [])) <= MAX_APPROVERS:
        raise invalid(f"{path}.userIds: value must contain between 1 and {MAX_APPROVERS} items")


def _check_kind(step: Fields, *, is_open: bool) -> None:
    if not step:
        raise HandlerError("policy step is nil")
    if "provision" in step and not is_open:
        raise HandlerError("provision steps are not allowed in policies")
    if "action" in step and not is_open:
        raise HandlerError("unsupported workflow step type")


def _check_approval(value: Fields) -> None:
    if value.get("assigned"):
        raise HandlerError("assigned is a read-only field")


def _check_manager(value: Fields) -> None:
    if value.get("assignedUserIds"):
        raise HandlerError("assigned user IDs is set by the task workflow")


_HANDLED: dict[str, Callable[[Fields], None]] = {
    "Approval": _check_approval,
    "ManagerApproval": _check_manager,
}


def _check_fallback(value: Fields) -> None:
    # The switch selects groups instead of users.
    if value.get("isGroupFallbackEnabled"):
        if not value.get("fallbackGroupIds"):
            raise HandlerError("fallback group ids are required when group fallback is enabled")
    elif not value.get("fallbackUserIds"):
        raise HandlerError("fallback user ids are required when fallback is enabled")


def _check_agent(policy_id: str, policy_type: str, value: Fields) -> None:
    mode = str(value.get("agentMode", "")).removeprefix("APPROVAL_AGENT_MODE_")
    failure = str(value.get("agentFailureAction", ""))
    if policy_type not in {"POLICY_TYPE_GRANT", "POLICY_TYPE_CERTIFY"}:
        raise HandlerError(
            "agent approval steps are only allowed in access request and access review policies"
        )
    if value.get("agentUserId"):
        raise HandlerError("agent approval steps are system-driven: agent user id must be empty")
    if not mode:
        raise HandlerError("agent mode is required")
    if policy_type == "POLICY_TYPE_CERTIFY" and mode != "COMMENT_ONLY":
        raise HandlerError("agent mode can only be comment only in access review policies")
    if mode == "CHANGE_POLICY_ONLY":
        if not value.get("policyIds"):
            raise HandlerError("policy ids are required when agent mode is change policy only")
        if policy_id in value["policyIds"]:
            raise HandlerError("policy ids must not contain the policy itself")
    if not failure:
        raise HandlerError("agent failure action is required")
    if failure.endswith("_REASSIGN_TO_USERS") and not value.get("reassignToUserIds"):
        raise HandlerError("reassign to user ids is required when reassigning to users")


def _check_waits_and_expressions(path: str, short: str, value: Fields, quirks: Quirks) -> None:
    if quirks.wait_limits and short == "Wait" and "timeoutDuration" in value:
        _check_length(f"{path}.timeoutDuration", value["timeoutDuration"])
    if quirks.wait_limits and short == "WaitDuration":
        _check_length(f"{path}.duration", value.get("duration", "0s"))
    if short == "WaitCondition" and value.get("condition"):
        cel.check(f"{path}.condition", value["condition"], "condition", quirks)
    if short == "ExpressionApproval":
        for index, text in enumerate(value.get("expressions", [])):
            cel.check(f"{path}.expressions[{index}]", text, "approver", quirks)


def _check_length(path: str, duration: str) -> None:
    if not SHORTEST_WAIT <= wire_durations.to_nanoseconds(duration) <= LONGEST_WAIT:
        raise invalid(f"{path}: must be from one hour to one month")
