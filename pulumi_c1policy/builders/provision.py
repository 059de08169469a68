"""Steps that give access or take it away: `provision.connector()`, `provision.manual("…")`.

Each function is one kind of provisioning. `target` says what is provisioned, where that is not what
was requested, and for how long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pulumi_c1policy.builders._given import given

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

    from pulumi_c1policy.inputs import (
        PolicyStepArgsDict,
        ProvisionerAssignmentArgsDict,
        ProvisionTargetArgsDict,
    )


def connector(
    connector_id: pulumi.Input[str] | None = None,
    *,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """A connector provisions as it always does; the tenant finds it if it is not named."""
    kind = {"default_behavior": given(connector_id=connector_id)}
    return _step("connector", kind, target)


def account(
    *,
    connector_id: pulumi.Input[str] | None = None,
    schema_id: pulumi.Input[str] | None = None,
    config: pulumi.Input[Mapping[str, Any]] | None = None,
    save_to_vaults: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    do_not_save: bool = False,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """A connector creates an account.

    Args:
        connector_id: The connector that does it.
        schema_id: The schema that says which fields an account has.
        config: The account's fields by name; each value is a CEL expression.
        save_to_vaults: Ids of the vaults that keep its credentials.
        do_not_save: Keep its credentials nowhere.
        target: What is provisioned, where that is not what was requested.
    """
    kind = given(
        connector_id=connector_id,
        schema_id=schema_id,
        config=config,
        save_to_vault=None if save_to_vaults is None else {"vault_ids": save_to_vaults},
        do_not_save={} if do_not_save else None,
    )
    return _step("connector", {"account": kind}, target)


def delete_account(
    connector_id: pulumi.Input[str] | None = None,
    *,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """A connector deletes the account."""
    return _step("connector", {"delete_account": given(connector_id=connector_id)}, target)


def manual(
    instructions: pulumi.Input[str] | None = None,
    assignee: pulumi.Input[ProvisionerAssignmentArgsDict] | None = None,
    *,
    user_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """A person provisions by hand.

    Args:
        instructions: What that person is told.
        assignee: Who it is, such as `assign.app_owners()`.
        user_ids: Ids of the users who provision.
        target: What is provisioned, where that is not what was requested.
    """
    kind = given(instructions=instructions, assignee=assignee, user_ids=user_ids)
    return _step("manual", kind, target)


def delegated(
    entitlement_id: pulumi.Input[str] | None = None,
    *,
    app_id: pulumi.Input[str] | None = None,
    implicit: pulumi.Input[bool] | None = None,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Another entitlement's provisioning is used; it must be bound as a proxy for this one.

    Args:
        entitlement_id: The other entitlement.
        app_id: Its app.
        implicit: Whether a binding from the parent app's entitlement is made by itself.
        target: What is provisioned, where that is not what was requested.
    """
    kind = given(app_id=app_id, entitlement_id=entitlement_id, implicit=implicit)
    return _step("delegated", kind, target)


def webhook(
    webhook_id: pulumi.Input[str],
    *,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """A webhook provisions."""
    return _step("webhook", {"webhook_id": webhook_id}, target)


def external_ticket(
    instructions: pulumi.Input[str] | None = None,
    *,
    app_id: pulumi.Input[str] | None = None,
    connector_id: pulumi.Input[str] | None = None,
    external_ticket_provisioner_config_id: pulumi.Input[str] | None = None,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """A ticket in another system stands for the provisioning.

    Args:
        instructions: What the person who provisions is told.
        app_id: The app of the connector that keeps the ticket.
        connector_id: That connector.
        external_ticket_provisioner_config_id: What says how the ticket is written.
        target: What is provisioned, where that is not what was requested.
    """
    kind = given(
        instructions=instructions,
        app_id=app_id,
        connector_id=connector_id,
        external_ticket_provisioner_config_id=external_ticket_provisioner_config_id,
    )
    return _step("external_ticket", kind, target)


def action(
    action_name: pulumi.Input[str],
    *,
    app_id: pulumi.Input[str] | None = None,
    connector_id: pulumi.Input[str] | None = None,
    display_name: pulumi.Input[str] | None = None,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """An action of a connector provisions.

    Args:
        action_name: The name that the connector gives it.
        app_id: The app of the connector.
        connector_id: The connector.
        display_name: The name that people see.
        target: What is provisioned, where that is not what was requested.
    """
    kind = given(
        action_name=action_name,
        app_id=app_id,
        connector_id=connector_id,
        display_name=display_name,
    )
    return _step("action", kind, target)


def device_placement(
    vault_boundary_id: pulumi.Input[str] | None = None,
    *,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """A device is placed in a vault boundary."""
    return _step("device_placement", given(vault_boundary_id=vault_boundary_id), target)


def unconfigured(
    *, target: pulumi.Input[ProvisionTargetArgsDict] | None = None
) -> PolicyStepArgsDict:
    """No provisioning is configured."""
    return _step("unconfigured", {}, target)


def in_turn(
    *steps: PolicyStepArgsDict,
    target: pulumi.Input[ProvisionTargetArgsDict] | None = None,
) -> PolicyStepArgsDict:
    """Several kinds of provisioning run one after the other, as one step.

    Args:
        *steps: What the other functions here return; a target of theirs does not count.
        target: What is provisioned, where that is not what was requested.
    """
    policies = [cast("Any", step)["provision"]["provision_policy"] for step in steps]
    return _step("multi_step", {"provision_steps": policies}, target)


def _step(
    kind: str, how: dict[str, Any], target: pulumi.Input[ProvisionTargetArgsDict] | None
) -> PolicyStepArgsDict:
    step = {"provision_policy": {kind: how}, **given(provision_target=target)}
    return cast("PolicyStepArgsDict", {"provision": step})
