"""The nine kinds of provisioning, and the assignment of manual provisioning."""

from __future__ import annotations

from pulumi_c1policy._model.connector import CONNECTOR_PROVISION
from pulumi_c1policy._model.provisioner import PROVISIONER_ASSIGNMENT
from pulumi_c1policy._model.refs import define_ids
from pulumi_c1policy._model.schema import Field, Message, Scalar

MANUAL_PROVISION = Message(
    "c1.api.policy.v1.ManualProvision",
    "A person provisions by hand.",
    Field(
        name="instructions",
        type=Scalar.STRING,
        doc="The instructions for the person who provisions. Default empty.",
    ),
    Field(name="assignee", type=PROVISIONER_ASSIGNMENT, doc="The assignment."),
    define_ids("user_ids", "Ids of the users who provision; the order has no meaning."),
)

DELEGATED_PROVISION = Message(
    "c1.api.policy.v1.DelegatedProvision",
    "Another entitlement's provisioning is used; it must be bound as a proxy for this one.",
    Field(
        name="app_id",
        type=Scalar.STRING,
        doc="The app of the other entitlement.",
    ),
    Field(
        name="entitlement_id",
        type=Scalar.STRING,
        doc="The other entitlement.",
    ),
    Field(
        name="implicit",
        type=Scalar.BOOL,
        doc=(
            "True creates the binding from the parent app's entitlement automatically. Default "
            "false."
        ),
    ),
)

WEBHOOK_PROVISION = Message(
    "c1.api.policy.v1.WebhookProvision",
    "A webhook provisions.",
    Field(
        name="webhook_id",
        type=Scalar.STRING,
        required=True,
        doc="The webhook that is called.",
    ),
)

EXTERNAL_TICKET_PROVISION = Message(
    "c1.api.policy.v1.ExternalTicketProvision",
    "A ticket in another system stands for the provisioning.",
    Field(name="app_id", type=Scalar.STRING, doc="The app of the connector for the ticket."),
    Field(name="connector_id", type=Scalar.STRING, doc="The connector for the ticket."),
    Field(
        name="external_ticket_provisioner_config_id",
        type=Scalar.STRING,
        doc="The configuration of the ticket's content.",
    ),
    Field(
        name="instructions",
        type=Scalar.STRING,
        doc="The instructions for the person who provisions. Default empty.",
    ),
)

UNCONFIGURED_PROVISION = Message(
    "c1.api.policy.v1.UnconfiguredProvision",
    "Declares that no provisioning is configured. Has no fields.",
)

ACTION_PROVISION = Message(
    "c1.api.policy.v1.ActionProvision",
    "An action of a connector provisions.",
    Field(
        name="action_name",
        type=Scalar.STRING,
        required=True,
        doc="The action, by the name that the connector gives it.",
    ),
    Field(name="app_id", type=Scalar.STRING, doc="The app of the connector."),
    Field(name="connector_id", type=Scalar.STRING, doc="The connector that offers the action."),
    Field(name="display_name", type=Scalar.STRING, doc="The name that people see."),
)

DEVICE_PLACEMENT_PROVISION = Message(
    "c1.api.policy.v1.DevicePlacementProvision",
    "Places a device in a vault boundary.",
    Field(name="vault_boundary_id", type=Scalar.STRING, doc="The vault boundary."),
)

MULTI_STEP = Message(
    "c1.api.policy.v1.MultiStep", "Several kinds of provisioning, one after the other."
)

_KINDS = {
    "connector": (CONNECTOR_PROVISION, "A connector provisions."),
    "manual": (MANUAL_PROVISION, "A person provisions by hand."),
    "delegated": (DELEGATED_PROVISION, "Another entitlement's provisioning is used."),
    "webhook": (WEBHOOK_PROVISION, "A webhook provisions."),
    "multi_step": (MULTI_STEP, "Several kinds of provisioning, one after the other."),
    "external_ticket": (EXTERNAL_TICKET_PROVISION, "A ticket in another system provisions."),
    "unconfigured": (UNCONFIGURED_PROVISION, "No provisioning is configured."),
    "action": (ACTION_PROVISION, "An action of a connector provisions."),
    "device_placement": (DEVICE_PLACEMENT_PROVISION, "A device is placed in a vault boundary."),
}

PROVISION_POLICY = Message(
    "c1.api.policy.v1.ProvisionPolicy",
    "The way in which access is given or removed.",
    *(Field(name=name, type=kind, oneof="typ", doc=doc) for name, (kind, doc) in _KINDS.items()),
    required_oneofs=["typ"],
)

MULTI_STEP.define(
    Field(
        name="provision_steps",
        type=PROVISION_POLICY,
        shape="list",
        required=True,
        least=1,
        doc="The kinds of provisioning, in the order in which they run. At least one.",
    )
)

PROVISION_TARGET = Message(
    "c1.api.policy.v1.ProvisionTarget",
    "The object to provision, if it differs from what was requested.",
    Field(name="app_id", type=Scalar.STRING, doc="The app in which to provision."),
    Field(name="app_entitlement_id", type=Scalar.STRING, doc="The entitlement to provision."),
    Field(
        name="app_user_id",
        type=Scalar.STRING,
        doc="The account in the app that gets it; leave it out if it is unknown.",
    ),
    Field(
        name="grant_duration",
        type=Scalar.DURATION,
        doc=(
            'The duration of the grant: text such as `"8h"`, seconds, or a `timedelta`. Default: '
            "no limit of its own."
        ),
    ),
)

PROVISION = Message(
    "c1.api.policy.v1.Provision",
    "A step that gives or removes the access.",
    Field(name="provision_policy", type=PROVISION_POLICY, doc="The kind of provisioning."),
    Field(name="provision_target", type=PROVISION_TARGET, doc="The object to provision."),
    Field(
        name="assigned",
        type=Scalar.BOOL,
        output_only=True,
        doc="True for an assigned step of a running request; false in a policy.",
    ),
)
