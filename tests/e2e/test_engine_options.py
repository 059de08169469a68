"""Pulumi's own resource options: `ignore_changes` at any depth, and `protect`."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.support.cli import Stack, make_update

POLICY = """
    Policy(
        "access",
        display_name="Access",
        policy_type="POLICY_TYPE_GRANT",
        description="As the program says.",
        policy_steps={
            "grant": {
                "steps": [
                    {"approval": {"users": {"user_ids": ["user-1", "user-2"]}}},
                    {"wait": {"duration": {"duration": "2h"}}},
                ]
            }
        },
        opts=OPTIONS,
    )
"""


def _text(options: str) -> str:
    return POLICY.replace("OPTIONS", f"pulumi.ResourceOptions({options})")


def test_an_ignored_field_is_neither_shown_nor_sent(stack: Any) -> None:
    ignoring: Stack = stack(_text('ignore_changes=["description"]'))
    ignoring.up().ok()
    ignoring.write(
        _text('ignore_changes=["description"]')
        .replace("As the program says.", "Changed in the program.")
        .replace('"Access"', '"Accesses"')
    )
    shown = ignoring.preview().ok()
    assert shown.list_changes("access") == {"display_name": ("Access", "Accesses")}
    done = ignoring.up().ok()
    assert done.writes == [make_update("Accesses", "displayName")]
    assert ignoring.read_live("Accesses")["description"] == "As the program says."

    ignoring.tenant.api_edit(ignoring.id_of("Accesses"), {"description": "Changed by others."})
    ignoring.expect_no_changes("--refresh")
    assert ignoring.up("--refresh").ok().writes == []
    assert ignoring.read_live("Accesses")["description"] == "Changed by others."
    ignoring.expect_no_changes()


@pytest.mark.parametrize("refresh", [True, False], ids=["with-refresh", "without-refresh"])
def test_an_update_sends_the_live_value_of_an_ignored_leaf(stack: Any, *, refresh: bool) -> None:
    users = "policy_steps.grant.steps[0].approval.users.user_ids"
    ignoring: Stack = stack(_text(f'ignore_changes=["{users}"]'))
    ignoring.up().ok()
    steps = copy.deepcopy(ignoring.read_live("Access")["policySteps"])
    steps["grant"]["steps"][0]["approval"]["users"]["userIds"] = ["user-1", "user-9"]
    ignoring.tenant.api_edit(ignoring.id_of("Access"), {"policySteps": steps})
    option = ["--refresh"] if refresh else []
    ignoring.expect_no_changes(*option)

    ignoring.write(_text(f'ignore_changes=["{users}"]').replace('"2h"', '"3h"'))
    leaf = "policy_steps.grant.steps[1].wait.duration.duration"
    assert ignoring.preview(*option).ok().list_changes("access") == {leaf: ("2h", "3h")}
    done = ignoring.up(*option).ok()
    assert done.writes == [make_update("Access", "policySteps")]
    first, second = ignoring.read_live("Access")["policySteps"]["grant"]["steps"]
    assert first["approval"]["users"]["userIds"] == ["user-1", "user-9"]
    assert second["wait"]["duration"]["duration"] == "10800s"
    ignoring.expect_no_changes("--refresh")


LISTS = """
    def users(*ids):
        return [{"approval": {"users": {"user_ids": [user]}}} for user in ids]

    Policy(
        "access",
        display_name="Access",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": users("u0", "u1", "u2")}, "other": {"steps": users("o0")}},
        opts=pulumi.ResourceOptions(ignore_changes=[IGNORED]),
    )
"""


def test_an_update_sends_the_live_value_of_an_ignored_list_with_removed_items(stack: Any) -> None:
    program = LISTS.replace("IGNORED", "'policy_steps[\"grant\"].steps'")
    ignoring: Stack = stack(program)
    ignoring.up().ok()
    steps = copy.deepcopy(ignoring.read_live("Access")["policySteps"])
    left = steps["grant"]["steps"] = steps["grant"]["steps"][:1]
    ignoring.tenant.api_edit(ignoring.id_of("Access"), {"policySteps": steps})
    ignoring.write(program.replace("o0", "o9")).up().ok()
    assert ignoring.read_live("Access")["policySteps"]["grant"]["steps"] == left
    assert ignoring.read_live("Access")["policySteps"]["other"] != steps["other"]
    ignoring.expect_no_changes("--refresh")


def test_an_update_refuses_an_ignored_index_of_moved_items_until_a_refresh(stack: Any) -> None:
    program = LISTS.replace("IGNORED", "'policy_steps[\"grant\"].steps[1].approval'")
    program = program.replace("opts=", 'on_conflict="overwrite", opts=')
    ignoring: Stack = stack(program)
    ignoring.up().ok()
    steps = copy.deepcopy(ignoring.read_live("Access")["policySteps"])
    steps["grant"]["steps"].pop(0)
    ignoring.tenant.api_edit(ignoring.id_of("Access"), {"policySteps": steps})
    refused = ignoring.write(program.replace("o0", "o9")).up().failed()
    assert refused.writes == []
    [error] = refused.errors
    assert '`policy_steps["grant"].steps[1]' in error
    assert "pulumi up --refresh" in error.splitlines()[1]
    ignoring.up("--refresh").ok()
    ignoring.expect_no_changes("--refresh")


def test_ignoring_everything_leaves_the_policy_unchanged(stack: Any) -> None:
    ignoring: Stack = stack(_text('ignore_changes=["*"]'))
    ignoring.up().ok()
    ignoring.write(_text('ignore_changes=["*"]').replace('"2h"', '"3h"'))
    ignoring.expect_no_changes()
    ignoring.tenant.api_edit(ignoring.id_of("Access"), {"description": "Changed by others."})
    ignoring.expect_no_changes("--refresh")


def test_a_protected_policy_is_neither_deleted_nor_replaced(stack: Any) -> None:
    protected: Stack = stack(_text("protect=True"))
    protected.up().ok()
    refused = protected.destroy().failed()
    assert refused.writes == []
    assert "protected" in refused.output
    protected.write(
        _text("protect=True").replace("description=", 'scope={"app_id": "a"}, description=')
    )
    assert protected.up().failed().writes == []
    assert protected.list_names() == ["Access"]
    protected.write(_text("protect=True").replace("As the program", "As it"))
    assert protected.up().ok().writes == [make_update("Access", "description")]


def test_a_retained_policy_outlives_its_stack(stack: Any) -> None:
    retained: Stack = stack(_text("retain_on_delete=True"))
    retained.up().ok()
    assert retained.destroy().ok().requests == ()
    assert retained.list_names() == ["Access"]
