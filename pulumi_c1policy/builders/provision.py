"""Provisioning steps: `provision.connector()`, `provision.manual("…")`.

Each function is one kind of provisioning. `target` names what is provisioned, if it differs from
what was requested, and the duration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pulumi_c1policy.builders._optional_fields import drop_unset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

    from pulumi_c1policy.inputs import (
        PolicyStepArgsDict,
        ProvisionerAssignmentArgsDict,
        ProvisionTargetArgsDict,
    )
    from pulumi_c1policy.lookup_results import AppId, EntitlementId, UserId, WebhookId


def connector(
    connector_id: pulumi.Input[str] | None = None,
    *,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Provision through a connector; the tenant finds it if it is not named."""
    kind = {"default_behavior": drop_unset(connector_id=connector_id)}
    return _make_step("connector", kind, target)


def account(
    *,
    connector_id: pulumi.Input[str] | None = None,
    schema_id: pulumi.Input[str] | None = None,
    config: pulumi.Input[Mapping[str, Any]] | None = None,
    save_to_vaults: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    do_not_save: bool = False,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Create an account through a connector.

    Args:
        connector_id: The connector.
        schema_id: The schema with the fields of an account.
        config: The account's fields by name; each value is a CEL expression.
        save_to_vaults: Ids of the vaults that store its credentials.
        do_not_save: Store its credentials nowhere.
        target: What is provisioned, if it differs from what was requested.
    """
    kind = drop_unset(
        connector_id=connector_id,
        schema_id=schema_id,
        config=config,
        save_to_vault=None if save_to_vaults is None else {"vault_ids": save_to_vaults},
        do_not_save={} if do_not_save else None,
    )
    return _make_step("connector", {"account": kind}, target)


def delete_account(
    connector_id: pulumi.Input[str] | None = None,
    *,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Delete the account through a connector."""
    return _make_step(
        "connector", {"delete_account": drop_unset(connector_id=connector_id)}, target
    )


def manual(
    instructions: pulumi.Input[str] | None = None,
    assignee: pulumi.Input[ProvisionerAssignmentArgsDict] | None = None,
    *,
    user_ids: pulumi.Input[Sequence[pulumi.Input[UserId]]] | None = None,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Let a person provision by hand.

    Args:
        instructions: The instructions for that person.
        assignee: The assignment, such as `assign.app_owners()`.
        user_ids: Ids of the users who provision.
        target: What is provisioned, if it differs from what was requested.
    """
    kind = drop_unset(instructions=instructions, assignee=assignee, user_ids=user_ids)
    return _make_step("manual", kind, target)


def delegated(
    entitlement_id: pulumi.Input[EntitlementId] | None = None,
    *,
    app_id: pulumi.Input[AppId] | None = None,
    implicit: pulumi.Input[bool] | None = None,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Use another entitlement's provisioning; it must be bound as a proxy for this one.

    Args:
        entitlement_id: The other entitlement.
        app_id: Its app.
        implicit: True creates the binding from the parent app's entitlement automatically.
        target: What is provisioned, if it differs from what was requested.
    """
    kind = drop_unset(app_id=app_id, entitlement_id=entitlement_id, implicit=implicit)
    return _make_step("delegated", kind, target)


def webhook(
    webhook_id: pulumi.Input[WebhookId],
    *,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Provision through a webhook."""
    return _make_step("webhook", {"webhook_id": webhook_id}, target)


def external_ticket(
    instructions: pulumi.Input[str] | None = None,
    *,
    app_id: pulumi.Input[AppId] | None = None,
    connector_id: pulumi.Input[str] | None = None,
    external_ticket_provisioner_config_id: pulumi.Input[str] | None = None,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Provision through a ticket in another system.

    Args:
        instructions: The instructions for the person who provisions.
        app_id: The app of the connector for the ticket.
        connector_id: That connector.
        external_ticket_provisioner_config_id: The configuration of the ticket's content.
        target: What is provisioned, if it differs from what was requested.
    """
    kind = drop_unset(
        instructions=instructions,
        app_id=app_id,
        connector_id=connector_id,
        external_ticket_provisioner_config_id=external_ticket_provisioner_config_id,
    )
    return _make_step("external_ticket", kind, target)


def action(
    action_name: pulumi.Input[str],
    *,
    app_id: pulumi.Input[AppId] | None = None,
    connector_id: pulumi.Input[str] | None = None,
    display_name: pulumi.Input[str] | None = None,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Provision through an action of a connector.

    Args:
        action_name: The name that the connector gives it.
        app_id: The app of the connector.
        connector_id: The connector.
        display_name: The name that people see.
        target: What is provisioned, if it differs from what was requested.
    """
    kind = drop_unset(
        action_name=action_name,
        app_id=app_id,
        connector_id=connector_id,
        display_name=display_name,
    )
    return _make_step("action", kind, target)


def device_placement(
    vault_boundary_id: pulumi.Input[str] | None = None,
    *,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Place a device in a vault boundary."""
    return _make_step("device_placement", drop_unset(vault_boundary_id=vault_boundary_id), target)


def unconfigured(
    *, target: pulumi.Input[ProvisionTargetArgsDict] | None = None
) -> PolicyStepArgsDict:
    """Declare that no provisioning is configured."""
    return _make_step("unconfigured", {}, target)


def in_turn(
    *steps: PolicyStepArgsDict,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Run several kinds of provisioning one after the other, as one step.

    Args:
        *steps: Results of the other functions of this module; their targets are ignored.
        target: What is provisioned, if it differs from what was requested.
    """
    policies = [cast("Any", step)["provision"]["provision_policy"] for step in steps]
    return _make_step("multi_step", {"provision_steps": policies}, target)


def _make_step(
    kind: str, how: dict[str, Any], target: pulumi.Input[ProvisionTargetArgsDict] | None
) -> PolicyStepArgsDict:
    step = {"provision_policy": {kind: how}, **drop_unset(provision_target=target)}
    return cast("PolicyStepArgsDict", {"provision": step})
