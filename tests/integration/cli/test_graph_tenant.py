"""`c1policy graph` with the policies of a tenant."""

from __future__ import annotations

from typing import Any

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
