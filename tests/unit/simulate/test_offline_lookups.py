"""Lookups of a program that runs without a tenant: answered by a directory, or invented."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from pulumi_c1policy.testing import Directory, PolicyError, policies, simulate

PROGRAM = """
    import pulumi
    import pulumi_c1policy as c1

    email = pulumi.Output.from_input("Ada@example.com")
    okta = c1.find_app(name="Okta")
    group = c1.find_group(app=okta, name="Security")
    late = c1.find_group_output(app=pulumi.Output.from_input("Okta"), name="Security")
    provider = c1.find_step_up_provider(name="Verify")
    c1.Policy(
        "access",
        display_name="Access",
        scope={"app_id": okta, "app_entitlement_id": c1.find_entitlement(app=okta, alias="admin")},
        baseline_policy_id=c1.get_policy(display_name="Other"),
        rules=[{"condition": "true", "step_key": "all"}],
        policy_steps={
            "all": {
                "steps": [
                    c1.approve.users(
                        [c1.find_user(email="ada@example.com"), c1.find_user_output(email=email)],
                        requires_step_up_provider_id=provider,
                    ),
                    c1.approve.group(group, fallback_groups=[late]),
                    c1.approve.group(late),
                    c1.approve.webhook(c1.find_webhook_output(name="Risk score")),
                ]
            }
        },
        policy_type="POLICY_TYPE_GRANT",
    )
    assert c1.get_policies() == []
"""
DIRECTORY: dict[str, Any] = {
    "users": [
        {"id": "u1", "email": "ada@example.com"},
        {"id": "u2", "email": "bob@example.com", "status": "DISABLED"},
    ],
    "apps": [{"id": "a1", "displayName": "Okta"}, {"id": "a2", "display_name": "GitHub"}],
    "groups": [
        {"id": "g1", "app_id": "a1", "display_name": "Security", "members": ["u1"]},
        {"id": "g2", "app_id": "a2", "display_name": "Security"},
    ],
    "entitlements": [{"id": "e1", "app_id": "a1", "alias": "admin"}],
    "webhooks": [{"id": "w1", "display_name": "Risk score"}],
    "step_up_providers": [{"id": "p1", "display_name": "Verify"}],
}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Return a function that writes a program and returns its folder."""

    def write_program(text: str) -> Path:
        (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (tmp_path / "__main__.py").write_text(dedent(text))
        return tmp_path

    return write_program


def read_ids(tree: Any) -> list[Any]:
    """Return the ids that the program's lookups gave."""
    users, group, late, webhook = (
        step["approval"] for step in tree["policy_steps"]["all"]["steps"]
    )
    return [
        tree["scope"],
        tree["baseline_policy_id"],
        users["users"]["user_ids"],
        users["requires_step_up_provider_id"],
        group["group"]["app_id"],
        group["group"]["app_group_id"],
        group["group"]["fallback_group_ids"],
        late["group"]["app_id"],
        late["group"]["app_group_id"],
        webhook["webhook"]["webhook_id"],
    ]


def test_a_directory_answers_lookups(write: Any) -> None:
    found = policies(write(PROGRAM), directory=Directory(DIRECTORY))
    reference = {"app_id": "a1", "app_entitlement_id": "g1"}
    assert read_ids(found["access"].tree) == [
        {"app_id": "a1", "app_entitlement_id": "e1"},
        "Other_id",
        ["u1", "u1"],
        "p1",
        *("a1", "g1", [reference], "a1", "g1"),
        "w1",
    ]
    result = simulate(
        found["access"], subject={"id": "u9"}, directory=DIRECTORY, policies=found.values()
    )
    assert result.approvers[1] == ("ada@example.com",)


def test_objects_are_invented_without_a_directory(write: Any) -> None:
    found = policies(write(PROGRAM))
    reference = {"app_id": "Okta_id", "app_entitlement_id": "Security_id"}
    assert read_ids(found["access"].tree) == [
        {"app_id": "Okta_id", "app_entitlement_id": "admin_id"},
        "Other_id",
        ["ada@example.com", "Ada@example.com"],
        "Verify_id",
        *("Okta_id", "Security_id", [reference], "Okta_id", "Security_id"),
        "Risk score_id",
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            'find_user(email="eve@example.com")',
            'find_user(email="eve@example.com") finds nothing in the directory.\n'
            'Correct the table "users"',
        ),
        ('find_user(email="bob@example.com")', "who is not enabled in the directory."),
        ('find_group(app="Oktta", name="Security")', 'find_app(name="Oktta") finds nothing'),
        (
            'find_group_output(app="GitHub", name="Staff").apply(print)',
            'find_group(app="GitHub", name="Staff") finds nothing in the directory.',
        ),
    ],
    ids=["no-user", "disabled", "no-app", "output"],
)
def test_an_object_that_the_directory_does_not_contain_is_not_found(
    call: str, message: str, write: Any
) -> None:
    program = write(f"import pulumi_c1policy as c1\nc1.{call}\n")
    with pytest.raises(PolicyError) as caught:
        policies(program, directory=DIRECTORY)
    assert message in caught.value.summary
    assert "Traceback" not in caught.value.summary


def test_the_commands_take_the_directory(write: Any, tmp_path: Path) -> None:
    program = write(
        """
        import pulumi_c1policy as c1

        ada = c1.find_user(email="ada@example.com")
        c1.Policy("access", display_name="Access", **c1.on.grant(c1.approve.users([ada])))
        """
    )
    directory, subjects = tmp_path / "directory.json", tmp_path / "people.json"
    directory.write_text(json.dumps({"users": [{"id": "u7", "email": "ada@example.com"}]}))
    subjects.write_text('[{"id": "u9"}]')
    options = ["--program", str(program), "--directory", str(directory)]
    checked = CliRunner().invoke(app, ["validate", *options])
    assert (checked.exit_code, checked.stdout) == (0, "1 policies checked, 0 would be refused.\n")
    shown = CliRunner().invoke(app, ["simulate", *options, "--subjects", str(subjects)])
    assert shown.exit_code == 0
    assert "ada@example.com" in shown.stdout
    directory.write_text('{"users": []}')
    refused = CliRunner().invoke(app, ["validate", *options])
    assert refused.exit_code == 2
    assert "finds nothing in the directory." in refused.stderr
