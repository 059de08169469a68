"""`kill -9` of the CLI, without checkpoints: the engine's knowledge of the run is lost.

docs/large-runs.md has the commands after it.
"""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
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
CREATE, UPDATE, DELETE = ("POST", "/api/v1/policies"), ("POST", ""), ("DELETE", "")
MAX_SECONDS = 60.0


def _count(stack: Stack, method: str, path: str) -> int:
    """Count the requests that begin a write."""
    found = [each for each in stack.tenant.requests if each.path.startswith("/api/v1/policies")]
    return sum(each.method == method and each.path == (path or each.path) for each in found)


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
        app,
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
