"""Facts about approvals by agents."""

from __future__ import annotations

from typing import Any

from acceptance.context import Context, refusal
from acceptance.fact import CLI, Case, Fact
from acceptance.facts.cases import accepts, approval, refuses_steps, with_steps
from acceptance.http import Json

_MODE = "APPROVAL_AGENT_MODE_"
_SKIP = "APPROVAL_AGENT_FAILURE_ACTION_SKIP_POLICY_STEP"
_REASSIGN = "APPROVAL_AGENT_FAILURE_ACTION_REASSIGN_TO_USERS"
_SOMEBODY = "2AcceptanceUser000000000000"


def _agent(mode: str = "FULL_CONTROL", failure: str = _SKIP, **fields: Any) -> Json:
    held = {"agentMode": f"{_MODE}{mode}" if mode else "", "agentFailureAction": failure, **fields}
    return approval("agent", **{key: value for key, value in held.items() if value})


def _own_id(context: Context) -> None:
    made = context.create()["id"]
    fields = {"policySteps": with_steps(_agent("CHANGE_POLICY_ONLY", policyIds=[made]))}
    refusal(context.send_update(made, fields, "policySteps"))


def _reassign(context: Context) -> None:
    step = _agent(failure=_REASSIGN, reassignToUserIds=context.user_ids(1))
    context.create(policySteps=with_steps(step))


def _other_policy(context: Context) -> None:
    other = context.create()["id"]
    context.create(policySteps=with_steps(_agent("CHANGE_POLICY_ONLY", policyIds=[other])))


def _refusal(name: str, statement: str, text: str, step: Json, kind: str = "grant") -> Fact:
    told = f"{statement}: refused, `{text}`."
    case: Case = refuses_steps(text, step, kind=kind)
    return Fact(f"agent-{name}", told, "source", CLI, case)


FACTS = (
    Fact(
        "agent-complete",
        "An agent's approval with a mode and a failure action is accepted.",
        "inferred",
        CLI,
        accepts(_agent()),
    ),
    Fact(
        "agent-certify-comment",
        "A certify policy takes an agent in the mode COMMENT_ONLY.",
        "source",
        CLI,
        accepts(_agent("COMMENT_ONLY"), kind="certify"),
    ),
    _refusal("no-mode", "No `agentMode`", "agent mode is required", _agent("")),
    _refusal(
        "no-failure-action",
        "No `agentFailureAction`",
        "agent failure action is required",
        _agent(failure=""),
    ),
    _refusal(
        "revoke",
        "An agent in a revoke policy",
        "agent approval steps are only allowed",
        _agent(),
        "revoke",
    ),
    _refusal(
        "certify-mode",
        "Another mode than COMMENT_ONLY in a certify policy",
        "agent mode can only be",
        _agent(),
        "certify",
    ),
    _refusal(
        "user-id",
        "`agentUserId` on write",
        "agent approval steps are system-driven",
        _agent(agentUserId=_SOMEBODY),
    ),
    _refusal(
        "no-policies",
        "The mode CHANGE_POLICY_ONLY without `policyIds`",
        "policy ids are required when agent mode",
        _agent("CHANGE_POLICY_ONLY"),
    ),
    _refusal(
        "no-reassignees",
        "The failure action REASSIGN_TO_USERS without `reassignToUserIds`",
        "reassign to user ids is required",
        _agent(failure=_REASSIGN),
    ),
    Fact(
        "agent-own-policy",
        "The mode CHANGE_POLICY_ONLY with the policy's own id in `policyIds`: refused.",
        "source",
        CLI,
        _own_id,
    ),
    Fact(
        "agent-policies",
        "The mode CHANGE_POLICY_ONLY with another policy in `policyIds` is accepted.",
        "inferred",
        CLI,
        _other_policy,
    ),
    Fact(
        "agent-reassignees",
        "The failure action REASSIGN_TO_USERS with `reassignToUserIds` is accepted.",
        "inferred",
        CLI,
        _reassign,
    ),
)
