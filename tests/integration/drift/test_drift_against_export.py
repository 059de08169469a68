"""`c1policy drift --against`: an export and its tenant are in sync until somebody changes one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._emulator import Emulator
from tests.support.exports import make_policy

Run = Callable[..., Result]


@pytest.fixture
def tenant(module_tenant: Emulator) -> Emulator:
    """An empty tenant."""
    module_tenant.reset()
    return module_tenant


@pytest.fixture
def run(tenant: Emulator, tmp_path: Path) -> Run:
    """Run `drift --against` with the export in the folder, or another command."""

    def invoke(*arguments: str, command: str = "drift", **environment: str) -> Result:
        option = "--out" if command == "export" else "--against"
        return CliRunner().invoke(
            app,
            [command, option, str(tmp_path / "backup"), *arguments],
            env=tenant.environment | environment,
        )

    return invoke


@pytest.fixture
def company(tenant: Emulator, run: Run) -> dict[str, str]:
    """The ids of two policies, and of an app and an entitlement that use the first; exported."""
    ids = {name: tenant.add_policy(make_policy(name))["id"] for name in ("one", "two")}
    ids["app"] = tenant.add_app("Shop", grantPolicyId=ids["one"])
    ids["entitlement"] = tenant.add_entitlement(ids["app"], "Admin", grantPolicyId=ids["one"])
    ids["plain"] = tenant.add_entitlement(ids["app"], "Plain")
    assert run("--all", command="export").exit_code == 0
    return ids


def edit_attachment(tenant: Emulator, ids: dict[str, str], name: str, **fields: Any) -> None:
    """Let a person change the policies of the app or of an entitlement."""
    if name == "app":
        tenant.edit_app(ids["app"], fields)
    else:
        tenant.edit_entitlement(ids["app"], ids[name], fields)


def list_kinds(run: Run, *arguments: str) -> list[tuple[str, str, str]]:
    """Return kind, type and name of each finding."""
    found = json.loads(run("--format", "json", *arguments).stdout)
    assert not found["problems"]
    return [(each["kind"], each["type"], each["name"]) for each in found["findings"]]


def test_a_tenant_as_exported_is_in_sync(run: Run, company: dict[str, str]) -> None:
    done = run("--fail-on", "unmanaged")
    assert done.exit_code == 0, done.output
    assert "No drift: " in done.stdout
    assert "objects of the export" in done.stdout


@pytest.mark.parametrize(
    "changes",
    [
        {"displayName": "New"},
        {"annotations": {"team": "b"}},
        {"policySteps": {"grant": {"steps": [{"accept": {"acceptMessage": "hi"}}]}}},
        {"rules": [{"condition": "true", "stepKey": "grant"}]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_field_of_a_policy_counts(
    run: Run, company: dict[str, str], tenant: Emulator, changes: dict[str, Any]
) -> None:
    tenant.api_edit(company["one"], changes, checked=False)
    done = run("--format", "json")
    assert done.exit_code == 2
    [finding] = json.loads(done.stdout)["findings"]
    assert (finding["kind"], finding["id"], finding["name"]) == ("changed", company["one"], "one")


def test_a_takeover_is_a_change_of_annotations(
    run: Run, company: dict[str, str], tenant: Emulator
) -> None:
    tenant.product_edit(company["one"], {})
    [finding] = json.loads(run("--format", "json").stdout)["findings"]
    assert finding["kind"] == "changed"
    assert {each["path"].partition("[")[0] for each in finding["changes"]} == {"annotations"}


def test_deleted_and_new_policies_are_told(
    run: Run, company: dict[str, str], tenant: Emulator
) -> None:
    tenant.add_policy(make_policy("new"))
    found = [("unmanaged", "c1policy:Policy", "new")]
    assert list_kinds(run) == found
    assert (run().exit_code, run("--fail-on", "unmanaged").exit_code) == (0, 2)
    assert "The export lacks 1 object of the tenant." in run().stdout
    tenant.product_delete(company["two"])
    assert list_kinds(run) == [*found, ("deleted", "c1policy:Policy", "two")]
    assert run().exit_code == 2


def test_the_attachments_are_compared(run: Run, company: dict[str, str], tenant: Emulator) -> None:
    edit_attachment(tenant, company, "app", grantPolicyId=company["two"])
    edit_attachment(tenant, company, "entitlement", grantPolicyId="")
    edit_attachment(tenant, company, "plain", grantPolicyId=company["two"])
    assert list_kinds(run) == [
        ("changed", "c1policy:AppPolicies", "Shop"),
        ("changed", "c1policy:EntitlementPolicies", "Admin"),
        ("unmanaged", "c1policy:EntitlementPolicies", "Plain"),
    ]


def test_an_export_of_chosen_policies_tells_nothing_of_others(
    run: Run, company: dict[str, str], tenant: Emulator
) -> None:
    assert run("two", "--force", command="export").exit_code == 0
    tenant.api_edit(company["one"], {"description": "new"})
    assert list_kinds(run, "--fail-on", "unmanaged") == []
    edit_attachment(tenant, company, "plain", grantPolicyId=company["two"])
    tenant.api_edit(company["two"], {"description": "new"})
    assert list_kinds(run) == [
        ("unmanaged", "c1policy:EntitlementPolicies", "Plain"),
        ("changed", "c1policy:Policy", "two"),
    ]


def test_an_export_without_attachments_compares_none(
    run: Run, company: dict[str, str], tenant: Emulator
) -> None:
    assert run("--all", "--no-attachments", "--force", command="export").exit_code == 0
    edit_attachment(tenant, company, "app", grantPolicyId=company["two"])
    assert list_kinds(run) == []


def test_only_and_ignore_narrow_the_comparison(
    run: Run, company: dict[str, str], tenant: Emulator
) -> None:
    tenant.api_edit(company["one"], {"description": "new"})
    assert run("--only", "two").exit_code == 0
    assert run("--only", "Shop").exit_code == 0
    assert run("--only", company["one"]).exit_code == 2
    assert run("--ignore", "description").exit_code == 0


def test_every_format_tells_the_change(run: Run, company: dict[str, str], tenant: Emulator) -> None:
    tenant.api_edit(company["one"], {"description": "by hand"})
    for how in ("table", "json", "markdown", "junit", "sarif"):
        done = run("--format", how)
        assert done.exit_code == 2
        assert "by hand" in done.stdout
        assert " state" not in done.stdout
    suites = ElementTree.fromstring(run("--format", "junit").stdout)  # noqa: S314 (our own)
    assert [suite.get("failures") for suite in suites] == ["1"]


@pytest.mark.parametrize(
    "edit",
    [
        {"displayName": "one, reviewed"},
        {"policyType": "POLICY_TYPE_REVOKE"},
        {"scope": {"appId": "app"}},
    ],
    ids=lambda edit: next(iter(edit)),
)
def test_an_edit_of_a_file_is_drift(
    run: Run, company: dict[str, str], tmp_path: Path, edit: dict[str, Any]
) -> None:
    path = tmp_path / "backup" / "policies" / f"one-{company['one']}.json"
    found = json.loads(path.read_text()) | edit
    path.write_text(json.dumps(found))
    assert list_kinds(run) == [("changed", "c1policy:Policy", found["displayName"])]


@pytest.mark.parametrize("text", ["", "[]", '{"displayName": 1}', "gone"])
def test_a_damaged_file_is_a_problem_beside_the_drift(
    run: Run, company: dict[str, str], tenant: Emulator, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "backup" / "policies" / f"one-{company['one']}.json"
    path.write_text(text)
    if text == "gone":
        path.unlink()
    tenant.api_edit(company["two"], {"description": "by hand"})
    done = run()
    assert done.exit_code == 1
    assert path.name in done.stderr.replace("\n", "")
    assert "by hand" in done.stdout


def test_an_export_of_another_tenant_is_a_problem(
    run: Run, company: dict[str, str], tenant: Emulator, tmp_path: Path
) -> None:
    manifest = tmp_path / "backup" / "c1policy-export.json"
    host = tenant.url.partition("//")[2]
    manifest.write_text(manifest.read_text().replace(host, "acme.conductor.one"))
    done = run()
    assert done.exit_code == 1
    assert "acme.conductor.one" in done.stderr
    assert run(PULUMI_C1POLICY_ALLOW_TENANT_CHANGE=host).exit_code == 0


def test_a_later_version_of_the_format_is_an_error(
    run: Run, company: dict[str, str], tmp_path: Path
) -> None:
    manifest = tmp_path / "backup" / "c1policy-export.json"
    found = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(found | {"version": 2}))
    done = run()
    assert done.exit_code == 1
    assert "version 2" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("--state", "x"), ("--stack", "x"), ("--only", "nothing"), ("--against", "nowhere")],
    ids=" ".join,
)
def test_a_mistake_ends_with_one(
    run: Run, company: dict[str, str], arguments: tuple[str, ...]
) -> None:
    done = run(*arguments)
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output
