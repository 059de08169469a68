"""Facts about approvals by agents."""

from __future__ import annotations

from typing import Any

from acceptance.context import Context, expect_rejection
from acceptance.fact import CLI, Case, Fact
from acceptance.facts.cases import approval, expect_accepted, expect_rejected_steps, with_steps
from acceptance.http import Json

_MODE = "APPROVAL_AGENT_MODE_"
_SKIP = "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP"
_REASSIGN = "APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_USERS"
_SOMEBODY = "2AcceptanceUser000000000000"


def _make_agent_step(mode: str = "FULL_CONTROL", failure: str = _SKIP, **fields: Any) -> Json:
    held = {"agentMode": f"{_MODE}{mode}" if mode else "", "agentFailureAction": failure, **fields}
    return approval("agent", **{key: value for key, value in held.items() if value})


def _reject_own_id(context: Context) -> None:
    made = context.create()["id"]
    fields = {"policySteps": with_steps(_make_agent_step("CHANGE_POLICY_ONLY", policyIds=[made]))}
    expect_rejection(context.send_update(made, fields, "policySteps"))


def _accept_reassignees(context: Context) -> None:
    step = _make_agent_step(failure=_REASSIGN, reassignToUserIds=context.find_user_ids(1))
    context.create(policySteps=with_steps(step))


def _accept_other_policy(context: Context) -> None:
    other = context.create()["id"]
    context.create(
        policySteps=with_steps(_make_agent_step("CHANGE_POLICY_ONLY", policyIds=[other]))
    )


def _make_rejection_fact(
    name: str, statement: str, text: str, step: Json, kind: str = "grant"
) -> Fact:
    told = f"{statement}: rejected, `{text}`."
    case: Case = expect_rejected_steps(text, step, kind=kind)
    return Fact(f"agent-{name}", told, "source", CLI, case)


FACTS = (
    Fact(
        "agent-complete",
        "An agent's approval with a mode and a failure action is accepted.",
        "inferred",
        CLI,
        expect_accepted(_make_agent_step()),
    ),
    Fact(
        "agent-certify-comment",
        "A certify policy takes an agent in the mode COMMENT_ONLY.",
        "source",
        CLI,
        expect_accepted(_make_agent_step("COMMENT_ONLY"), kind="certify"),
    ),
    _make_rejection_fact(
        "no-mode", "No `agentMode`", "agent mode is required", _make_agent_step("")
    ),
    _make_rejection_fact(
        "no-failure-action",
        "No `agentFailureAction`",
        "agent failure action is required",
        _make_agent_step(failure=""),
    ),
    _make_rejection_fact(
        "revoke",
        "An agent in a revoke policy",
        "agent approval steps are only allowed",
        _make_agent_step(),
        "revoke",
    ),
    _make_rejection_fact(
        "certify-mode",
        "Another mode than COMMENT_ONLY in a certify policy",
        "agent mode can only be",
        _make_agent_step(),
        "certify",
    ),
    _make_rejection_fact(
        "user-id",
        "`agentUserId` on write",
        "agent approval steps are system-driven",
        _make_agent_step(agentUserId=_SOMEBODY),
    ),
    _make_rejection_fact(
        "no-policies",
        "The mode CHANGE_POLICY_ONLY without `policyIds`",
        "policy ids are required when agent mode",
        _make_agent_step("CHANGE_POLICY_ONLY"),
    ),
    _make_rejection_fact(
        "no-reassignees",
        "The failure action REASSIGN_TO_USERS without `reassignToUserIds`",
        "reassign to user ids is required",
        _make_agent_step(failure=_REASSIGN),
    ),
    Fact(
        "agent-own-policy",
        "The mode CHANGE_POLICY_ONLY with the policy's own id in `policyIds`: rejected.",
        "source",
        CLI,
        _reject_own_id,
    ),
    Fact(
        "agent-policies",
        "The mode CHANGE_POLICY_ONLY with another policy in `policyIds` is accepted.",
        "inferred",
        CLI,
        _accept_other_policy,
    ),
    Fact(
        "agent-reassignees",
        "The failure action REASSIGN_TO_USERS with `reassignToUserIds` is accepted.",
        "inferred",
        CLI,
        _accept_reassignees,
    ),
)
