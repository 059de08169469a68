"""References to users and entitlements, and the fields that say who steps in.

Several kinds of approval and provisioning name people in the same way; what these fields mean is
said here once.
"""

from __future__ import annotations

from pulumi_c1policy._model.schema import Field, Message, Scalar

APP_ENTITLEMENT_REFERENCE = Message(
    "c1.api.policy.v1.AppEntitlementReference",
    "Names an entitlement, here one whose members form a group.",
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


def ids(
    name: str,
    doc: str,
    *,
    required: bool = False,
    least: int | None = None,
    most: int | None = None,
    acts_if: str = "",
    names_policy: bool = False,
) -> Field:
    """A list of ids, of which each counts once and the order means nothing."""
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


def assigned_user_ids() -> Field:
    """Whom a running request was assigned to: the tenant's answer only."""
    return Field(
        name="assigned_user_ids",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        output_only=True,
        doc="Ids of the users that a running request was assigned to; empty in a policy.",
    )


def fallback(nobody: str) -> tuple[Field, ...]:
    """Who approves where the approval itself finds nobody.

    Args:
        nobody: When that is so, as the end of a sentence: `"no manager is found"`.
    """
    return (
        Field(
            name="fallback",
            type=Scalar.BOOL,
            doc=f"Whether others are asked if {nobody}. Default false.",
        ),
        ids(
            "fallback_user_ids",
            f"Ids of the users who are asked if `fallback` is on, `is_group_fallback_enabled` is off "
            f"and {nobody}; the order means nothing. A tenant refuses `fallback` with nobody to ask.",
            acts_if="fallback",
        ),
        Field(
            name="is_group_fallback_enabled",
            type=Scalar.BOOL,
            doc="Whether the groups in `fallback_group_ids` are asked instead of the users in "
            "`fallback_user_ids`. Default false.",
        ),
        Field(
            name="fallback_group_ids",
            type=APP_ENTITLEMENT_REFERENCE,
            shape="list",
            unordered=True,
            acts_if="is_group_fallback_enabled",
            doc="The groups, each as an entitlement, that are asked if `fallback` and "
            f"`is_group_fallback_enabled` are on and {nobody}; the order means nothing.",
        ),
    )
