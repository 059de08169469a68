"""`kill -9` of the CLI, without checkpoints: the engine's knowledge of the run is lost.

docs/large-runs.md has the commands after it.
"""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli import main
from pulumi_c1policy._emulator import Emulator
from tests.support import cli_chaos
from tests.support.cli import Stack

COUNT = 12
PROGRAM = f"""
    for i in range({COUNT}):
        Policy(
            f"access-{{i:02}}",
            display_name=f"Access {{i:02}}",
            policy_type="POLICY_TYPE_GRANT",
            policy_steps={{"grant": {{"steps": [{{"accept": {{}}}}]}}}},
        )
"""
NAMES = [f"Access {i:02}" for i in range(COUNT)]
NO_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true"}
ADOPT = {**NO_CHECKPOINTS, "PULUMI_C1POLICY_ON_LEFTOVER": "adopt"}
CREATE, UPDATE, DELETE = (
    ("POST", r"/api/v1/policies"),
    ("POST", r"/api/v1/policies/\w+"),
    ("DELETE", r"/api/v1/policies/\w+"),
)
ATTACH = ("POST", r"/api/v1/apps/\w+")
MAX_SECONDS = 60.0


def _count(stack: Stack, method: str, path: str) -> int:
    """Count the requests that have begun, by method and pattern of the path."""
    return sum(
        each.method == method and re.fullmatch(path, each.path) is not None
        for each in stack.tenant.requests
    )


def _wait(condition: Any) -> None:
    waited = threading.Event()
    for _ in range(int(MAX_SECONDS / 0.02)):
        if condition():
            return
        waited.wait(0.02)
    pytest.fail("nothing happens any more")


def _kill(stack: Stack, command: str, request: tuple[str, str], after: int) -> None:
    """Kill the CLI after some requests, and check that the plugin sends nothing more, and ends."""
    stack.tenant.clear_requests()
    stack.tenant.set_quirks(delay=0.3)
    process = cli_chaos.start_run(stack, command, environment=NO_CHECKPOINTS)
    try:
        _wait(lambda: _count(stack, *request) >= after)
        process.kill()
        process.wait()
        # A request may be on its way in this moment.
        threading.Event().wait(0.2)
        begun = len(stack.tenant.requests)
        _wait(lambda: not cli_chaos.list_orphans(stack.folder))
        assert len(stack.tenant.requests) == begun
        assert all(each.status for each in stack.tenant.requests)
    finally:
        process.kill()
        cli_chaos.end_orphans(stack.folder)
        stack.tenant.set_quirks(delay=0.0)
    stack.run("cancel", "--yes").ok()


def _check_drift(stack: Stack) -> None:
    """Run the last command of the recipe: the tenant is as the state says."""
    state = stack.folder / "state.json"
    state.write_text(json.dumps(stack.export()))
    done = CliRunner().invoke(
        main.app,
        ["drift", "--state", str(state)],
        env={**stack.tenant.environment, "PULUMI_CONFIG_PASSPHRASE": ""},
    )
    assert done.exit_code == 0, done.output


def test_a_killed_create_is_completed_without_doubles(stack: Any) -> None:
    kept: Stack = stack(PROGRAM)
    _kill(kept, "up", CREATE, 6)
    made = kept.list_names()
    assert 6 <= len(made) < COUNT
    again = kept.up("--refresh", **ADOPT).ok()
    assert sum(each.method == "POST" and not each.mask for each in again.writes) == COUNT - len(
        made
    )
    assert kept.list_names() == NAMES
    kept.expect_no_changes("--refresh")
    _check_drift(kept)


def test_a_leftover_that_a_person_has_changed_is_not_adopted(stack: Any) -> None:
    kept: Stack = stack(PROGRAM)
    _kill(kept, "up", CREATE, 6)
    made = kept.list_names()
    edited = kept.id_of(made[0])
    kept.tenant.api_edit(edited, {"description": "By hand."})
    again = kept.up("--refresh", **ADOPT).failed()
    assert edited in again.output
    assert kept.tenant.policy(edited)["description"] == "By hand."
    kept.tenant.product_delete(edited)
    kept.up("--refresh", **ADOPT).ok()
    assert kept.list_names() == NAMES
    _check_drift(kept)


