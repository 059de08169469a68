"""Diff and drift over real HTTP, for random policies and each kind of tenant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from pulumi_c1policy._emulator import Emulator, Quirks
from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._lifecycle.planning.pruning import prune, strip
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode, encode
from pulumi_c1policy.errors import InvalidRequestError
from tests.support.edits import Edit, apply, is_minimal_mask, keeps_rejected_steps, list_edits
from tests.support.engine import CheckFailed, Declared, Stack
from tests.support.leaves import ABSENT, Leaf, list_shown_leaves
from tests.support.strategies import accepted_policies as policies

pytestmark = pytest.mark.slow

QUIRKS = {
    "emitted": Quirks(),
    "omitted": Quirks(unset_fields="omitted", rule_key="both", timestamp_precision="seconds"),
    "null": Quirks(unset_fields="null", rule_key="policy_key", duration_style="padded"),
    "null-everywhere": Quirks(
        unset_fields="null_everywhere", shuffle_sets=True, pages="over_full", cel_ip=False
    ),
    "newer": Quirks(newer_api=True, timestamp_precision="micro", shuffle_sets=True, pages="empty"),
    "fills": Quirks(server_fills=True, unset_fields="omitted", rule_key="both"),
}
IMMUTABLE = {"policy_type", "scope"}
# Policies without references, because the existing policies have one type only.
PROGRAMS = policies(policy_ids=())

in_every_tenant = pytest.mark.parametrize("quirks", QUIRKS.values(), ids=QUIRKS)
# A tenant fills in defaults at creation only: the removal of a default is not drift.
PLAIN = {name: quirks for name, quirks in QUIRKS.items() if not quirks.server_fills}
in_every_plain_tenant = pytest.mark.parametrize("quirks", PLAIN.values(), ids=PLAIN)


class PolicyStack:
    """A stack with one policy."""

    def __init__(self, tenant: Emulator) -> None:
        self._stack = Stack(tenant)

    @property
    def id(self) -> str:
        """The policy's id."""
        return self._stack.id_of("one")

    def up(self, program: Tree) -> None:
        """Deploy the program."""
        self._stack.up({"one": Declared(program)})

    def preview(self, program: Tree) -> list[Leaf]:
        """Return the changes that the engine shows; none if the provider sees no difference."""
        changed = self._stack.list_changes({"one": Declared(program)})
        shown = list_shown_leaves(*changed["one"]) if changed else []
        assert shown or not changed, "the provider sees a change that the engine cannot show"
        return shown

    def refresh(self) -> list[Leaf]:
        """Read the policy; return the drift, which is then in the state."""
        [before] = [entry.inputs for entry in self._stack.state]
        self._stack.refresh()
        [after] = [entry.inputs for entry in self._stack.state]
        return list_shown_leaves(before, after)

    def destroy(self) -> None:
        """Delete the policy."""
        self._stack.destroy()


def deploy(tenant: Emulator, quirks: Quirks, program: Tree) -> PolicyStack:
    """Deploy a policy into an empty tenant."""
    tenant.reset()
    tenant.quirks = quirks
    policy = PolicyStack(tenant)
    policy.up(program)
    return policy


def list_writes(tenant: Emulator) -> list[tuple[str, str | None]]:
    """Return the requests that changed the tenant, with their masks."""
    return [
        (request.method, request.update_mask)
        for request in tenant.requests
        if request.method != "GET" and request.path.startswith("/api/v1/policies")
    ]


@in_every_tenant
@given(program=PROGRAMS)
def test_an_unchanged_program_has_no_change_and_no_drift(
    tenant: Emulator, quirks: Quirks, program: Tree
) -> None:
    policy = deploy(tenant, quirks, program)
    assert list_writes(tenant) == [("POST", None)]
    assert policy.preview(program) == []
    for other in QUIRKS.values():
        tenant.quirks = other
        assert policy.refresh() == []
        assert policy.preview(program) == []
    policy.up(program)
    assert list_writes(tenant) == [("POST", None)]
    policy.destroy()
    assert list_writes(tenant) == [("POST", None), ("DELETE", None)]


