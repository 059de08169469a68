"""Over real HTTP, for any policy and any way in which a tenant answers: drift is what a refresh
shows.
"""

from __future__ import annotations

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from pulumi_c1policy._emulator import Emulator, Quirks
from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._model.paths import Path as PropertyPath
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode, encode
from tests.support.edits import apply, keeps_rejected_steps, list_edits
from tests.support.engine import Declared, Stack
from tests.support.exports import compare_states, export_stack
from tests.support.leaves import list_shown_leaves
from tests.support.strategies import accepted_policies as policies

pytestmark = pytest.mark.slow

QUIRKS = {
    "emitted": Quirks(),
    "omitted": Quirks(unset_fields="omitted", rule_key="both", timestamp_precision="seconds"),
    "null": Quirks(unset_fields="null", rule_key="policy_key", duration_style="padded"),
    "newer": Quirks(newer_api=True, timestamp_precision="micro", shuffle_sets=True),
    "fills": Quirks(server_fills=True, unset_fields="omitted", rule_key="both"),
}
IMMUTABLE = {"policy_type", "scope"}


def list_drift(tenant: Emulator, stack: Stack) -> list[PropertyPath]:
    """Return the paths that `c1policy drift` shows as changed."""
    found = compare_states(tenant, export_stack(stack))
    assert not found.problems
    return [leaf.change.path for each in found.findings for leaf in each.changes]


def list_refreshed(stack: Stack) -> list[PropertyPath]:
    """Refresh; return the paths of the inputs that the engine shows as changed."""
    [before] = [entry.inputs for entry in stack.state]
    stack.refresh()
    [after] = [entry.inputs for entry in stack.state]
    return [leaf.path for leaf in list_shown_leaves(before, after)]


def overlap(one: PropertyPath, other: PropertyPath) -> bool:
    """Return whether one path contains the other; a rule's key has two names."""
    parts = zip(one, other, strict=False)
    return all(a == b or {a, b} == {"policy_key", "step_key"} for a, b in parts)


@pytest.mark.parametrize("quirks", QUIRKS.values(), ids=QUIRKS)
@given(program=policies(policy_ids=()), data=st.data())
def test_drift_has_the_leaves_of_a_refresh(
    module_tenant: Emulator, quirks: Quirks, program: Tree, data: st.DataObject
) -> None:
    tenant = module_tenant
    tenant.reset()
    tenant.quirks = quirks
    stack = Stack(tenant)
    stack.up({"one": Declared(program)})
    assert list_drift(tenant, stack) == []

    tree = decode(POLICY, tenant.policy(stack.id_of("one")))
    possible = [
        edit
        for edit in list_edits(POLICY, tree)
        if keeps_rejected_steps(tree, edit) and edit.path[0] not in {*IMMUTABLE, "annotations"}
    ]
    edit = data.draw(st.sampled_from(possible))
    note(repr(edit))
    changed = encode(POLICY, apply(tree, edit)).get(edit.field.wire)
    try:
        tenant.api_edit(stack.id_of("one"), {edit.field.wire: changed})
    except TenantError:
        assume(False)

    found, shown = list_drift(tenant, stack), list_refreshed(stack)
    assert {path[0] for path in found} == {path[0] for path in shown}
    # The engine also shows leaves that only differ in their spelling, beside one that changed.
    assert all(any(overlap(path, other) for other in shown) for path in found)
    assert list_drift(tenant, stack) == []
