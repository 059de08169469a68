"""`c1policy drift` over real HTTP: sources, formats and exit codes."""

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
from tests.support.cli import PASSPHRASE
from tests.support.exports import (
    CIPHERTEXT,
    add_policies,
    encrypt,
    make_export,
    make_policy,
    write,
)

Run = Callable[..., Result]


@pytest.fixture
def tenant(module_tenant: Emulator) -> Emulator:
    """An empty tenant."""
    module_tenant.reset()
    return module_tenant


@pytest.fixture
def run(tenant: Emulator, tmp_path: Path) -> Run:
    """Run the command with the tenant's credentials, and the states in a folder by default."""

    def invoke(*arguments: str, **environment: str) -> Result:
        sources = () if "--state" in arguments else ("--state", str(tmp_path / "states"))
        return CliRunner().invoke(
            app, ["drift", *sources, *arguments], env=tenant.environment | environment
        )

    return invoke


@pytest.fixture
def company(tenant: Emulator, tmp_path: Path) -> dict[str, str]:
    """The ids of policies in two stacks by name, one of which was changed, and two beside them."""
    ids: dict[str, str] = {}
    for stack in ("dev", "prod"):
        resources = add_policies(tenant, f"shop/{stack}", [f"{stack}-one", f"{stack}-two"])
        write(tmp_path / "states" / f"{stack}.json", make_export(*resources))
        ids |= {each["urn"].rpartition("::")[2]: str(each["id"]) for each in resources}
    tenant.api_edit(ids["prod-two"], {"description": "# new | <b>"})
    ids["plain"] = tenant.add_policy({**make_policy("plain"), "annotations": {}})["id"]
    return ids


def test_drift_ends_with_two_and_tells_the_leaf(run: Run, company: dict[str, str]) -> None:
    done = run()
    assert done.exit_code == 2
    for text in ("shop/prod", "prod-two", company["prod-two"], "description", "# new | <b>"):
        assert text in done.stdout
    assert "dev-one" not in done.stdout
    assert "Drift in 4 resources of 2 stacks" in done.stdout
    assert "No given state holds 1 policy." in done.stdout


def test_a_tenant_in_sync_ends_with_zero(
    run: Run, company: dict[str, str], tenant: Emulator
) -> None:
    tenant.api_edit(company["prod-two"], {"description": ""})
    done = run()
    assert done.exit_code == 0, done.output
    assert "No drift: 4 resources of 2 stacks" in done.stdout
    assert run("--fail-on", "unmanaged").exit_code == 2


def test_json_has_every_finding(run: Run, company: dict[str, str], tenant: Emulator) -> None:
    done = run("--format", "json")
    found = json.loads(done.stdout)
    assert (found["version"], found["in_sync"], done.exit_code) == (1, False, 2)
    assert found["stacks"] == [
        {"stack": "shop/dev", "resources": 2},
        {"stack": "shop/prod", "resources": 2},
    ]
    changed, unmanaged = found["findings"]
    assert changed["kind"] == "changed"
    assert changed["changes"] == [
        {
            "kind": "add",
            "path": "description",
            "before": None,
            "after": "# new | <b>",
            "is_secret": False,
        }
    ]
    assert (unmanaged["kind"], unmanaged["id"]) == ("unmanaged", company["plain"])
    assert set(found) == {
        "version",
        "tenant",
        "in_sync",
        "stacks",
        "findings",
        "cannot_tell",
        "problems",
        "notes",
    }
    assert set(changed) == {
        "kind",
        "stack",
        "urn",
        "type",
        "id",
        "name",
        "manager",
        "changes",
        "editor",
    }


def test_markdown_escapes_the_text_of_the_tenant(run: Run, company: dict[str, str]) -> None:
    text = run("--format", "markdown").stdout
    assert "<b>" not in text
    [row] = [line for line in text.splitlines() if "prod-two" in line]
    assert row.replace("\\|", "").count("|") == 7


