"""`c1policy graph` with the policies of a tenant, drawn or before a change."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._emulator import Emulator


def make_policy(name: str, **fields: Any) -> dict[str, Any]:
    steps: dict[str, Any] = {"grant": {"steps": [{"approval": {"manager": {}}}]}}
    policy = {"displayName": name, "policyType": "POLICY_TYPE_GRANT", "policySteps": steps}
    return policy | fields


def test_the_policies_of_a_tenant_are_drawn() -> None:
    with Emulator() as tenant:
        other = tenant.add_policy(make_policy("Night shift"))
        rules = [{"condition": "true", "policyId": other["id"]}]
        tenant.add_policy(make_policy("Sales", rules=rules))
        given = ["graph", "--tenant", "Sales"]
        done = CliRunner().invoke(app, given, env=tenant.environment)
    assert done.exit_code == 0, done.output
    assert 'n1{{"rules[0]<br/>true"}}' in done.stdout
    assert 'n2[["Night shift<br/>grant policy"]]' in done.stdout
    assert 'n1 -->|"matches"| n2' in done.stdout


@pytest.mark.parametrize("before", ["tenant", "export"])
def test_a_state_may_be_a_part_of_a_tenant_and_of_its_export(tmp_path: Path, before: str) -> None:
    with Emulator() as tenant:
        changed = tenant.add_policy(make_policy("Sales"))
        tenant.add_policy(make_policy("Night shift"))
        against = "tenant"
        if before == "export":
            against = str(tmp_path / "export")
            done = CliRunner().invoke(
                app, ["export", "--all", "--out", against], env=tenant.environment
            )
            assert done.exit_code == 0, done.output
        steps: dict[str, Any] = {"grant": {"steps": [{"accept": {}}]}}
        after = [make_policy("Sales", id=changed["id"], policySteps=steps)]
        (tmp_path / "after.json").write_text(json.dumps({"list": after}))
        given = ["graph", "--state", str(tmp_path / "after.json"), "--against", against]
        done = CliRunner().invoke(app, [*given, "--format", "html"], env=tenant.environment)
    assert done.exit_code == 0, done.output
    assert re.findall(r"([^<>]+)</h2>", done.stdout) == [" Sales"]
