"""Action steps: `run.automation("template-1")`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pulumi

    from pulumi_c1policy.inputs import PolicyStepArgsDict


def automation(automation_template_id: pulumi.Input[str]) -> PolicyStepArgsDict:
    """Run an automation."""
    return {"action": {"automation": {"automation_template_id": automation_template_id}}}


def resource_action(baton_resource_action_id: pulumi.Input[str]) -> PolicyStepArgsDict:
    """Run an action that a connector offers on a resource."""
    return {
        "action": {"baton_resource_action": {"baton_resource_action_id": baton_resource_action_id}}
    }


def client_id_approval() -> PolicyStepArgsDict:
    """Approve a client id."""
    return {"action": {"client_id_approval": {}}}
