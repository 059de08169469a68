"""Provisioning through a connector: an entitlement, a new account, or its deletion."""

from __future__ import annotations

from pulumi_c1policy._model.refs import define_ids
from pulumi_c1policy._model.schema import Field, Message, Scalar

_CONNECTOR_ID = Field(
    name="connector_id",
    type=Scalar.STRING,
    doc="The connector. Default: the tenant finds it.",
)

DEFAULT_BEHAVIOR = Message(
    "c1.api.policy.v1.ConnectorProvision.DefaultBehavior",
    "The connector provisions the entitlement in its usual way.",
    _CONNECTOR_ID,
)

SAVE_TO_VAULT = Message(
    "c1.api.policy.v1.ConnectorProvision.SaveToVault",
    "Stores the new account's credentials in vaults.",
    define_ids("vault_ids", "Ids of the vaults; the order has no meaning."),
)

DO_NOT_SAVE = Message(
    "c1.api.policy.v1.ConnectorProvision.DoNotSave",
    "Stores the new account's credentials nowhere. Has no fields.",
)

ACCOUNT_PROVISION = Message(
    "c1.api.policy.v1.ConnectorProvision.AccountProvision",
    "The connector creates an account.",
    _CONNECTOR_ID,
    Field(
        name="schema_id",
        type=Scalar.STRING,
        doc="The schema with the fields of an account.",
    ),
    Field(
        name="config",
        type=Scalar.STRUCT,
        cel="account-config",
        doc="The new account's fields by name; each value is a CEL expression such as "
        "`subject.email`.",
    ),
    Field(
        name="save_to_vault",
        type=SAVE_TO_VAULT,
        oneof="storage_type",
        doc="Store the credentials in vaults.",
    ),
    Field(
        name="do_not_save",
        type=DO_NOT_SAVE,
        oneof="storage_type",
        doc="Store the credentials nowhere.",
    ),
)

DELETE_ACCOUNT = Message(
    "c1.api.policy.v1.ConnectorProvision.DeleteAccount",
    "The connector deletes the account.",
    _CONNECTOR_ID,
)

# Not a required oneof: policies that are older than the kinds contain a bare `connector: {}`.
CONNECTOR_PROVISION = Message(
    "c1.api.policy.v1.ConnectorProvision",
    "A connector provisions; without a kind, in its usual way.",
    Field(
        name="default_behavior",
        type=DEFAULT_BEHAVIOR,
        oneof="provision_type",
        doc="Provision the entitlement in the connector's usual way.",
    ),
    Field(
        name="account",
        type=ACCOUNT_PROVISION,
        oneof="provision_type",
        doc="Create an account.",
    ),
    Field(
        name="delete_account",
        type=DELETE_ACCOUNT,
        oneof="provision_type",
        doc="Delete the account.",
    ),
)
