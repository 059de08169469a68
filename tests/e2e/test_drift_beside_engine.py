"""`c1policy drift` beside the real engine: the same drift, from a backend and from an export."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from pulumi_c1policy._emulator import Emulator, Quirks
from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode, encode
from tests.support.cli import Stack
from tests.support.cli_outcome import parse_resource_name
from tests.support.edits import apply, keeps_rejected_steps, list_edits
from tests.support.strategies import accepted_policies as policies

QUIRKS = {
    "emitted": Quirks(),
    "newer": Quirks(newer_api=True, unset_fields="omitted", shuffle_sets=True, rule_key="both"),
}

PROGRAM = """
    import pulumi
    import pulumi_c1policy as c1

    def make(name, **fields):
        return Policy(name, display_name=name, **c1.on.grant(c1.approve.manager(), c1.wait.hours(2)),
                      **fields)

    make("same")
    make("secret", description=pulumi.Output.secret("hush"))
    for name in ("renamed", "stepped", "taken", "gone"):
        make(name)
    make("ignored", opts=pulumi.ResourceOptions(ignore_changes=["description"]))
    c1.EntitlementPolicies("admins", app_id="APP", entitlement_id="ENTITLEMENT",
                           grant_policy_id=make("attached").id)
"""


def run_drift(stack: Stack, *arguments: str, **environment: str) -> dict[str, Any]:
    """Run the command, and return its JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "pulumi_c1policy", "drift", *arguments, "--format", "json"],
        cwd=stack.folder,
        env=stack.environment | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 2), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["in_sync"] == (done.returncode == 0)
    return found


def list_changed(found: dict[str, Any]) -> dict[str, list[str]]:
    """Return the changed paths by resource."""
    return {
        each["name"]: sorted(change["path"] for change in each["changes"])
        for each in found["findings"]
    }


def test_drift_is_what_a_preview_with_refresh_shows(
    stack: Callable[..., Stack], c1_tenant: Emulator
) -> None:
    app_id = c1_tenant.add_app("Shop")
    entitlement = c1_tenant.add_entitlement(app_id, "Admins")
    shop = stack(PROGRAM.replace("APP", app_id).replace("ENTITLEMENT", entitlement))
    shop.up().ok()
    state = f"file://{shop.folder}/state"
    assert run_drift(shop, "--state", state)["findings"] == []

    ids = {name: shop.id_of(name) for name in shop.read_policies() if name != "admins"}
    c1_tenant.api_edit(ids["secret"], {"description": "other"})
    c1_tenant.api_edit(ids["renamed"], {"displayName": "new"})
    steps = c1_tenant.policy(ids["stepped"])["policySteps"]
    steps["grant"]["steps"][1]["wait"]["duration"]["duration"] = "60s"
    c1_tenant.api_edit(ids["stepped"], {"policySteps": steps})
    c1_tenant.product_edit(ids["taken"], {"description": "by hand"})
    c1_tenant.product_delete(ids["gone"])
    c1_tenant.api_edit(ids["ignored"], {"description": "ignored"})
    c1_tenant.edit_entitlement(app_id, entitlement, {"grantPolicyId": None})

    before = shop.export()
    c1_tenant.clear_requests()
    found = run_drift(shop, "--state", state)
    assert not [r for r in c1_tenant.requests if r.method not in ("GET", "POST")]
    assert run_drift(shop, "--stack", "dev") == found
    assert shop.export() == before
    assert list_changed(found) == {
        "admins": ["grant_policy_id"],
        "secret": ["description"],
        "renamed": ["display_name"],
        "stepped": ['policy_steps["grant"].steps[1].wait.duration.duration'],
        "taken": ["description"],
        "gone": [],
    }
    kinds = {each["name"]: each["kind"] for each in found["findings"]}
    assert (kinds["taken"], kinds["gone"]) == ("taken-over", "deleted")

    shown = shop.preview("--refresh")
    drifted = {
        parse_resource_name(event["resourcePreEvent"]["metadata"]["urn"])
        for event in shown.events
        if "resourcePreEvent" in event
        and event["resourcePreEvent"]["metadata"]["op"] in ("update", "create")
    }
    assert drifted == set(kinds)


RANDOM_PROGRAM = """
    import json, pathlib

    for name, inputs in json.loads(pathlib.Path("policies.json").read_text()).items():
        Policy(name, **inputs)
"""


@pytest.mark.parametrize("quirks", QUIRKS.values(), ids=QUIRKS)
@settings(max_examples=1, suppress_health_check=[*HealthCheck], phases=[Phase.generate])
@given(programs=st.lists(policies(policy_ids=()), min_size=15, max_size=15), data=st.data())
def test_random_edits_are_the_drift_that_a_preview_with_refresh_shows(
    stack: Callable[..., Stack],
    c1_tenant: Emulator,
    quirks: Quirks,
    programs: list[Tree],
    data: st.DataObject,
) -> None:
    # The first example is always the simplest one.
    assume(len(json.dumps(programs)) > 300 * len(programs))
    c1_tenant.reset()
    c1_tenant.quirks = quirks
    shop = stack(RANDOM_PROGRAM)
    inputs = {f"p{index}": program for index, program in enumerate(programs)}
    (shop.folder / "policies.json").write_text(json.dumps(inputs))
    shop.up().ok()
    for resource in shop.read_policies().values():
        tree = decode(POLICY, c1_tenant.policy(resource["id"]))
        possible = [
            edit
            for edit in list_edits(POLICY, tree)
            if keeps_rejected_steps(tree, edit)
            and edit.path[0] not in {"policy_type", "scope", "annotations"}
        ]
        edit = data.draw(st.sampled_from([*possible, None]))
        if edit:
            changed = encode(POLICY, apply(tree, edit)).get(edit.field.wire)
            with contextlib.suppress(TenantError):
                c1_tenant.api_edit(resource["id"], {edit.field.wire: changed})
    found = run_drift(shop, "--state", str(shop.folder / "state"))
    shown = shop.preview("--refresh").ok()
    assert {each["name"] for each in found["findings"]} == set(shown.operations)
    assert found["findings"]
