"""`c1policy validate` on files, a program and a tenant, offline and online."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._emulator import Emulator

QUICKSTART = Path(__file__).parents[3] / "examples" / "quickstart"
GOOD: dict[str, Any] = {
    "display_name": "A",
    "policy_type": "POLICY_TYPE_GRANT",
    "policy_steps": {"grant": {"steps": [{"accept": {}}]}, "k": {"steps": [{"reject": {}}]}},
    "rules": [{"condition": "subject.department == 'Sales'", "step_key": "k"}],
}


def validate(tmp_path: Path, policy: dict[str, Any], *options: str) -> Result:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy))
    return CliRunner().invoke(app, ["validate", "--policy", str(file), *options])


def test_a_correct_policy_is_accepted(tmp_path: Path) -> None:
    result = validate(tmp_path, GOOD)
    assert (result.exit_code, result.stdout) == (0, "1 policies checked, 0 would be refused.\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"policy_steps": {"k": {"steps": [{"accept": {}}]}}}, "[no-baseline]"),
        ({"rules": [{"condition": "subject.departmnt == 'x'", "step_key": "k"}]}, "`department`"),
        ({"rules": [{"condition": "subject.email ==", "step_key": "k"}]}, "[syntax]"),
        ({"rules": [{"condition": "true", "step_key": "kk"}]}, "did you mean 'k'?"),
    ],
    ids=["baseline", "field", "syntax", "step-key"],
)
def test_a_mistake_is_an_error_with_the_name_of_the_policy(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    result = validate(tmp_path, GOOD | change)
    assert result.exit_code == 1
    assert message in result.stdout
    assert "error: A: " in result.stdout


def test_online_sends_conditions_of_rules_to_the_tenant(
    tmp_path: Path, c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in c1_tenant.environment.items():
        monkeypatch.setenv(name, value)
    result = validate(tmp_path, GOOD, "--online")
    sent = [request.path.rpartition("/")[2] for request in c1_tenant.requests]
    assert result.exit_code == 0, result.output
    assert sorted(sent) == ["cel", "token"]


def test_the_expressions_of_forms_are_not_sent_to_the_tenant(
    tmp_path: Path, c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No endpoint of the tenant knows the variables of a form."""
    for name, value in c1_tenant.environment.items():
        monkeypatch.setenv(name, value)
    fields = [
        {"name": "a", "string_field": {}, "admin_config": {"default_value_cel": "input.value"}}
    ]
    form = {"form": {"form": {"fields": fields}}}
    steps = {"grant": {"steps": [form]}}
    result = validate(tmp_path, GOOD | {"rules": [], "policy_steps": steps}, "--online")
    assert result.exit_code == 0, result.output
    assert c1_tenant.requests == []


@pytest.mark.parametrize(
    ("options", "comment", "shown"),
    [
        ([], "", ["old-spelling", "dead-rule"]),
        (["--severity", "old-spelling=off"], "", ["dead-rule"]),
        (["--severity", "old-spelling=off,dead-rule=off"], "", []),
        (["--severity", "old-spelling=off", "--severity", "dead-rule=off"], "", []),
        ([], " // c1policy:ignore dead-rule, old-spelling", []),
    ],
    ids=["neither", "one rule", "two rules", "two options", "comment"],
)
def test_a_warning_can_be_turned_off(
    tmp_path: Path, options: list[str], comment: str, shown: list[str]
) -> None:
    twice = [{"condition": f"subject.job_title == 'a'{comment}", "step_key": "k"}] * 2
    result = validate(tmp_path, GOOD | {"rules": twice}, *options)
    assert result.exit_code == 0, result.output
    found = {rule for rule in ("old-spelling", "dead-rule") if f"[{rule}]" in result.stdout}
    assert found == set(shown)


def test_an_error_of_the_tenant_has_a_path_in_the_policy(
    tmp_path: Path, c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in c1_tenant.environment.items():
        monkeypatch.setenv(name, value)
    broken = GOOD | {"rules": [{"condition": "(subject.email == 'a'", "step_key": "k"}]}
    result = validate(tmp_path, broken, "--online")
    assert result.exit_code == 1
    assert "rules[0].condition the tenant says:" in result.stdout


def test_online_without_credentials_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ACCESS_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "OIDC_TOKEN"):
        monkeypatch.delenv(f"CONDUCTORONE_{name}", raising=False)
    result = validate(tmp_path, GOOD, "--online")
    assert result.exit_code == 2
    assert "CONDUCTORONE_CLIENT_SECRET" in result.stderr


@pytest.mark.slow
def test_a_program_is_validated_without_a_deployment() -> None:
    result = CliRunner().invoke(app, ["validate", "--program", str(QUICKSTART)])
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("3 policies checked, 0 would be refused.\n")


def test_the_policies_of_a_tenant_are_accepted(
    c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in c1_tenant.environment.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, ["validate", "--tenant"])
    assert result.exit_code == 0, result.output
