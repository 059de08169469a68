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


def add_policy(tenant: Emulator, name: str, *steps: dict[str, Any], **annotations: str) -> str:
    lists = {"grant": {"steps": list(steps)}}
    policy = {"displayName": name, "policyType": "POLICY_TYPE_GRANT", "policySteps": lists}
    return str(tenant.add_policy({**policy, "annotations": annotations})["id"])


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


def test_apps_that_cannot_be_read_are_undecided(
    run: Run, program: str, c1_tenant: Emulator
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=403, path="/search/apps$", times=None))
    done = run("review", "--program", program, "--against", "tenant", "--format", "json")
    assert "The apps and entitlements that use the policies are not known" in done.stderr
    found = read(done)
    assert list_verdicts(found) == [("not known", "Fresh", "undecided")]
    assert not [each for each in found["policies"] if each["change"] == "deleted"]


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
    assert "contains neither an export nor a program" in done.stderr


LOOKUP = """
import pulumi_c1policy as c1

fresh = c1.Policy("fresh", display_name="Fresh", **c1.on.grant(c1.approve.app_owners()))
c1.AppPolicies("crm", app_id=c1.find_app(name="CRM"), grant_policy_id=fresh.id)
"""


def test_an_app_that_a_program_finds_by_name_needs_a_directory(
    run: Run, program: str, tmp_path: Path, app_id: str
) -> None:
    (Path(program) / "__main__.py").write_text(LOOKUP)
    given = ("review", "--program", program, "--against", "tenant", "--format", "json")
    found = read(run(*given))
    assert list_verdicts(found) == [("not known", "Fresh", "undecided")]
    assert "--directory" in found["attachments"][0]["reason"]
    directory = tmp_path / "directory.json"
    directory.write_text(json.dumps({"apps": [{"id": app_id, "display_name": "CRM"}]}))
    found = read(run(*given, "--directory", str(directory)))
    assert list_verdicts(found) == [("Strict", "Fresh", "weakened")]


@pytest.mark.parametrize(
    ("exists", "expected"),
    [(True, ("none", "Fresh", "undecided")), (False, ("not known", "Fresh", "undecided"))],
    ids=["without-policies", "missing"],
)
def test_an_app_that_the_search_does_not_find_is_read_by_its_id(
    run: Run,
    program: str,
    c1_tenant: Emulator,
    app_id: str,
    exists: bool,
    expected: tuple[str, str, str],
) -> None:
    other = c1_tenant.add_app("ERP") if exists else "2dGNC1pqZYnnBHSyxMCvbuRgOVz"
    main = Path(program) / "__main__.py"
    main.write_text(main.read_text().replace(app_id, other))
    found = read(run("review", "--program", program, "--against", "tenant", "--format", "json"))
    assert list_verdicts(found) == [expected]


def test_a_policy_of_the_stack_that_the_program_drops_is_deleted(
    run: Run, program: str, c1_tenant: Emulator, app_id: str
) -> None:
    for name, workspace in (("strict", "p/dev"), ("gone", "p/dev"), ("other", "p/prod")):
        add_policy(
            c1_tenant,
            f"Managed {name}",
            MANAGER,
            OWNER,
            managed_by="pulumi",
            iac_workspace=workspace,
            iac_resource_address=f"pulumi-python:dynamic/c1policy:Policy/{name}",
        )
    given = ("review", "--program", program, "--against", "tenant", "--format", "json")
    found = read(run(*given))
    deleted = [each["name"] for each in found["policies"] if each["change"] == "deleted"]
    assert deleted == ["Managed gone"]
    assert run(*given, "--fail-on", "deletes:0").exit_code == 2


NAMED = """
import pulumi_c1policy as c1

lax = c1.get_policy(display_name="Lax", type="POLICY_TYPE_GRANT")
c1.AppPolicies("crm", app_id="APP", grant_policy_id=lax.id)
c1.Policy("own", display_name="Own", **c1.on.grant(c1.approve.manager()))
"""


def test_a_policy_that_a_program_finds_by_name_is_that_of_the_tenant(
    run: Run, program: str, c1_tenant: Emulator, app_id: str
) -> None:
    (Path(program) / "__main__.py").write_text(NAMED.replace("APP", app_id))
    given = ("review", "--program", program, "--against", "tenant", "--format", "json")
    assert list_verdicts(read(run(*given))) == [("Strict", "Lax_id", "undecided")]
    add_policy(c1_tenant, "Lax", MANAGER)
    assert list_verdicts(read(run(*given))) == [("Strict", "Lax", "weakened")]


def test_several_files_of_policies_are_compared_with_an_export(run: Run, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    assert run("export", "--all", "--out", str(backup)).exit_code == 0
    given = []
    for number, document in enumerate(sorted((backup / "policies").iterdir())[:2]):
        path = tmp_path / f"{number}.json"
        path.write_text(document.read_text())
        given += ["--policy", str(path)]
    found = read(run("review", *given, "--against", str(backup), "--format", "json"))
    assert [each["change"] for each in found["policies"]] == ["unchanged", "unchanged"]
    assert found["attachments"] == []
