"""A program that names users, groups and others, under the real engine."""

from __future__ import annotations

from typing import Any

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import Stack, list_creates

PROGRAM = """
    import pulumi_c1policy as c1

    okta = c1.find_app(name="Okta")
    ada = c1.find_user(email="ADA@example.com")
    admin = c1.find_entitlement(app=okta, alias="admin")
    first = Policy(
        "first",
        display_name="First",
        **c1.on.grant(c1.approve.users([ada])),
    )
    email = first.display_name.apply(lambda name: f"{name.lower()}@example.com")
    group = c1.find_group_output(app=first.id.apply(lambda _: "Okta"), name="Security")
    Policy(
        "second",
        display_name="Second",
        scope={"app_id": okta, "app_entitlement_id": admin},
        **c1.on.grant(
            c1.when("subject.department == 'Sales'", policy=first),
            c1.when(
                "subject.department == 'HR'", policy=c1.get_policy_output(id=first.id)
            ),
            c1.otherwise(
                steps=[
                    c1.approve.manager(
                        fallback=[ada, c1.find_user_output(email=email)],
                        requires_step_up_provider_id=c1.find_step_up_provider(name="Verify"),
                    ),
                    c1.approve.group(
                        c1.find_group(app="Okta", name="Security"), fallback_groups=[group]
                    ),
                    c1.approve.group(group),
                    c1.approve.webhook(c1.find_webhook(name="Risk score")),
                ]
            ),
        ),
    )
    pulumi.export("policies", len(c1.get_policies(display_name="First")))
"""


def test_a_program_finds_users_groups_and_other_objects_by_name(
    stack: Any, c1_tenant: Emulator
) -> None:
    okta = c1_tenant.add_app("Okta")
    ada, first = c1_tenant.add_user("ada@example.com"), c1_tenant.add_user("first@example.com")
    admin = c1_tenant.add_entitlement(okta, "Administrator", alias="admin")
    group = c1_tenant.add_group(okta, "Security")
    provider, webhook = (
        c1_tenant.add_step_up_provider("Verify"),
        c1_tenant.add_webhook("Risk score"),
    )
    made: Stack = stack(PROGRAM)
    assert made.preview().ok().writes == []
    assert made.up().ok().writes == [*list_creates("First"), *list_creates("Second")]
    assert "Traceback" not in made.up().ok().output

    second = made.read_live("Second")
    assert {key: second["scope"][key] for key in ("appId", "appEntitlementId")} == {
        "appId": okta,
        "appEntitlementId": admin,
    }
    assert [rule["policyId"] for rule in second["rules"]] == [made.id_of("First")] * 2
    manager, found, late, hook = (
        step["approval"] for step in second["policySteps"]["grant"]["steps"]
    )
    assert sorted(manager["manager"]["fallbackUserIds"]) == sorted([ada, first])
    assert manager["requiresStepUpProviderId"] == provider
    assert found["group"]["fallbackGroupIds"] == [{"appId": okta, "appEntitlementId": group}]
    for step in (found, late):
        assert (step["group"]["appId"], step["group"]["appGroupId"]) == (okta, group)
    assert hook["webhook"]["webhookId"] == webhook

    assert made.up().ok().writes == []
    made.expect_no_changes("--refresh")


def test_an_unknown_user_ends_the_program_without_a_traceback(
    stack: Any, c1_tenant: Emulator
) -> None:
    ada = c1_tenant.add_user("ada@example.com", "Ada")
    host = c1_tenant.url.removeprefix("http://")
    text = (
        f'find_user(email="adda@example.com") finds no user in the tenant {host}. Similar users:\n'
        f'  {ada}: "ada@example.com", Ada, ENABLED\n'
        'Correct the arguments of find_user(email="adda@example.com"), or write the id of the user '
        f'instead, for example "{ada}".'
    )
    for call in (
        'c1.find_user(email="adda@example.com")',
        'email = pulumi.Output.from_input("adda@example.com")\n'
        'pulumi.export("a", c1.find_user_output(email=email))',
    ):
        made: Stack = stack(f"import pulumi_c1policy as c1\n\n{call}\n")
        failed = made.up().failed()
        lines = [line.strip() for line in failed.output.splitlines()]
        for line in text.splitlines():
            assert any(line.strip() in each for each in lines), failed.output
        assert "Traceback" not in failed.output
        assert failed.writes == []
