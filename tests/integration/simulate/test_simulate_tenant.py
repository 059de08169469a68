"""`c1policy simulate` with the policies of a tenant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._emulator import Emulator

POLICY: dict[str, Any] = {
    "displayName": "Sales",
    "policyType": "POLICY_TYPE_GRANT",
    "policySteps": {"grant": {"steps": [{"approval": {"users": {"userIds": ["u1"]}}}]}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    changed = POLICY | {"policySteps": {"grant": {"steps": [{"reject": {}}]}}}
    (tmp_path / "changed.json").write_text(json.dumps(changed))
    (tmp_path / "people.json").write_text(json.dumps([{"id": "u9"}]))
    return tmp_path


def run(tenant: Emulator, folder: Path, *arguments: str) -> Any:
    people = ["--subjects", str(folder / "people.json"), "--format", "json"]
    done = CliRunner().invoke(app, ["simulate", *arguments, *people], env=tenant.environment)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_policies_of_a_tenant_are_simulated_and_compared(folder: Path) -> None:
    with Emulator() as tenant:
        httpx.post(
            f"{tenant.url}/api/v1/policies",
            json=POLICY,
            headers={"Authorization": f"Bearer {tenant.access_token}"},
        ).raise_for_status()
        (found,) = run(tenant, folder, "--tenant", "--id", "Sales")
        assert found["approvers"] == [["u1"]]
        changed = str(folder / "changed.json")
        (impact,) = run(tenant, folder, "--policy", changed, "--against", "tenant")
        assert impact["before"]["approvers"] == [["u1"]]
        assert impact["after"]["ending"] == "rejected"
