"""The escalation of an approval that nobody answers."""

from __future__ import annotations

from pulumi_c1policy._model.schema import Field, Message, Scalar

REPLACE_POLICY = Message(
    "c1.api.policy.v1.Escalation.ReplacePolicy",
    "Continues with another policy instead of this one.",
    Field(
        name="policy_id",
        type=Scalar.STRING,
        required=True,
        names_policy=True,
        doc="The policy to continue with.",
    ),
)

REASSIGN_TO_APPROVERS = Message(
    "c1.api.policy.v1.Escalation.ReassignToApprovers",
    "Hands the approval to other people.",
    Field(
        name="approver_ids",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        doc="Ids of the users who approve instead; the order has no meaning.",
    ),
)

CANCEL_TICKET = Message(
    "c1.api.policy.v1.Escalation.CancelTicket", "Cancels the request. Has no fields."
)

SKIP_STEP = Message("c1.api.policy.v1.Escalation.SkipStep", "Skips the step. Has no fields.")

ESCALATION = Message(
    "c1.api.policy.v1.Escalation",
    "The escalation of an unanswered approval; the tenant keeps it only while escalation is "
    "enabled.",
    Field(
        name="expiration",
        type=Scalar.INT64,
        span=True,
        doc=(
            'The time to wait for an answer, in whole seconds: text such as `"4h"`, seconds, or a '
            "`timedelta`."
        ),
    ),
    Field(
        name="escalation_comment",
        type=Scalar.STRING,
        doc="The comment on the request when the escalation acts.",
    ),
    Field(
        name="replace_policy",
        type=REPLACE_POLICY,
        oneof="escalation_policy",
        doc="Continue with another policy.",
    ),
    Field(
        name="reassign_to_approvers",
        type=REASSIGN_TO_APPROVERS,
        oneof="escalation_policy",
        doc="Hand the approval to other people.",
    ),
    Field(
        name="cancel_ticket",
        type=CANCEL_TICKET,
        oneof="escalation_policy",
        doc="Cancel the request.",
    ),
    Field(
        name="skip_step", type=SKIP_STEP, oneof="escalation_policy", doc="Skip the approval step."
    ),
    required_oneofs=["escalation_policy"],
)
