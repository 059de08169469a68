"""Writes of others to the same tenant: people in the product, and other clients of the API."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import count
from typing import Any

from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._emulator.state import StoredPolicy
from tests.simulation.guarantees import PERSON, TERRAFORM
from tests.simulation.simulated_tenant import SimulatedTenant

_numbers = count(1)
FOREIGN_OWNERSHIP = {
    "managed_by": "terraform",
    "iac_workspace": "elsewhere",
    "iac_resource_address": "conductorone_policy.access",
}


def edit_as_person(tenant: SimulatedTenant, policy_id: str, **changes: Any) -> None:
    """Edit a policy as a person in the product, which clears the ownership annotations."""
    _edit(tenant, PERSON, policy_id, changes, by_product=True)


def edit_as_client(tenant: SimulatedTenant, policy_id: str, **changes: Any) -> None:
    """Edit a policy as another client of the API; the annotations stay."""
    _edit(tenant, TERRAFORM, policy_id, changes, by_product=False)


def take_over_as_terraform(tenant: SimulatedTenant, policy_id: str) -> None:
    """Take a policy over as another tool, which writes its own annotations."""
    _edit(tenant, TERRAFORM, policy_id, {"annotations": FOREIGN_OWNERSHIP}, by_product=False)


def delete_as_person(tenant: SimulatedTenant, policy_id: str) -> None:
    """Delete a policy as a person in the product."""
    store = tenant.tenant.policies
    with contextlib.suppress(TenantError):
        tenant.record(PERSON, "delete", policy_id, lambda: store.delete(policy_id))


def create_as_client(tenant: SimulatedTenant, **fields: Any) -> str:
    """Create a policy as another client; return its id."""
    policy = {
        "displayName": "Access",
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": {"grant": {"steps": [{"accept": {}}]}},
        **fields,
    }
    store = tenant.tenant.policies
    record: StoredPolicy = tenant.record(TERRAFORM, "create", "", lambda: store.create(policy))
    return record.id


def make_text(author: str) -> str:
    """Return a text that differs from all earlier ones."""
    return f"By {author}, {next(_numbers)}"


def reset_numbers() -> None:
    """Number the texts from 1 again: each simulation does."""
    global _numbers  # noqa: PLW0603
    _numbers = count(1)


EDITS: tuple[Callable[[SimulatedTenant, str], None], ...] = (
    lambda tenant, each: edit_as_person(tenant, each, description=make_text("a person")),
    lambda tenant, each: edit_as_person(tenant, each, displayName=make_text("a person")),
    lambda tenant, each: edit_as_client(tenant, each, description=make_text("a client")),
    lambda tenant, each: edit_as_client(tenant, each, displayName=make_text("a client")),
    lambda tenant, each: edit_as_client(tenant, each, annotations={"other": "x"}),
    take_over_as_terraform,
    delete_as_person,
)
"""The edits of others."""


def _edit(
    tenant: SimulatedTenant,
    actor: str,
    policy_id: str,
    changes: dict[str, Any],
    *,
    by_product: bool,
) -> None:
    with contextlib.suppress(TenantError):
        tenant.record(
            actor,
            "update",
            policy_id,
            lambda: tenant.tenant.edit(policy_id, changes, by_product=by_product),
        )
