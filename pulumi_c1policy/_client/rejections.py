"""The error texts with which a tenant rejects a policy for good. Data.

A plain error of a handler reaches the client as gRPC code 2 with HTTP 500, like an outage. Only the
text tells that a repetition cannot help. This module must not import httpx.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pulumi_c1policy._findings import rule_texts


@dataclass(frozen=True, slots=True)
class Rejection:
    """A text of the tenant that is final with any 4xx and with 500.

    Attributes:
        text: The constant part of the error's `message`.
        rule: The id of the rule that finds the same mistake before a request is sent.
        fix: The correction, as an imperative clause without a full stop.
    """

    text: str
    rule: str
    fix: str

    @property
    def advice(self) -> str:
        """The sentence that says what to correct."""
        return f"{self.fix}. Nothing was changed.{rule_texts.cite_rules(self.rule)}"


# Source: the comments of the vendor's CLI (ConductorOne/c1i), which quote the server's source. One
# of the texts was observed with HTTP 400, so the text decides and not the status.
REJECTIONS: Final = (
    Rejection(
        "provision steps are not allowed in policies",
        "provision-step",
        "Remove the provision steps: provisioning is set on the entitlement and runs after the "
        "policy has granted",
    ),
    Rejection(
        "unsupported workflow step type",
        "action-step",
        "Remove the action steps: the tenant does not support them",
    ),
    Rejection(
        "policy step is nil",
        "empty-step",
        "Give each step a kind (approval, accept, reject, wait or form), or remove the step",
    ),
    Rejection(
        "no steps for rule",
        "no-such-steps",
        "Set the `step_key` of each rule to a key of `policy_steps`",
    ),
    Rejection(
        "assigned is a read-only field",
        "output-only",
        "Remove `assigned` from the approval: the tenant sets it",
    ),
    Rejection(
        "assigned user IDs is set by the task workflow",
        "output-only",
        "Remove `assigned_user_ids` from the manager approval: the tenant sets it",
    ),
    Rejection("agent mode is required", "agent-mode", "Set `agent_mode` of the agent approval"),
    Rejection(
        "agent mode can only be",
        "agent-mode",
        "Set `agent_mode` to `APPROVAL_AGENT_MODE_COMMENT_ONLY`, the only mode of a certify policy",
    ),
    Rejection(
        "agent approval steps are only allowed",
        "agent-type",
        "Remove the agent approval: only grant and certify policies may have one",
    ),
    Rejection(
        "agent approval steps are system-driven",
        "agent-user",
        "Remove `agent_user_id` from the agent approval",
    ),
    Rejection(
        "policy ids are required when agent mode",
        "agent-policies",
        "Set `policy_ids` of the agent approval to the policies that the agent may choose from",
    ),
    Rejection(
        "agent failure action is required",
        "agent-failure-action",
        "Set `agent_failure_action` of the agent approval",
    ),
    Rejection(
        "reassign to user ids is required",
        "agent-reassign",
        "Set `reassign_to_user_ids` of the agent approval",
    ),
)
"""Each text that is known to be final."""

_FOLDED: Final = tuple((" ".join(each.text.casefold().split()), each) for each in REJECTIONS)


def find(status: int, message: str | None) -> Rejection | None:
    """Return the rejection in an error's message, in any letter case and among other words.

    Args:
        status: The HTTP status; gateways answer with statuses above 500, and reject no policy.
        message: The `message` of the error's body.
    """
    if not message or not 400 <= status <= 500:
        return None
    text = " ".join(message.casefold().split())
    return next((each for folded, each in _FOLDED if folded in text), None)
