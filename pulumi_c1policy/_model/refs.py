"""References to users and entitlements, and the fields for fallback approvers.

Several kinds of approval and provisioning share these fields.
"""

from __future__ import annotations

from pulumi_c1policy._model.schema import Field, Message, Scalar

APP_ENTITLEMENT_REFERENCE = Message(
    "c1.api.policy.v1.AppEntitlementReference",
    "A reference to an entitlement, here one whose members form a group.",
    Field(
        name="app_id",
        type=Scalar.STRING,
        required=True,
        doc="The app that the entitlement belongs to.",
    ),
    Field(
        name="app_entitlement_id",
        type=Scalar.STRING,
        required=True,
        doc="The entitlement.",
    ),
)


def define_ids(
    name: str,
    doc: str,
    *,
    required: bool = False,
    least: int | None = None,
    most: int | None = None,
    acts_if: str = "",
    names_policy: bool = False,
) -> Field:
    """Define a list of ids: duplicates do not count, and the order has no meaning."""
    return Field(
        name=name,
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        required=required,
        least=least,
        most=most,
        acts_if=acts_if,
        names_policy=names_policy,
        doc=doc,
    )


def define_assigned_user_ids() -> Field:
    """Define the users that a running request was assigned to: output only."""
    return Field(
        name="assigned_user_ids",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        output_only=True,
        doc="Ids of the users that a running request was assigned to; empty in a policy.",
    )


def define_fallback(nobody: str) -> tuple[Field, ...]:
    """Define the fields of the fallback approvers.

    Args:
        nobody: The case in which they are asked, as the end of a sentence: `"no manager is found"`.
    """
    return (
        Field(
            name="fallback",
            type=Scalar.BOOL,
            doc=f"True asks others if {nobody}. Default false.",
        ),
        define_ids(
            "fallback_user_ids",
            "Ids of the users who are asked if `fallback` is on, `is_group_fallback_enabled` is "
            f"off and {nobody}; the order has no meaning. A tenant rejects `fallback` without "
            "any of them.",
            acts_if="fallback",
        ),
        Field(
            name="is_group_fallback_enabled",
            type=Scalar.BOOL,
            doc=(
                "True asks the groups in `fallback_group_ids` instead of the users in "
                "`fallback_user_ids`. Default false."
            ),
        ),
        Field(
            name="fallback_group_ids",
            type=APP_ENTITLEMENT_REFERENCE,
            shape="list",
            unordered=True,
            acts_if="is_group_fallback_enabled",
            doc="The groups, each as an entitlement, that are asked if `fallback` and "
            f"`is_group_fallback_enabled` are on and {nobody}; the order has no meaning.",
        ),
    )
