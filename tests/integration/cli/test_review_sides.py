"""`c1policy review` with an export, a program or a tenant as the policies before the change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._emulator import Emulator, Fault

PROGRAM = """
import pulumi_c1policy as c1

strict = c1.Policy(
    "strict",
    display_name="Strict",
    **c1.on.grant(c1.approve.manager(), c1.approve.app_owners()),
)
fresh = c1.Policy("fresh", display_name="Fresh", **c1.on.grant(c1.approve.manager()))
c1.AppPolicies("crm", app_id="APP", grant_policy_id=fresh.id)
"""
MANAGER: dict[str, Any] = {"approval": {"manager": {}}}
OWNER: dict[str, Any] = {"approval": {"appOwners": {}}}
Run = Callable[..., Result]


@pytest.fixture
def run(c1_tenant: Emulator) -> Run:
    """Run the command line with the tenant's credentials."""
    return lambda *arguments: CliRunner().invoke(app, arguments, env=c1_tenant.environment)


@pytest.fixture(autouse=True)
def app_id(c1_tenant: Emulator) -> str:
    """Make an app with a policy, and return its id."""
    app_id = c1_tenant.add_app("CRM")
    attach(c1_tenant, app_id, add_policy(c1_tenant, "Strict", MANAGER, OWNER))
    return app_id


@pytest.fixture
def program(tmp_path: Path, app_id: str) -> str:
    """Write the program, and return its folder."""
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM.replace("APP", app_id))
    return str(folder)


def add_policy(tenant: Emulator, name: str, *steps: dict[str, Any]) -> str:
    lists = {"grant": {"steps": list(steps)}}
    policy = {"displayName": name, "policyType": "POLICY_TYPE_GRANT", "policySteps": lists}
    return str(tenant.add_policy(policy)["id"])


def attach(tenant: Emulator, app_id: str, policy_id: str) -> None:
    body = {"app": {"id": app_id, "grantPolicyId": policy_id}, "updateMask": "grantPolicyId"}
    url = f"{tenant.url}/api/v1/apps/{app_id}"
    httpx.post(url, json=body, headers=tenant.headers).raise_for_status()


def read(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def list_verdicts(found: Any) -> list[tuple[str, str, str]]:
    return [(each["before"], each["after"], each["verdict"]) for each in found["attachments"]]


WEAKENED = [("Strict", "Fresh", "weakened")]


def test_an_attachment_of_a_program_is_compared_with_an_export(
    run: Run, program: str, tmp_path: Path, app_id: str
) -> None:
    backup = str(tmp_path / "backup")
    assert run("export", "--all", "--out", backup).exit_code == 0
    given = ("review", "--program", program, "--against", backup)
    found = read(run(*given, "--format", "json"))
    assert list_verdicts(found) == WEAKENED
    assert found["verdict"] == "weakened"
    assert found["attachments"][0]["reason"] == "the app owner no longer approves"
    policies = {each["name"]: each["verdict"] for each in found["policies"]}
    assert policies == {"Fresh": "not-weakened", "Strict": "not-weakened"}
    lines = run(*given, "--fail-on", "weakened")
    assert lines.exit_code == 2
    assert f"### CRM (app {app_id}): weakened" in lines.stdout
    assert "- Requests for access: Fresh instead of Strict (grant_policy_id)" in lines.stdout


def test_an_attachment_of_a_program_is_compared_with_the_tenant(run: Run, program: str) -> None:
    found = read(run("review", "--program", program, "--against", "tenant", "--format", "json"))
    assert list_verdicts(found) == WEAKENED


def test_apps_that_cannot_be_read_are_not_reviewed(
    run: Run, program: str, c1_tenant: Emulator
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=403, path="/search/apps$", times=None))
    done = run("review", "--program", program, "--against", "tenant", "--format", "json")
    assert "are not reviewed" in done.stderr
    assert list_verdicts(read(done)) == []


def test_two_exports_are_compared(
    run: Run, tmp_path: Path, c1_tenant: Emulator, app_id: str
) -> None:
    folders = [str(tmp_path / name) for name in ("old", "new")]
    run("export", "--all", "--out", folders[0])
    attach(c1_tenant, app_id, add_policy(c1_tenant, "Lax", MANAGER))
    found = read(run("review", "--tenant", "--against", folders[0], "--format", "json"))
    assert list_verdicts(found) == [("Strict", "Lax", "weakened")]


def test_a_program_is_compared_with_a_program(run: Run, program: str) -> None:
    done = run("review", "--program", program, "--against", program)
    assert done.exit_code == 0
    assert "no policy changes; 2 unchanged." in done.stdout


def test_a_folder_that_is_neither_is_refused(run: Run, program: str, tmp_path: Path) -> None:
    done = run("review", "--program", program, "--against", str(tmp_path))
    assert done.exit_code == 1
    assert "contains no export" in done.stderr