def test_junit_has_a_suite_for_each_stack(run: Run, company: dict[str, str]) -> None:
    root = ElementTree.fromstring(run("--format", "junit").stdout)  # noqa: S314 (our own)
    suites = {suite.get("name"): suite for suite in root}
    assert suites["shop/dev"].get("failures") == "0"
    prod = suites["shop/prod"]
    assert (prod.get("tests"), prod.get("failures")) == ("2", "1")
    [failure] = prod.iter("failure")
    assert "description" in str(failure.text)


def test_sarif_has_a_result_for_each_drift(run: Run, company: dict[str, str]) -> None:
    [found] = json.loads(run("--format", "sarif").stdout)["runs"]
    [result] = found["results"]
    assert result["ruleId"] == "changed"
    assert result["ruleId"] in {rule["id"] for rule in found["tool"]["driver"]["rules"]}
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_an_error_in_one_stack_outweighs_drift(
    run: Run, company: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "states" / "dev.json"
    path.write_text(path.read_text().replace('"display_name": "dev-one"', '"display_name": 1'))
    done = run()
    assert done.exit_code == 1
    assert "dev-one" in done.stderr
    assert "prod-two" in done.stdout


def test_a_state_that_cannot_be_read_does_not_hide_drift_in_others(
    run: Run, company: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "states" / "dev.json"
    path.write_text(path.read_text()[:-30])
    done = run()
    assert done.exit_code == 1
    assert f"{path} is not whole" in done.stderr
    assert "prod-two" in done.stdout
    assert json.loads(run("--format", "json").stdout)["problems"][0]["stack"] == str(path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--stat", "x"),
        ("--format", "yaml"),
        ("--only", "prod-tow"),
        ("--ignore", "a["),
        ("--watch", "0"),
        ("--state", "nowhere"),
    ],
    ids=" ".join,
)
def test_a_mistake_ends_with_one(
    run: Run, company: dict[str, str], arguments: tuple[str, ...]
) -> None:
    done = run(*arguments)
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output


def test_no_source_ends_with_one(tenant: Emulator) -> None:
    done = CliRunner().invoke(app, ["drift"], env=tenant.environment)
    assert done.exit_code == 1
    assert "--state" in done.output


def test_missing_credentials_end_with_one(run: Run, company: dict[str, str]) -> None:
    done = run(CONDUCTORONE_CLIENT_SECRET="")
    assert done.exit_code == 1
    assert "CONDUCTORONE_CLIENT_SECRET" in done.output


def test_only_and_ignore_narrow_the_comparison(run: Run, company: dict[str, str]) -> None:
    assert run("--only", "dev-one").exit_code == 0
    assert run("--only", "prod-two").exit_code == 2
    assert run("--ignore", "description").exit_code == 0


def test_no_output_shows_a_secret(
    run: Run, company: dict[str, str], tmp_path: Path, tenant: Emulator
) -> None:
    path = tmp_path / "states" / "prod.json"
    export: Any = json.loads(path.read_text())
    for resource in export["deployment"]["resources"][1:]:
        for tree in (resource["inputs"], resource["outputs"]):
            tree["description"] = encrypt(CIPHERTEXT)
    write(path, export)
    tenant.api_edit(company["prod-two"], {"description": "other secret"})
    for how in ("table", "json", "markdown", "junit", "sarif"):
        done = run("--format", how, PULUMI_CONFIG_PASSPHRASE=PASSPHRASE)
        assert done.exit_code == 2
        assert "prod-two" in done.stdout
        assert "hush" not in done.output
        assert "other secret" not in done.output
    closed = run()
    assert closed.exit_code == 0, closed.output
    assert "Cannot tell: description" in closed.stdout


def test_a_long_comparison_tells_its_progress(run: Run, tenant: Emulator, tmp_path: Path) -> None:
    names = [f"p{index}" for index in range(1001)]
    write(tmp_path / "states" / "x.json", make_export(*add_policies(tenant, "shop/dev", names)))
    assert "1,0" in run().stderr


def test_watching_compares_again_until_it_is_interrupted(
    run: Run, company: dict[str, str], tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            tenant.api_edit(company["prod-two"], {"description": "newer"})
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("pulumi_c1policy._cli.drift.time.sleep", sleep)
    done = run("--watch", "5")
    assert (done.exit_code, waits) == (2, [5.0, 5.0, 5.0])
    assert done.stdout.count("Drift in 4 resources") == 2
