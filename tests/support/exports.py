"""Exported states without the engine: those of simulated stacks, and of a whole company."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pulumi_c1policy._client import settings
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._drift.drift_search import DriftOptions, find_drift
from pulumi_c1policy._drift.findings import DriftReport
from pulumi_c1policy._drift.stack_state import StackState
from pulumi_c1policy._emulator import Emulator
from tests.support.cli_outcome import TYPE
from tests.support.engine import Stack

_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}

SALT = "v1:gJIK6bIW6Hk=:v1:2mxxZ8jajYBtJwI2:Qj/ov4kouqn+hfkur/sFLyc3jnp1yw=="
"""The record of a real state whose passphrase is that of the tests."""

CIPHERTEXT = "v1:S0NdizLNZw/4KUQS:j7Ig8g6rgYIqscdDhfmd6Z843v2Suw=="
"""The text "hush" in that state."""


def make_urn(name: str, stack: str = "dev", project: str = "shop", type_name: str = TYPE) -> str:
    """Return the URN of a resource without a parent."""
    return f"urn:pulumi:{stack}::{project}::{type_name}::{name}"


def make_resource(name: str, object_id: str, **parts: Any) -> dict[str, Any]:
    """Return a resource of an export; `type` is the type's last part."""
    type_name = TYPE.replace("Policy", parts.pop("type", "Policy"))
    urn = make_urn(name, parts.pop("stack", "dev"), parts.pop("project", "shop"), type_name)
    return {"urn": urn, "custom": True, "id": object_id, "type": type_name, **parts}


def make_export(*resources: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Return an export, as `pulumi stack export` writes it."""
    provider = {"type": "passphrase", "state": {"salt": SALT}}
    prefix = str(resources[0]["urn"]).rpartition("::")[0] if resources else "urn:pulumi:dev::shop"
    urn = "::".join([*prefix.split("::")[:2], "pulumi:pulumi:Stack", "root"])
    root = {"urn": urn, "custom": False}
    return {
        "version": 3,
        "deployment": {
            "manifest": {"version": "3.259.0"},
            "secrets_providers": provider,
            "resources": [{**root, "type": "pulumi:pulumi:Stack"}, *resources],
            **parts,
        },
    }


def export_stack(stack: Stack) -> dict[str, Any]:
    """Return the export of a simulated stack."""
    project, _, name = stack.workspace.partition("/")
    resources = [
        make_resource(
            entry.name,
            entry.id,
            project=project,
            stack=name,
            inputs=entry.inputs,
            outputs=entry.outputs,
            delete=entry.is_pending_delete,
        )
        for entry in stack.state
    ]
    return make_export(*resources)


def encrypt(value: str = CIPHERTEXT) -> dict[str, Any]:
    """Return the envelope of a secret."""
    return {**_SECRET, "ciphertext": value}


def reveal(value: Any) -> dict[str, Any]:
    """Return the envelope of a secret with its plain text (`--show-secrets`)."""
    return {**_SECRET, "plaintext": json.dumps(value)}


def write(path: Path, export: dict[str, Any]) -> Path:
    """Write an export."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(export))
    return path


def make_policy(name: str, workspace: str = "shop/dev", **fields: Any) -> dict[str, Any]:
    """Return a policy on the wire with the ownership annotations of a resource."""
    annotations = {
        "managed_by": "pulumi",
        "iac_workspace": workspace,
        "iac_resource_address": f"c1policy.Policy/{name}",
    }
    return {
        "displayName": name,
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": {"grant": {"steps": [{"accept": {}}]}},
        "annotations": annotations,
        **fields,
    }


def add_policies(tenant: Emulator, workspace: str, names: list[str]) -> list[dict[str, Any]]:
    """Add policies to a tenant as a stack made them; return the resources of its state."""
    project, _, stack = workspace.partition("/")
    found = []
    for name in names:
        live = tenant.add_policy(make_policy(name, workspace))
        own = {
            "annotations": live["annotations"],
            "display_name": name,
            "policy_type": "POLICY_TYPE_GRANT",
            "policy_steps": {"grant": {"steps": [{"accept": {}}]}},
        }
        outputs = own | {
            "id": live["id"],
            "created_at": live["createdAt"],
            "updated_at": live["updatedAt"],
            "system_builtin": False,
            "__state": 1,
            "__tenant": tenant.url.partition("//")[2],
        }
        inputs = own | {"__owner": live["annotations"]}
        found.append(
            make_resource(
                name, live["id"], project=project, stack=stack, inputs=inputs, outputs=outputs
            )
        )
    return found


def compare_states(
    tenant: Emulator, *exports: dict[str, Any], options: DriftOptions | None = None
) -> DriftReport:
    """Compare exported states with a tenant, over real HTTP."""
    states = []
    for export in exports:
        # A state is a file: its values have passed through JSON.
        deployment = json.loads(json.dumps(export))["deployment"]
        state = StackState("test", secrets_provider=deployment["secrets_providers"])
        for resource in deployment["resources"]:
            state.add(resource)
        states.append(state)
    found = settings.load({}, tenant.environment)
    with PolicyClient(found) as client:
        return find_drift(client, found.tenant, states, options or DriftOptions())
