"""Plans of random policies on the emulated tenant, with every quirk.

The emulator shares no code with the plans. The tests call its parser, store and renderer directly.
"""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._emulator import masks
from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.render import render
from pulumi_c1policy._emulator.tenant import Tenant
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import find_drift, record_answer, refresh
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, to_state
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode, encode
from tests.support.edits import (
    apply,
    changes_match_edit,
    is_minimal_mask,
    keeps_rejected_steps,
    list_edits,
)
from tests.support.strategies import OTHER_POLICIES, accepted_policies

QUIRKS = st.builds(
    Quirks,
    unset_fields=st.sampled_from(["emitted", "omitted", "null", "null_everywhere"]),
    rule_key=st.sampled_from(["step_key", "policy_key", "both"]),
    shuffle_sets=st.booleans(),
    timestamp_precision=st.sampled_from(["seconds", "micro", "nano"]),
    duration_style=st.sampled_from(["plain", "padded"]),
    newer_api=st.booleans(),
    server_fills=st.booleans(),
)


class EmulatedTenant:
    """A tenant that is called with the JSON of the wire."""

    def __init__(self, quirks: Quirks) -> None:
        self.tenant = Tenant("acme.conductor.one", quirks)
        self.others = {
            kind: [self.create({"displayName": other, "policyType": kind}) for other in "AB"]
            for kind in ("POLICY_TYPE_GRANT", "POLICY_TYPE_REVOKE", "POLICY_TYPE_CERTIFY")
        }

    def with_others(self, inputs: Tree) -> Tree:
        """Return `inputs` with references to existing policies of the same type."""
        written = json.dumps(inputs)
        ids = self.others[inputs["policy_type"]]
        for placeholder, policy_id in zip(OTHER_POLICIES, ids, strict=True):
            written = written.replace(placeholder, policy_id)
        found: Tree = json.loads(written)
        return found

    def create(self, wire: Tree) -> str:
        fields = self.tenant.make_reader(creating=True).read(POLICY.name, wire)
        return self.tenant.policies.create(fields).id

    def get(self, policy_id: str, quirks: Quirks | None = None) -> Tree:
        """Read the policy and decode it."""
        found = self.tenant.policies.find(policy_id)
        assert found is not None
        answer = render(POLICY.name, found.stored, quirks or self.tenant.quirks)
        return decode(POLICY, json.loads(json.dumps(answer)))

    def update(self, policy_id: str, body: Tree, mask: tuple[str, ...]) -> None:
        fields = self.tenant.make_reader().read(POLICY.name, body)
        self.tenant.policies.update(policy_id, fields, masks.parse(",".join(mask)))


@given(accepted_policies(), QUIRKS, QUIRKS, st.data())
def test_an_edit_is_one_change_and_one_update_undoes_it(
    inputs: Tree, quirks: Quirks, later: Quirks, data: st.DataObject
) -> None:
    """A created policy has no change; one edit in the product is one change, which is undone."""
    emulated = EmulatedTenant(quirks)
    inputs = emulated.with_others(inputs)
    policy_id = emulated.create(encode(POLICY, inputs))
    prior = from_state(to_state(record_answer(inputs, emulated.get(policy_id))))
    assert plan(prior, inputs) == NoOp()
    later = later.replace(newer_api=quirks.newer_api)
    refreshed = refresh(prior, emulated.get(policy_id, later))
    assert refreshed.inputs == prior.inputs
    assert find_drift(refreshed, emulated.get(policy_id)) == []

    held = emulated.get(policy_id, Quirks(unset_fields="omitted"))
    fixed = {"policy_type", "scope", "annotations"}
    editable = {name: v for name, v in held.items() if name in POLICY.fields and name not in fixed}
    found = [
        e
        for e in list_edits(POLICY, editable)
        if e.path[0] not in fixed and keeps_rejected_steps(editable, e)
    ]
    edit = data.draw(st.sampled_from(found))
    if not _may_be_stored(encode(POLICY, apply(editable, edit)), emulated):
        return
    edited = {edit.field.wire: encode(POLICY, apply(editable, edit)).get(edit.field.wire)}
    try:
        emulated.update(policy_id, edited, (edit.field.wire,))
    except TenantError:
        return  # The tenant rejects it, so this edit is impossible.
    live = emulated.get(policy_id, later)
    if not compare(POLICY, editable, {name: live[name] for name in editable if name in live}):
        return  # The tenant filled in the very baseline that the edit took away.
    assert changes_match_edit(find_drift(prior, live), edit), edit
    refreshed = refresh(prior, live)
    planned = plan(refreshed, inputs)
    if quirks.server_fills and isinstance(planned, NoOp):
        return  # A default of the tenant's own was switched off; the program never asked for it.
    assert isinstance(planned, Update)
    assert is_minimal_mask(edit, planned.mask)
    body = build_body(planned, refreshed, inputs, live, LifecycleOptions())
    assert isinstance(body, dict)
    emulated.update(policy_id, body, planned.mask)
    settled = record_answer(inputs, emulated.get(policy_id))
    assert plan(from_state(to_state(settled)), inputs) == NoOp()
    assert find_drift(settled, emulated.get(policy_id, later)) == []


def _may_be_stored(wire: Tree, emulated: EmulatedTenant) -> bool:
    """Return whether a tenant accepts the policy: an edit may have removed a rule's target."""
    known = {policy_id for ids in emulated.others.values() for policy_id in ids}
    if not wire.get("displayName") or wire.get("baselinePolicyId", "") not in {"", *known}:
        return False
    return len(wire.get("rules", ())) <= 16 and all(
        rule.get("stepKey") in wire.get("policySteps", {}) or rule.get("policyId") in known
        for rule in wire.get("rules", ())
    )
