"""Others who write to the same tenant: people in the product, and other clients of the API."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import count
from typing import Any

from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._emulator.state import StoredPolicy
from tests.simulation.model import PERSON, TERRAFORM
from tests.simulation.tenant import SimulatedTenant

_numbers = count(1)
MARKS = {
    "managed_by": "terraform",
    "iac_workspace": "elsewhere",
    "iac_resource_address": "conductorone_policy.access",
}


def person_edits(tenant: SimulatedTenant, policy_id: str, **changes: Any) -> None:
    """A person edits in the product, which clears the ownership annotations."""
    _edit(tenant, PERSON, policy_id, changes, by_product=True)


def client_edits(tenant: SimulatedTenant, policy_id: str, **changes: Any) -> None:
    """Another client of the API edits; the annotations stay."""
    _edit(tenant, TERRAFORM, policy_id, changes, by_product=False)


def terraform_takes(tenant: SimulatedTenant, policy_id: str) -> None:
    """Another tool takes the policy over, and writes its own annotations."""
    _edit(tenant, TERRAFORM, policy_id, {"annotations": MARKS}, by_product=False)


def person_deletes(tenant: SimulatedTenant, policy_id: str) -> None:
    """A person deletes in the product."""
    store = tenant.tenant.policies
    with contextlib.suppress(TenantError):
        tenant.record(PERSON, "delete", policy_id, lambda: store.delete(policy_id))


def somebody_creates(tenant: SimulatedTenant, **fields: Any) -> str:
    """Another client creates a policy; returns its id."""
    policy = {
        "displayName": "Access",
        "policyType": "POLICY_TYPE_GRANT",
        "policySteps": {"grant": {"steps": [{"accept": {}}]}},
        **fields,
    }
    store = tenant.tenant.policies
    record: StoredPolicy = tenant.record(TERRAFORM, "create", "", lambda: store.create(policy))
    return record.id


def new_text(who: str) -> str:
    """A text that nobody wrote before."""
    return f"By {who}, {next(_numbers)}"


def start_again() -> None:
    """Number the texts from 1, as each simulation does."""
    global _numbers  # noqa: PLW0603
    _numbers = count(1)


EDITS: tuple[Callable[[SimulatedTenant, str], None], ...] = (
    lambda tenant, each: person_edits(tenant, each, description=new_text("a person")),
    lambda tenant, each: person_edits(tenant, each, displayName=new_text("a person")),
    lambda tenant, each: client_edits(tenant, each, description=new_text("a client")),
    lambda tenant, each: client_edits(tenant, each, displayName=new_text("a client")),
    lambda tenant, each: client_edits(tenant, each, annotations={"other": "x"}),
    terraform_takes,
    person_deletes,
)
"""The edits of others."""


def _edit(
    tenant: SimulatedTenant, who: str, policy_id: str, changes: dict[str, Any], *, by_product: bool
) -> None:
    with contextlib.suppress(TenantError):
        tenant.record(
            who,
            "update",
            policy_id,
            lambda: tenant.tenant.edit(policy_id, changes, by_product=by_product),
        )
