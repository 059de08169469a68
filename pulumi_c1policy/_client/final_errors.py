"""The error texts with which a tenant rejects a policy for good. Data.

A handler's plain error reaches the client as gRPC code 2 with HTTP 500, like an outage. Only the
text shows that a repetition cannot help. This module must not import httpx.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Refusal:
    """A text of the tenant that is final at any 4xx and at 500.

    Attributes:
        text: The part of the error's `message` that never varies.
        rule: The id of the rule that finds the same mistake before anything is sent.
        fix: The correction, as an imperative clause without a full stop.
    """

    text: str
    rule: str
    fix: str

    @property
    def advice(self) -> str:
        """The sentence that says what to correct."""
        return f"{self.fix} (rule {self.rule}); nothing was changed."


# Source: the comments of the vendor's CLI (ConductorOne/c1i), which quote the server's source. One
# of the texts came with HTTP 400 when it was tried, so the text decides and not the status.
REFUSALS: Final = (
    Refusal(
        "provision steps are not allowed in policies",
        "provision-step",
        "Remove the provision steps: provisioning is set on the entitlement and runs after the "
        "policy has granted",
    ),
    Refusal(
        "unsupported workflow step type",
        "action-step",
        "Remove the action steps: the tenant does not support them",
    ),
    Refusal(
        "policy step is nil",
        "empty-step",
        "Give each step a kind (approval, accept, reject, wait or form), or remove the step",
    ),
    Refusal(
        "no steps for rule",
        "no-such-steps",
        "Let the `step_key` of each rule name steps of the policy",
    ),
    Refusal(
        "assigned is a read-only field",
        "output-only",
        "Remove `assigned` from the approval: the tenant sets it",
    ),
    Refusal(
        "assigned user IDs is set by the task workflow",
        "output-only",
        "Remove `assigned_user_ids` from the manager approval: the tenant sets it",
    ),
    Refusal("agent mode is required", "agent-mode", "Set `agent_mode` of the agent approval"),
    Refusal(
        "agent mode can only be",
        "agent-mode",
        "Set `agent_mode` to `APPROVAL_AGENT_MODE_COMMENT_ONLY`, the only mode of a certify policy",
    ),
    Refusal(
        "agent approval steps are only allowed",
        "agent-type",
        "Remove the agent approval: only grant and certify policies may have one",
    ),
    Refusal(
        "agent approval steps are system-driven",
        "agent-user",
        "Remove `agent_user_id` from the agent approval",
    ),
    Refusal(
        "policy ids are required when agent mode",
        "agent-policies",
        "Set `policy_ids` of the agent approval to the policies that the agent may choose from",
    ),
    Refusal(
        "agent failure action is required",
        "agent-failure-action",
        "Set `agent_failure_action` of the agent approval",
    ),
    Refusal(
        "reassign to user ids is required",
        "agent-reassign",
        "Set `reassign_to_user_ids` of the agent approval",
    ),
)
"""Every text that is known to be final."""

_FOLDED: Final = tuple((" ".join(each.text.casefold().split()), each) for each in REFUSALS)


def find_refusal(status: int, message: str | None) -> Refusal | None:
    """Return the final text in an error's message, in any letter case and among other words.

    Args:
        status: The HTTP status; statuses above 500 come from gateways, which reject no policy.
        message: The `message` of the error's body.
    """
    if not message or not 400 <= status <= 500:
        return None
    said = " ".join(message.casefold().split())
    return next((refusal for text, refusal in _FOLDED if text in said), None)