def _draw_edit(data: st.DataObject, tree: Tree) -> Edit:
    """Draw an edit of a policy that is possible in a tenant and in a program."""
    mutable = [
        edit
        for edit in list_edits(POLICY, tree)
        if keeps_rejected_steps(tree, edit)
        if edit.path[0] not in IMMUTABLE and edit.path[0] != "annotations"
    ]
    edit: Edit = data.draw(st.sampled_from(mutable))
    note(repr(edit))
    return edit


def _is_shown(found: list[Leaf], edit: Edit) -> bool:
    """Return whether the engine shows just the edit; a first item may show as the whole list."""
    if found and all(leaf.path[: len(edit.path)] == edit.path for leaf in found):
        return True
    (first, *more) = found or [Leaf(("nothing",), None, None)]
    whole = ABSENT in (first.before, first.after)
    return not more and whole and edit.path[: len(first.path)] == first.path


@in_every_plain_tenant
@given(program=PROGRAMS, data=st.data())
def test_an_edit_in_the_tenant_is_drift_at_its_path_and_is_undone(
    tenant: Emulator, quirks: Quirks, program: Tree, data: st.DataObject
) -> None:
    policy = deploy(tenant, quirks, program)
    before = tenant.policy(policy.id)
    tree = decode(POLICY, before)
    edit = _draw_edit(data, tree)
    changed = encode(POLICY, apply(tree, edit))
    try:
        tenant.api_edit(
            policy.id, {edit.field.wire: changed.get(edit.field.wire) or _get_zero(edit)}
        )
    except TenantError:
        assume(False)
    assume(compare(POLICY, decode(POLICY, tenant.policy(policy.id)), tree))
    tenant.clear_requests()

    assert policy.preview(program) == []
    assert policy.refresh()
    assert _is_shown(policy.preview(program), edit)
    assert policy.refresh() == []
    policy.up(program)
    [(method, mask)] = list_writes(tenant)
    assert method == "POST"
    assert is_minimal_mask(edit, str(mask).split(","))
    assert compare(POLICY, decode(POLICY, tenant.policy(policy.id)), tree) == []
    assert policy.preview(program) == []
    assert policy.refresh() == []
    assert policy.preview(program) == []


@in_every_tenant
@given(program=PROGRAMS, data=st.data())
def test_a_change_of_the_program_is_shown_at_its_path_and_sent_as_one_field(
    tenant: Emulator, quirks: Quirks, program: Tree, data: st.DataObject
) -> None:
    first = deploy(tenant, quirks, program)
    plain = _to_program(tenant.policy(first.id))
    # A default of the tenant is not managed until the program writes it.
    assert quirks.server_fills or first.preview(plain) == []
    policy = deploy(tenant, quirks, plain)
    edit = _draw_edit(data, plain)
    changed = apply(plain, edit)
    tenant.clear_requests()
    try:
        shown = policy.preview(changed)
        policy.up(changed)
    except (CheckFailed, InvalidRequestError):
        assume(False)
    assert _is_shown(shown, edit)
    [(method, mask)] = list_writes(tenant)
    assert method == "POST"
    assert is_minimal_mask(edit, str(mask).split(","))
    assert policy.preview(changed) == []
    assert policy.refresh() == []
    assert policy.preview(changed) == []


def _get_zero(edit: Edit) -> Any:
    return {"one": "", "list": [], "map": {}}[edit.field.shape]


def _to_program(wire: Tree) -> Tree:
    """Return a tenant's policy as inputs, in the tenant's spelling."""
    tree = strip(POLICY, prune(POLICY, decode(POLICY, wire)))
    own = {
        key: text for key, text in tree.pop("annotations", {}).items() if key not in OWNERSHIP_KEYS
    }
    return tree | {"annotations": own}
