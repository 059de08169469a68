"""Over real HTTP, for any policy and any way in which a tenant answers: an export and its tenant
are in sync, and every edit of the tenant is found.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from pulumi_c1policy._client import settings
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._drift.drift_search import DriftOptions
from pulumi_c1policy._drift.export_comparison import find_drift
from pulumi_c1policy._drift.findings import DriftReport
from pulumi_c1policy._emulator import Emulator, Quirks
from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._export import export_folder, export_run
from pulumi_c1policy._export.manifest import Selection
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode, encode
from tests.support.edits import apply, changes_match_edit, list_edits
from tests.support.strategies import policies

pytestmark = pytest.mark.slow

QUIRKS = {
    "emitted": Quirks(),
    "omitted": Quirks(unset_fields="omitted", rule_key="both", timestamp_precision="seconds"),
    "null": Quirks(unset_fields="null", rule_key="policy_key", duration_style="padded"),
    "newer": Quirks(newer_api=True, timestamp_precision="micro", shuffle_sets=True),
    "fills": Quirks(server_fills=True, unset_fields="omitted", rule_key="both"),
}
FIXED = {"policy_type", "scope", "annotations"}
"""The fields that an update of the tenant does not replace."""


def export(tenant: Emulator, folder: Path) -> int:
    """Export all policies; return the number of files that were written."""
    loaded, selection = settings.load({}, tenant.environment), Selection()
    with PolicyClient(loaded) as client:
        former = export_run.read_former(folder, loaded.tenant, selection, force=False)
        return export_run.export(
            client, loaded.tenant, folder, client.list_all(), selection, former, lambda _: None
        ).written


def compare(tenant: Emulator, folder: Path) -> DriftReport:
    """Compare the export with the tenant."""
    loaded, found = settings.load({}, tenant.environment), export_folder.open_export(str(folder))
    with PolicyClient(loaded) as client:
        report = find_drift(client, loaded.tenant, found, DriftOptions(), lambda _: None)
    assert not report.problems
    return report


@pytest.mark.parametrize("quirks", QUIRKS.values(), ids=QUIRKS)
@given(program=policies(policy_ids=()), data=st.data())
def test_an_export_is_in_sync_until_an_edit(
    module_tenant: Emulator, quirks: Quirks, program: Tree, data: st.DataObject
) -> None:
    tenant = module_tenant
    tenant.reset()
    tenant.quirks = quirks
    policy_id = tenant.add_policy(encode(POLICY, program))["id"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        assert export(tenant, folder) > 0
        assert compare(tenant, folder).findings == []
        assert export(tenant, folder) == 0
        if not quirks.newer_api:  # A newer API has a further builtin policy.
            others = [each for each in QUIRKS.values() if not each.newer_api]
            tenant.quirks = data.draw(st.sampled_from(others))
        assert compare(tenant, folder).findings == []

        tree = decode(POLICY, tenant.policy(policy_id))
        possible = [each for each in list_edits(POLICY, tree) if each.path[0] not in FIXED]
        edit = data.draw(st.sampled_from(possible))
        note(repr(edit))
        changed = encode(POLICY, apply(tree, edit)).get(edit.field.wire)
        try:
            tenant.api_edit(policy_id, {edit.field.wire: changed}, checked=False)
        except TenantError:
            assume(False)
        [finding] = compare(tenant, folder).findings
        assert (finding.kind, finding.id) == ("changed", policy_id)
        assert changes_match_edit([leaf.change for leaf in finding.changes], edit)
        assert export(tenant, folder) == 1
        assert compare(tenant, folder).findings == []
