"""An emulated tenant with an app and an entitlement, and the life of attachments in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.effects import attachment_operations
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
from pulumi_c1policy._lifecycle.planning.attachment_kind import (
    APP_POLICIES_KIND,
    ENTITLEMENT_POLICIES_KIND,
)
from pulumi_c1policy._lifecycle.planning.decisions import DEFAULTS, LifecycleOptions
from pulumi_c1policy._lifecycle.planning.object_kind import ObjectKind
from pulumi_c1policy._lifecycle.planning.prior import Prior
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, to_state
from pulumi_c1policy._model.attachment_fields import make_target
from pulumi_c1policy._model.tree import Tree
from tests.support.engine import Process

WORKSPACE = "shop/dev"


@dataclass
class Company:
    """A tenant, and the life of attachments in it, each operation in a run of its own."""

    tenant: Emulator
    app: str = ""
    entitlement: str = ""
    warnings: list[str] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)

    def add_policy(self, kind: str = "grant", workspace: str = "", name: str = "") -> str:
        """Add a policy; one with a workspace is managed by that stack."""
        notes = {"managed_by": "pulumi", "iac_workspace": workspace, "iac_resource_address": "x"}
        record = self.tenant.policies.create(
            {
                "displayName": name or kind,
                "policyType": f"POLICY_TYPE_{kind.upper()}",
                "policySteps": {kind: {"steps": [{"accept": {}}]}},
                **({"annotations": notes} if workspace else {}),
            }
        )
        return record.id

    def run(self, clock: ClientClock | None = None) -> Run:
        """Return a new run."""
        process = Process(self.tenant, clock=clock)
        self.processes.append(process)
        return Run.start(
            process.client, process.known, clock, tenant="tenant", warn=self.warnings.append
        )

    def create(self, **values: Any) -> Prior:
        """Create an attachment to the entitlement, or to the app if `on` is "app"."""
        kind, inputs = self.name(values)
        return _store(attachment_operations.create(self.run(), kind, inputs, WORKSPACE))

    def update(self, prior: Prior, options: LifecycleOptions = DEFAULTS, **values: Any) -> Prior:
        """Update an attachment to these values."""
        _, inputs = self.name({"on": prior.kind, **values})
        return _store(attachment_operations.update(self.run(), prior, inputs, options, WORKSPACE))

    def read(self, prior: Prior) -> Prior | None:
        """Refresh an attachment."""
        target = make_target(prior.inputs)
        found = attachment_operations.read(self.run(), prior.kind, target, prior)
        return None if found is None else _store(found)

    def delete(self, prior: Prior) -> None:
        """Delete an attachment."""
        target = make_target(prior.inputs)
        self.warnings += attachment_operations.delete(self.run, target, prior, WORKSPACE)

    def name(self, values: dict[str, Any]) -> tuple[ObjectKind, Tree]:
        """Return the kind and the inputs of an attachment."""
        values = dict(values)
        if values.pop("on", "") in ("app", APP_POLICIES_KIND):
            return APP_POLICIES_KIND, {"app_id": self.app, **values}
        ids = {"app_id": self.app, "entitlement_id": self.entitlement}
        return ENTITLEMENT_POLICIES_KIND, ids | values

    def show(self) -> dict[str, Any]:
        """Return the fields of the entitlement that attachments manage."""
        return _select(self.tenant.entitlement(self.app, self.entitlement))

    def show_app(self) -> dict[str, Any]:
        """Return the fields of the app that attachments manage."""
        return _select(self.tenant.app(self.app))

    def edit(self, **changes: Any) -> None:
        """Let a person change the entitlement."""
        self.tenant.edit_entitlement(self.app, self.entitlement, changes)

    def list_writes(self) -> list[Any]:
        """List the bodies of the writes to apps and entitlements, and forget all requests."""
        found = [
            each.body
            for each in self.tenant.requests
            if each.method == "POST" and each.path.startswith("/api/v1/apps")
        ]
        self.tenant.clear_requests()
        return found


def _select(found: dict[str, Any]) -> dict[str, Any]:
    shown = ("emergencyGrantEnabled", "overrideAccessRequestsDefaults")
    return {k: v for k, v in found.items() if k.endswith("PolicyId") or k in shown}


def _store(prior: Prior) -> Prior:
    """Return a record after its way through the state."""
    return from_state(to_state(prior), prior.kind)