def test_a_killed_destroy_is_completed_and_leaves_others_alone(stack: Any) -> None:
    kept: Stack = stack(PROGRAM)
    kept.up(**NO_CHECKPOINTS).ok()
    steps: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}
    fields = {"displayName": "Foreign", "policyType": "POLICY_TYPE_GRANT", "policySteps": steps}
    kept.tenant.add_policy(fields)
    _kill(kept, "destroy", DELETE, 6)
    left = len(kept.list_names()) - 1
    assert 0 < left < COUNT
    again = kept.destroy("--refresh", **NO_CHECKPOINTS).ok()
    assert len(again.writes) == left
    assert kept.list_names() == ["Foreign"]


def test_a_killed_update_is_completed_with_the_rest(stack: Any) -> None:
    kept: Stack = stack(PROGRAM)
    kept.up(**NO_CHECKPOINTS).ok()
    kept.write(PROGRAM.replace("policy_type", 'description="New.", policy_type'))
    _kill(kept, "up", UPDATE, 6)
    done = sum(kept.read_live(name).get("description") == "New." for name in NAMES)
    assert 0 < done < COUNT
    again = kept.up("--refresh", **NO_CHECKPOINTS).ok()
    assert len(again.writes) == COUNT - done
    assert all(kept.read_live(name)["description"] == "New." for name in NAMES)
    kept.expect_no_changes("--refresh")
    _check_drift(kept)


def test_an_edit_after_a_killed_update_is_a_conflict_until_a_refresh_shows_it(stack: Any) -> None:
    kept: Stack = stack(PROGRAM)
    kept.up(**NO_CHECKPOINTS).ok()
    kept.write(PROGRAM.replace("policy_type", 'description="New.", policy_type'))
    _kill(kept, "up", UPDATE, 6)
    edited = next(name for name in NAMES if kept.read_live(name).get("description") == "New.")
    kept.tenant.api_edit(kept.id_of(edited), {"description": "By hand."})
    refused = kept.up(**NO_CHECKPOINTS).failed()
    assert "description" in refused.output
    assert kept.read_live(edited)["description"] == "By hand."
    shown = kept.preview("--refresh", "--diff").ok()
    assert "By hand." in shown.output
    kept.up("--refresh", **NO_CHECKPOINTS).ok()
    assert {kept.read_live(name)["description"] for name in NAMES} == {"New."}
    _check_drift(kept)


def test_killed_attachments_are_completed_and_tell_that_their_former_values_are_lost(
    stack: Any, c1_tenant: Emulator
) -> None:
    apps = [c1_tenant.add_app(f"App {i}") for i in range(COUNT)]
    kept: Stack = stack(f"""
        from pulumi_c1policy import AppPolicies

        policy = Policy(
            "access",
            display_name="Access",
            policy_type="POLICY_TYPE_GRANT",
            policy_steps={{"grant": {{"steps": [{{"accept": {{}}}}]}}}},
        )
        for app in {apps}:
            AppPolicies(app, app_id=app, grant_policy_id=policy.id)
    """)
    _kill(kept, "up", ATTACH, 6)
    [policy] = [kept.id_of(name) for name in kept.list_names()]
    done = [app for app in apps if c1_tenant.app(app).get("grantPolicyId")]
    assert 0 < len(done) < COUNT
    again = kept.up("--refresh", **ADOPT).ok()
    assert {c1_tenant.app(app)["grantPolicyId"] for app in apps} == {policy}
    written = [e for e in again.requests if e.method == "POST" and re.fullmatch(ATTACH[1], e.path)]
    assert len(written) == COUNT - len(done)
    told = [line for line in again.output.splitlines() if "from before is not known" in line]
    assert {app for app in apps if any(app in line for line in told)} == {*done}
    kept.expect_no_changes("--refresh")
    _check_drift(kept)
    kept.destroy(**NO_CHECKPOINTS).ok()
    assert not any(c1_tenant.app(app).get("grantPolicyId") for app in apps)
    assert kept.list_names() == []
