"""The six ways to find the person who provisions by hand."""

from __future__ import annotations

from pulumi_c1policy._model.refs import define_ids
from pulumi_c1policy._model.schema import Field, Message, Scalar

_ALLOW_REASSIGNMENT = Field(
    name="allow_reassignment",
    type=Scalar.BOOL,
    doc="True lets the assignee reassign the task. Default false.",
)


def _define_fallback_user_ids(nobody: str) -> Field:
    return define_ids(
        "fallback_user_ids",
        f"Ids of the users who provision if {nobody}; the order has no meaning.",
    )


USER_PROVISIONER = Message(
    "c1.api.policy.v1.UserProvisioner",
    "One of the named users provisions.",
    define_ids(
        "user_ids",
        "Ids of the users; the order has no meaning. At least one.",
        required=True,
        least=1,
    ),
    _ALLOW_REASSIGNMENT,
)

APP_OWNER_PROVISIONER = Message(
    "c1.api.policy.v1.AppOwnerProvisioner",
    "An owner of the app provisions.",
    _define_fallback_user_ids("no owner of the app is found"),
    _ALLOW_REASSIGNMENT,
)

GROUP_PROVISIONER = Message(
    "c1.api.policy.v1.GroupProvisioner",
    "A member of a group provisions.",
    Field(
        name="app_id",
        type=Scalar.STRING,
        required=True,
        doc="The app that the group belongs to.",
    ),
    Field(
        name="app_group_id",
        type=Scalar.STRING,
        required=True,
        doc="The group whose members provision.",
    ),
    _define_fallback_user_ids("the group is empty"),
    _ALLOW_REASSIGNMENT,
)

MANAGER_PROVISIONER = Message(
    "c1.api.policy.v1.ManagerProvisioner",
    "The manager of the person whom the request is for provisions.",
    _define_fallback_user_ids("no manager is found"),
    _ALLOW_REASSIGNMENT,
)

EXPRESSION_PROVISIONER = Message(
    "c1.api.policy.v1.ExpressionProvisioner",
    "A user whom a CEL expression returns provisions.",
    Field(
        name="expressions",
        type=Scalar.STRING,
        shape="list",
        required=True,
        least=1,
        cel="provisioner",
        doc="CEL expressions that return a user or a list of users, tried in this order. "
        "At least one.",
    ),
    _define_fallback_user_ids("no expression returns anybody"),
    _ALLOW_REASSIGNMENT,
)

ENTITLEMENT_OWNER_PROVISIONER = Message(
    "c1.api.policy.v1.EntitlementOwnerProvisioner",
    "An owner of the entitlement provisions.",
    _define_fallback_user_ids("no owner of the entitlement is found"),
    _ALLOW_REASSIGNMENT,
)

_KINDS = {
    "users": USER_PROVISIONER,
    "app_owners": APP_OWNER_PROVISIONER,
    "group": GROUP_PROVISIONER,
    "manager": MANAGER_PROVISIONER,
    "expression": EXPRESSION_PROVISIONER,
    "entitlement_owners": ENTITLEMENT_OWNER_PROVISIONER,
}

PROVISIONER_ASSIGNMENT = Message(
    "c1.api.policy.v1.ProvisionerAssignment",
    "The assignment of manual provisioning.",
    *(Field(name=name, type=kind, oneof="typ", doc=kind.doc) for name, kind in _KINDS.items()),
    required_oneofs=["typ"],
)
