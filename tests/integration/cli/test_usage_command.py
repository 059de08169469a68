"""`c1policy usage` over real HTTP: the sources, the uses, the limit and the formats."""

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

for name in ("one", "new"):
    c1.Policy(
        name,
        display_name=f"The {name}",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
    )
"""


@pytest.fixture
def run(c1_tenant: Emulator) -> Callable[..., Result]:
    """Run the command with the tenant's credentials."""
    return lambda *arguments: CliRunner().invoke(
        app, ["usage", *arguments], env=c1_tenant.environment
    )


@pytest.fixture
def read(run: Callable[..., Result]) -> Callable[..., Any]:
    """Run the command, and return its JSON."""

    def find(*arguments: str) -> Any:
        done = run(*arguments, "--format", "json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return find


def create(tenant: Emulator, name: str, *steps: dict[str, Any], **fields: Any) -> str:
    lists = {"grant": {"steps": [*steps] or [{"accept": {}}]}}
    policy = {"displayName": name, "policyType": "POLICY_TYPE_GRANT", "policySteps": lists}
    return str(tenant.add_policy({**policy, **fields})["id"])


def post(tenant: Emulator, path: str, body: dict[str, Any]) -> Any:
    """Send a request about an app, as another client of the API."""
    url = f"{tenant.url}/api/v1/apps/{path}"
    return httpx.post(url, json=body, headers=tenant.headers).raise_for_status().json()


def list_uses(found: Any, policy_id: str) -> list[tuple[str, str]]:
    """Return the kind and the id of each use of a policy."""
    [policy] = [each for each in found["policies"] if each["id"] == policy_id]
    return [(use["kind"], use["id"]) for use in policy["uses"]]


def test_apps_entitlements_policies_and_escalations_are_found(
    read: Callable[..., Any], c1_tenant: Emulator
) -> None:
    used = create(c1_tenant, "Used")
    chooser = create(c1_tenant, "Chooser", rules=[{"condition": "true", "policyId": used}])
    escalation = {"expiration": "3600", "replacePolicy": {"policyId": used}}
    approval = {"manager": {}, "escalationEnabled": True, "escalation": escalation}
    escalating = create(c1_tenant, "Escalating", {"approval": approval})
    app_id = c1_tenant.add_app("GitHub", certifyPolicyId=used)
    other = c1_tenant.add_app("GitLab")
    small = c1_tenant.add_entitlement(app_id, "Small", grantCount=str(2), grantPolicyId=used)
    large = c1_tenant.add_entitlement(other, "Large", grantCount=str(300), revokePolicyId=used)
    found = read("Used")
    assert list_uses(found, used) == [
        ("app", app_id),
        ("entitlement", large),
        ("entitlement", small),
        ("policy", chooser),
        ("escalation", escalating),
    ]
    [policy] = found["policies"]
    assert policy["uses"][1] == {
        "kind": "entitlement",
        "id": large,
        "name": "Large",
        "app_id": other,
        "app_name": "GitLab",
        "places": ["revoke"],
        "grants": 300,
    }
    assert (found["unused"], found["complete"]) == ([], True)
    assert "campaigns" in found["not_looked_at"]
    assert "request defaults of apps" in found["not_looked_at"]


def test_all_policies_of_the_tenant_take_few_requests(
    read: Callable[..., Any], c1_tenant: Emulator
) -> None:
    ids = [create(c1_tenant, f"Policy {number}") for number in range(60)]
    c1_tenant.add_app("GitHub", grantPolicyId=ids[0])
    found = read("--tenant")
    assert set(ids[1:]) <= set(found["unused"])
    assert ids[0] not in found["unused"]
    # A token, a page of policies, and one search for each of apps and entitlements.
    assert len(c1_tenant.requests) == 4


def test_request_defaults_and_rules_are_read_app_by_app(
    read: Callable[..., Any], c1_tenant: Emulator
) -> None:
    used = create(c1_tenant, "Used")
    apps = [c1_tenant.add_app(f"App {number}") for number in range(3)]
    post(c1_tenant, f"{apps[1]}/access_request_defaults", {"requestPolicyId": used})
    rule = {"displayName": "Prod", "settings": {"emergencyGrantPolicyId": used}}
    made = post(c1_tenant, f"{apps[2]}/entitlement_configuration_rules", rule)
    assert list_uses(read("Used"), used) == []
    found = read("Used", "--deep")
    assert list_uses(found, used) == [
        ("request defaults", apps[1]),
        ("configuration rule", made["routingRule"]["id"]),
    ]
    assert "request defaults of apps" not in found["not_looked_at"]
    assert found["problems"] == []


def test_the_limit_is_reported_and_a_long_search_shows_its_progress(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    used = create(c1_tenant, "Used")
    app_id = c1_tenant.add_app("GitHub")
    for number in range(300):
        c1_tenant.add_entitlement(
            app_id, f"Role {number}", grantCount=str(number), grantPolicyId=used
        )
    done = run("Used", "--limit", "28", "--format", "json")
    assert done.exit_code == 0
    assert done.stderr == "25 requests, reading entitlements by policy …\n"
    found = json.loads(done.stdout)
    assert len(found["policies"][0]["uses"]) == 270
    assert not found["complete"]
    assert found["problems"] == [
        "The limit of 28 requests was reached while reading entitlements by policy; the rest was "
        "not read. Raise it with --limit, or name fewer policies."
    ]


@pytest.mark.parametrize("status", [403, 404])
def test_a_failed_read_is_reported_and_the_rest_is_shown(
    status: int, read: Callable[..., Any], c1_tenant: Emulator
) -> None:
    used = create(c1_tenant, "Used")
    app_id = c1_tenant.add_app("GitHub", certifyPolicyId=used)
    paths = ("/search/entitlements", "/access_request_defaults")
    c1_tenant.set_faults(
        *(Fault(do="answer", status=status, path=path, times=None) for path in paths)
    )
    found = read("Used", "--deep")
    assert list_uses(found, used) == [("app", app_id)]
    assert not found["complete"]
    searched, defaults = found["problems"]
    assert searched.startswith("The entitlements could not be searched: POST /api/v1/search")
    assert defaults.startswith("The request defaults could not be read: ")
    assert str(status) in defaults


def test_a_program_names_the_policies_of_its_resources(
    read: Callable[..., Any], c1_tenant: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    ownership = {"managed_by": "pulumi", "iac_resource_address": "c1policy.Policy/one"}
    ids = [
        create(c1_tenant, "Renamed", annotations={**ownership, "iac_workspace": f"shop/{stack}"})
        for stack in ("dev", "prod")
    ]
    app_id = c1_tenant.add_app("GitHub", grantPolicyId=ids[1])
    found = read("--program", str(tmp_path))
    assert {each["id"] for each in found["policies"]} == {*ids}
    assert list_uses(found, ids[1]) == [("app", app_id)]
    assert (found["unused"], found["missing"]) == ([ids[0]], ["The new"])


def test_a_state_names_policies_by_their_ids(
    read: Callable[..., Any], c1_tenant: Emulator, tmp_path: Path
) -> None:
    one, other = create(c1_tenant, "One"), create(c1_tenant, "Other")
    app_id = c1_tenant.add_app("GitHub", grantPolicyId=one, revokePolicyId=other)
    outputs = {"display_name": "One", "policy_type": "POLICY_TYPE_GRANT"}
    resource = {
        "urn": "urn:pulumi:dev::shop::pulumi-python:dynamic/c1policy:Policy::one",
        "type": "pulumi-python:dynamic/c1policy:Policy",
        "id": one,
        "outputs": outputs,
    }
    (tmp_path / "state.json").write_text(json.dumps({"deployment": {"resources": [resource]}}))
    found = read("--state", str(tmp_path / "state.json"))
    assert [each["id"] for each in found["policies"]] == [one]
    assert list_uses(found, one) == [("app", app_id)]


def test_the_table_and_markdown_show_the_same_without_the_tenants_escapes(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    used = create(c1_tenant, "Used")
    create(c1_tenant, "Idle")
    app_id = c1_tenant.add_app("\x1b[2J[x](http://x) @all", grantPolicyId=used)
    table = run("Used", "Idle")
    assert table.exit_code == 0
    assert "\x1b" not in table.output
    assert f"\\x1b[2J[x](http://x) @all ({app_id})" in table.output
    assert "1 policy is in use, by 1 app.\n1 policy is not in use: Idle.\n" in table.output
    assert "Not looked at: request defaults of apps" in table.output
    markdown = run("Used", "Idle", "--format", "markdown").output
    assert "| Policy | Used by | Object | App | For | Grants |" in markdown
    assert "| nothing |" in markdown
    assert "\\[x](http:\\//x)" in markdown
    assert "- 1 policy is not in use: Idle." in markdown


def test_an_unknown_policy_and_missing_credentials_are_errors(
    run: Callable[..., Result], c1_tenant: Emulator
) -> None:
    create(c1_tenant, "One")
    done = run("Two")
    assert done.exit_code == 2
    assert "There is no policy 'Two'" in " ".join(done.output.split())
    bare = CliRunner().invoke(app, ["usage"], env=dict.fromkeys(c1_tenant.environment, ""))
    assert bare.exit_code == 2
    assert "credential" in bare.output
