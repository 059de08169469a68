"""States that were damaged, that a later release wrote, or that 0.1.0 wrote, through the
real CLI.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.planning.state_versions import STATE, VERSION
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import encode
from tests.support.cli import ROOT, TYPE, Stack, list_deletes, make_update

ONE = """
    Policy(
        "one",
        display_name="One",
        policy_type="POLICY_TYPE_GRANT",
        description="First.",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
        annotations={"team": "iam"},
    )
"""
TWO = ONE.replace("First.", "Second.")
NEWER = {STATE: VERSION + 1}
CASES = {
    "newer": NEWER,
    "damaged": {"annotations": "text", "created_at": 7, "__held": []},
}
DAMAGES = pytest.mark.parametrize("damage", CASES.values(), ids=CASES.keys())


def _damage(stack: Stack, damage: dict[str, Any]) -> None:
    """Put values among the outputs of the policy, by an export and an import of the state."""
    state = stack.export()
    for resource in state["deployment"]["resources"]:
        if resource["urn"].endswith("::one"):
            resource["outputs"] |= damage
    stack.import_state(state)


@DAMAGES
def test_an_unreadable_state_is_refused_and_a_refresh_repairs_it(
    stack: Any, damage: dict[str, Any]
) -> None:
    kept: Stack = stack(ONE)
    kept.up().ok()
    assert kept.read_policies()["one"]["outputs"][STATE] == VERSION
    sound = kept.read_policies()["one"]
    _damage(kept, damage)
    for refused in (kept.preview().failed(), kept.write(TWO).up().failed()):
        assert refused.requests == ()
        [error] = refused.errors
        assert len(error.splitlines()) == 2
        assert "pulumi up --refresh" in error.splitlines()[1]
        assert ("Update pulumi-c1policy" in error) is (damage == NEWER)
        assert "Traceback" not in refused.output
    done = kept.up("--refresh").ok()
    # Of damaged annotations nobody knows which keys were the program's: they are sent once more.
    mask = ["annotations", "description"] if "annotations" in damage else ["description"]
    assert done.writes == [make_update("One", *mask)]
    assert [w for w in done.warnings if "It was read again from the tenant." in w]
    kept.expect_no_changes()
    outputs = kept.read_policies()["one"]["outputs"]
    changing = {"description", "updated_at"}
    assert {k: v for k, v in outputs.items() if k not in changing} == {
        k: v for k, v in sound["outputs"].items() if k not in changing
    }


@DAMAGES
def test_an_unreadable_state_is_destroyed_if_the_policy_names_the_resource(
    stack: Any, damage: dict[str, Any]
) -> None:
    kept: Stack = stack(ONE)
    kept.up().ok()
    _damage(kept, damage)
    done = kept.destroy().ok()
    assert done.writes == list_deletes("One")
    assert done.warnings == []
    assert kept.read_policies() == {}


@pytest.mark.parametrize(
    ("damage", "options"),
    [(CASES["newer"], ("--refresh",)), (CASES["damaged"], ())],
    ids=["newer, refreshed", "damaged"],
)
def test_an_unreadable_state_leaves_a_policy_that_does_not_name_the_resource(
    stack: Any, c1_tenant: Emulator, damage: dict[str, Any], options: tuple[str, ...]
) -> None:
    kept: Stack = stack(ONE)
    kept.up().ok()
    _damage(kept, damage)
    c1_tenant.product_edit(kept.id_of("One"), {"description": "By hand."})
    before = kept.read_live("One")
    done = kept.destroy(*options).ok()
    assert done.writes == []
    assert kept.read_live("One") == before
    assert kept.read_policies() == {}
    assert [w for w in done.warnings if before["id"] in w and "the tenant keeps it" in w]


def test_the_version_of_the_state_is_never_shown(stack: Any) -> None:
    kept: Stack = stack(ONE)
    assert STATE not in kept.preview("--diff").ok().output
    kept.up().ok()
    state = kept.export()
    for resource in state["deployment"]["resources"]:
        resource.get("outputs", {}).pop(STATE, None)
    kept.import_state(state)
    kept.expect_no_changes()
    refreshed = kept.refresh("--diff").ok()
    assert STATE not in refreshed.output
    kept.expect_no_changes()
    assert kept.read_policies()["one"]["outputs"][STATE] == VERSION
    assert STATE not in kept.write(TWO).preview("--diff").ok().output
    assert kept.up().ok().writes == [make_update("One", "description")]


GRACE = """
    Policy(
        "revoke-with-grace",
        display_name="Revoke with grace",
        policy_type="POLICY_TYPE_REVOKE",
        description="Access ends a day after it was taken away.",
        policy_steps={"revoke": {"steps": [
            {"wait": {"duration": {"duration": "24h"}, "name": "Grace period"}},
        ]}},
    )
"""


def test_a_state_of_0_1_0_is_read_refreshed_and_destroyed(stack: Any) -> None:
    """It has no version; its provision step is held by the tenant and no longer written."""
    golden = json.loads((ROOT / "tests/golden/0.1.0/state.json").read_text())
    entry = json.loads(json.dumps(golden["revoke-with-grace"]).replace('"t/s"', '"shop/dev"'))
    assert STATE not in entry["outputs"]
    kept: Stack = stack(GRACE)
    inputs = {k: v for k, v in entry["inputs"].items() if not k.startswith("__")}
    live = kept.tenant.add_policy(encode(POLICY, inputs))
    outputs = entry["outputs"] | {"id": live["id"]}
    named = {"type": TYPE, "name": "revoke-with-grace", "id": live["id"]}
    kept.import_resources({**named, "inputs": entry["inputs"], "outputs": outputs}).ok()
    kept.expect_no_changes()
    kept.refresh().ok()
    assert kept.read_policies()["revoke-with-grace"]["outputs"][STATE] == VERSION
    kept.expect_no_changes()
    assert kept.destroy().ok().writes == list_deletes("Revoke with grace")
