"""The steps of a policy, and the small kinds of step: accept, reject, wait, action."""

from __future__ import annotations

from pulumi_c1policy._model.approval import APPROVAL
from pulumi_c1policy._model.form import FORM_STEP
from pulumi_c1policy._model.provision import PROVISION
from pulumi_c1policy._model.schema import Field, Message, Scalar

_HOUR = 3600
# The API says "one month" without its length: use the longest, so that no valid value is refused.
_MONTH = 31 * 24 * _HOUR

ACCEPT = Message(
    "c1.api.policy.v1.Accept",
    "Ends the request as approved.",
    Field(
        name="accept_message",
        type=Scalar.STRING,
        doc="The comment on the request. Default: none.",
    ),
)

REJECT = Message(
    "c1.api.policy.v1.Reject",
    "Ends the request as denied.",
    Field(
        name="reject_message",
        type=Scalar.STRING,
        doc="The comment on the request. Default: none.",
    ),
)

WAIT_CONDITION = Message(
    "c1.api.policy.v1.WaitCondition",
    "Waits until a condition is true.",
    Field(
        name="condition",
        type=Scalar.STRING,
        required=True,
        cel="wait-condition",
        doc="A CEL expression that returns a bool.",
    ),
)

WAIT_DURATION = Message(
    "c1.api.policy.v1.WaitDuration",
    "Waits for a duration.",
    Field(
        name="duration",
        type=Scalar.DURATION,
        required=True,
        least=_HOUR,
        most=_MONTH,
        bounds_rule="wait-length",
        doc=(
            'The duration, one hour to one month: text such as `"4h"`, seconds, or a `timedelta`.'
        ),
    ),
)

WAIT_UNTIL_TIME = Message(
    "c1.api.policy.v1.WaitUntilTime",
    "Waits until a time of the day.",
    Field(name="hours", type=Scalar.UINT32, least=0, most=23, doc="The hour, 0 to 23. Default 0."),
    Field(
        name="minutes", type=Scalar.UINT32, least=0, most=59, doc="The minute, 0 to 59. Default 0."
    ),
    Field(
        name="timezone",
        type=Scalar.STRING,
        doc="The time zone of the time, such as `Europe/Berlin`. Default: UTC.",
    ),
)

WAIT = Message(
    "c1.api.policy.v1.Wait",
    "A step that waits.",
    Field(
        name="condition",
        type=WAIT_CONDITION,
        oneof="until",
        doc="Wait until a condition is true.",
    ),
    Field(
        name="duration",
        type=WAIT_DURATION,
        oneof="until",
        doc="Wait for a duration.",
    ),
    Field(
        name="until_time",
        type=WAIT_UNTIL_TIME,
        oneof="until",
        doc="Wait until a time of the day.",
    ),
    Field(
        name="name",
        type=Scalar.STRING,
        doc="The name of the wait on the request's page.",
    ),
    Field(
        name="timeout_duration",
        type=Scalar.DURATION,
        least=_HOUR,
        most=_MONTH,
        bounds_rule="wait-length",
        doc=(
            'The time after which the wait ends, one hour to one month: text such as `"24h"`, '
            "seconds, or a `timedelta`."
        ),
    ),
    Field(
        name="comment_on_first_wait",
        type=Scalar.STRING,
        doc="The comment on the request when the first check fails. Default: none.",
    ),
    Field(
        name="comment_on_timeout",
        type=Scalar.STRING,
        doc="The comment on the request when the wait times out. Default: none.",
    ),
    required_oneofs=["until"],
)

ACTION_TARGET_AUTOMATION = Message(
    "c1.api.policy.v1.ActionTargetAutomation",
    "Runs an automation.",
    Field(
        name="automation_template_id",
        type=Scalar.STRING,
        required=True,
        doc="The template of the automation.",
    ),
)

ACTION_TARGET_BATON_RESOURCE_ACTION = Message(
    "c1.api.policy.v1.ActionTargetBatonResourceAction",
    "Runs an action that a connector offers on a resource.",
    Field(
        name="baton_resource_action_id",
        type=Scalar.STRING,
        required=True,
        doc="The action.",
    ),
)

ACTION_TARGET_CLIENT_ID_APPROVAL = Message(
    "c1.api.policy.v1.ActionTargetClientIdApproval", "Approves a client id. Has no fields."
)

ACTION = Message(
    "c1.api.policy.v1.Action",
    "A step that runs something.",
    Field(
        name="automation",
        type=ACTION_TARGET_AUTOMATION,
        oneof="target",
        doc="Run an automation.",
    ),
    Field(
        name="baton_resource_action",
        type=ACTION_TARGET_BATON_RESOURCE_ACTION,
        oneof="target",
        doc="Run an action that a connector offers on a resource.",
    ),
    Field(
        name="client_id_approval",
        type=ACTION_TARGET_CLIENT_ID_APPROVAL,
        oneof="target",
        doc="Approve a client id.",
    ),
    required_oneofs=["target"],
)

_KINDS = {
    "approval": (APPROVAL, "Somebody approves or denies the request."),
    "provision": (
        PROVISION,
        "Tenants reject it (rule `provision-step`): provisioning is set on the entitlement.",
    ),
    "accept": (ACCEPT, "The request ends as approved."),
    "reject": (REJECT, "The request ends as denied."),
    "wait": (WAIT, "The request waits."),
    "form": (FORM_STEP, "Somebody fills in a form."),
    "action": (ACTION, "Tenants do not support it yet (rule `action-step`)."),
}
_REFUSED_BY = {"provision": "provision-step", "action": "action-step"}

POLICY_STEP = Message(
    "c1.api.policy.v1.PolicyStep",
    "One step.",
    *(
        Field(name=name, type=kind, oneof="step", refused_by=_REFUSED_BY.get(name, ""), doc=doc)
        for name, (kind, doc) in _KINDS.items()
    ),
    required_oneofs=["step"],
)

POLICY_STEPS = Message(
    "c1.api.policy.v1.PolicySteps",
    "The steps of a request.",
    Field(
        name="steps",
        type=POLICY_STEP,
        shape="list",
        doc="The steps, in their order.",
    ),
)
