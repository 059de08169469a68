"""The policies of a tenant that no given state holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_c1policy._drift.findings import DriftFinding
from pulumi_c1policy._drift.stack_state import StackState, StoredResource
from pulumi_c1policy._lifecycle.planning.ownership import (
    Resource,
    describe_manager,
    read_ownership,
    read_resource,
)
from pulumi_c1policy._model.tree import Tree

_TYPE = "c1policy:Policy"


def judge_unheld(
    row: Tree,
    resources: Mapping[Resource, tuple[StackState, StoredResource]],
    workspaces: Mapping[str, StackState],
) -> DriftFinding | None:
    """Return the finding about a policy that no state holds; None for a builtin policy.

    Args:
        row: The policy as the tenant lists it.
        resources: The resources of the states by their ownership annotations.
        workspaces: The states by the workspace in the ownership annotations of their resources.
    """
    if row.get("systemBuiltin"):
        return None
    whose, policy_id = read_resource(row), str(row.get("id") or "")
    name = str(row.get("displayName") or policy_id)
    known = resources.get(whose) if whose else None
    if known:
        state, stored = known
        return DriftFinding(
            "duplicate", state.label, stored.urn, stored.type, policy_id, stored.name
        )
    if whose and whose[1] in workspaces:
        return DriftFinding("leftover", workspaces[whose[1]].label, "", _TYPE, policy_id, name)
    manager = describe_manager({}, read_ownership(row))
    return DriftFinding("unmanaged", "", "", _TYPE, policy_id, name, manager=manager)
