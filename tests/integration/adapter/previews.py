"""Previews of policies in a process of the provider, with their requests and findings."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.planning import state_codec
from pulumi_c1policy.provider import PolicyProvider

Inputs = dict[str, Any]


def make_policy(*steps: Inputs, name: str = "Access", **fields: Any) -> Inputs:
    """Make the inputs of a grant policy with these approvals."""
    listed = [{"approval": step} for step in steps] or [{"accept": {}}]
    return {
        "display_name": name,
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": listed}},
        state_codec.OWNERSHIP_INPUT: {
            "managed_by": "pulumi",
            "iac_workspace": "shop/dev",
            "iac_resource_address": f"c1policy.Policy/{name}",
        },
        **fields,
    }


def ask_users(*ids: str) -> Inputs:
    """Make an approval by users."""
    return {"users": {"user_ids": [*ids]}}


def ask_group(app_id: str, group_id: str) -> Inputs:
    """Make an approval by a group."""
    return {"group": {"app_id": app_id, "app_group_id": group_id}}


def list_failures(provider: PolicyProvider, wanted: Inputs, olds: Inputs | None = None) -> Inputs:
    """Check inputs; return the reasons of the failures by their property."""
    checked = provider.check(olds or {}, wanted)
    return {failure.property: failure.reason for failure in checked.failures}


def count_searches(tenant: Emulator) -> Counter[str]:
    """Count the requests since the last call by their paths, without those for tokens."""
    paths = [r.path.removeprefix("/api/v1/") for r in tenant.requests]
    tenant.clear_requests()
    return Counter(path for path in paths if not path.endswith("/token"))
