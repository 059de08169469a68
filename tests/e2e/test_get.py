"""Reads and lookups of policies that the program does not manage, and builtin policies."""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import TYPE, Stack, list_creates, send_request

READ = """
    config = pulumi.Config()
    builtin = Policy.get("builtin", id=config.require("builtin"))
    other = Policy.get("other", id=config.require("other"))
    Policy(
        "kept",
        display_name="Kept",
        policy_type="POLICY_TYPE_GRANT",
        description=builtin.display_name.apply(lambda name: f"Instead of {name}"),
        baseline_policy_id=other.id,
    )
    pulumi.export("name", builtin.display_name)
    pulumi.export("system", builtin.system_builtin)
    pulumi.export("steps", other.policy_steps)
    pulumi.export("created", other.created_at)
"""
FALLBACK = {"fallback": True, "fallbackUserIds": ["2bKy9Pf34qY6Nb3wWD25RQ4F5ZR"]}
OTHER = {
    "displayName": "Other",
    "policyType": "POLICY_TYPE_GRANT",
    "policySteps": {"grant": {"steps": [{"approval": {"manager": FALLBACK}}]}},
}


def test_get_reads_policies_and_never_writes_them(stack: Any, c1_tenant: Emulator) -> None:
    builtin = next(r for r in c1_tenant.policies if r.builtin and "grant" in str(r.stored).lower())
    other = send_request(c1_tenant, "POST", "", OTHER)["policy"]["id"]
    name = str(builtin.stored["displayName"])
    before = c1_tenant.policy(builtin.id), c1_tenant.policy(other)

    reading: Stack = stack(READ)
    reading.set_config("builtin", builtin.id)
    reading.set_config("other", other)
    assert reading.up().ok().writes == list_creates("Kept")
    outputs = reading.run("stack", "output", "--json").ok()
    assert f'"name": "{name}"' in outputs.output
    assert '"system": true' in outputs.output
    assert '"fallback": true' in outputs.output
    assert reading.read_live("Kept")["description"] == f"Instead of {name}"
    reading.expect_no_changes()
    reading.expect_no_changes("--refresh")
    assert reading.refresh().ok().writes == []
    reading.expect_no_changes()

    # A change of a policy that is only read is no drift.
    c1_tenant.api_edit(other, {"displayName": "Another"})
    assert "other" not in reading.preview("--refresh").ok().operations
    assert reading.destroy().ok().writes[0].policy == "Kept"
    assert (c1_tenant.policy(builtin.id), c1_tenant.policy(other)["policySteps"]) == (
        before[0],
        before[1]["policySteps"],
    )
    assert reading.list_names() == ["Another"]


def test_reading_a_policy_that_does_not_exist_fails_with_its_id(stack: Any) -> None:
    reading = stack('Policy.get("nobody", id="2aNobodyKnowsThisPolicyId00")')
    for failed in (reading.preview().failed(), reading.up().failed()):
        [error] = failed.errors
        assert "2aNobodyKnowsThisPolicyId00" in error
        assert len(error.splitlines()) == 2
        assert failed.writes == []
    assert reading.read_policies() == {}


def _builtin_in_state(stack: Stack, policy_id: str) -> dict[str, Any]:
    """Return a resource for `pulumi import` by which the program manages a builtin policy."""
    kept = stack.read_policies()["kept"]
    live = stack.tenant.policy(policy_id)
    inputs = {
        **kept["inputs"],
        "display_name": live["displayName"],
        "policy_type": live["policyType"],
        "policy_steps": kept["inputs"]["policy_steps"],
    }
    outputs = {**inputs, "id": policy_id, "system_builtin": True}
    return {"type": TYPE, "name": "builtin", "id": policy_id, "inputs": inputs, "outputs": outputs}


KEPT = """
    Policy(
        "kept",
        display_name="Kept",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
    )
"""


def test_a_builtin_policy_in_the_state_is_neither_changed_nor_deleted(
    stack: Any, c1_tenant: Emulator
) -> None:
    builtin = next(r for r in c1_tenant.policies if r.builtin)
    before = c1_tenant.policy(builtin.id)
    kept: Stack = stack(KEPT)
    kept.up().ok()
    kept.import_resources(_builtin_in_state(kept, builtin.id)).ok()
    assert set(kept.read_policies()) == {"kept", "builtin"}

    kept.write(KEPT + KEPT.replace('"kept"', '"builtin"').replace('"Kept"', '"Mine now"'))
    refused = kept.preview().failed()
    assert refused.requests == ()
    [error] = refused.errors
    assert "builtin policy of the tenant (system_builtin)" in error
    assert "`display_name`" in error
    assert "`Policy.get(name, id=...)`" in error.splitlines()[1]
    assert len(error.splitlines()) == 2
    assert kept.up().failed().writes == []

    kept.write(KEPT)
    dropped = kept.up().ok()
    assert dropped.operations == {"builtin": ["delete"]}
    assert dropped.requests == ()
    [warning] = dropped.warnings
    assert "the tenant keeps it unchanged" in warning
    assert set(kept.read_policies()) == {"kept"}
    assert c1_tenant.policy(builtin.id) == before


def test_an_existing_policy_is_imported_from_a_file(stack: Any) -> None:
    """The import of a state into another stack sends no request, and the next preview is empty."""
    kept: Stack = stack(KEPT)
    kept.up().ok()
    entry = kept.read_policies()["kept"]
    fields = {key: entry[key] for key in ("type", "id", "inputs", "outputs")}
    other: Stack = stack(KEPT)
    done = other.import_resources({**fields, "name": "kept"}).ok()
    assert done.requests == ()
    assert other.read_policies()["kept"]["id"] == entry["id"]
    other.expect_no_changes()
    other.expect_no_changes("--refresh")


LOOKUPS = """
    import pulumi_c1policy as c1

    config = pulumi.Config()
    fallback = c1.get_policy(display_name=config.require("name"))
    assert c1.get_policy(id=fallback.id) == fallback
    managed = Policy(
        "managed",
        display_name="Managed",
        policy_type=fallback.policy_type,
        baseline_policy_id=fallback.id,
    )
    late = c1.get_policy_output(id=managed.id)
    pulumi.export("late", late.apply(lambda policy: policy.display_name))
    pulumi.export("steps", fallback.policy_steps)
"""


def test_a_program_looks_up_policies_in_the_tenant(stack: Any, c1_tenant: Emulator) -> None:
    other = send_request(c1_tenant, "POST", "", OTHER)["policy"]["id"]
    reading: Stack = stack(LOOKUPS)
    reading.set_config("name", "Other")
    assert reading.preview().ok().writes == []
    assert reading.up().ok().writes == list_creates("Managed")
    assert reading.read_live("Managed")["baselinePolicyId"] == other
    outputs = reading.run("stack", "output", "--json").ok().output
    assert '"late": "Managed"' in outputs
    assert '"fallback_user_ids"' in outputs
    assert reading.read_policies().keys() == {"managed"}
    reading.expect_no_changes()
    reading.expect_no_changes("--refresh")


def test_a_failed_lookup_ends_the_program_without_a_traceback(stack: Any) -> None:
    reading: Stack = stack(LOOKUPS)
    reading.set_config("name", "Nonsense")
    for failed in (reading.preview().failed(), reading.up().failed()):
        assert 'get_policy(display_name="Nonsense") finds no policy in the tenant' in failed.output
        assert "Traceback" not in failed.output
        assert failed.writes == []
