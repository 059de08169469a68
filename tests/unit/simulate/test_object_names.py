"""Names beside ids in the texts of simulations, as far as the directory knows them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_c1policy._simulate.explanation import describe_course
from pulumi_c1policy._simulate.impact import Impact
from pulumi_c1policy._simulate.reports import build_impact_row, build_outcome_row, to_json
from pulumi_c1policy._simulate.simulation import simulate
from tests.unit.simulate.small_company import make_approval, make_grant

DIRECTORY: dict[str, Any] = {
    "users": [
        {"id": "u-ada", "displayName": "Ada Lovelace", "manager": "u-grace"},
        {"id": "u-grace", "displayName": "Grace Hopper", "email": "grace@example.com"},
        {"id": "u-bot", "displayName": "Review agent"},
    ],
    "apps": [{"id": "billing", "display_name": "Billing"}],
    "webhooks": [{"id": "w-risk", "display_name": "Risk score"}],
}
ENTITLEMENT = {"appId": "billing", "id": "admin"}


def run(subject: str, *steps: dict[str, Any]) -> Any:
    return simulate(
        make_grant(*steps), subject=subject, entitlement=ENTITLEMENT, directory=DIRECTORY
    )


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ({"users": {"user_ids": ["u-bot"]}}, "users: Review agent (u-bot)"),
        ({"users": {"user_ids": ["u-grace"]}}, "users: grace@example.com"),
        ({"users": {"user_ids": ["u-gone"]}}, "users: u-gone"),
        ({"webhook": {"webhook_id": "w-risk"}}, "webhook Risk score (w-risk) decides"),
        ({"webhook": {"webhook_id": "w-gone"}}, "webhook w-gone decides"),
        ({"agent": {"agent_user_id": "u-bot"}}, "agent Review agent (u-bot) decides"),
        ({"agent": {"instructions": "Decide."}}, "agent decides"),
        (
            {"app_owners": {}},
            "app_owners: cannot be decided: the directory has no owners of app Billing (`billing`)",
        ),
        (
            {"group": {"app_id": "billing", "app_group_id": "g"}},
            "group: cannot be decided: the directory has no entitlement or group `g` of app "
            "Billing (`billing`)",
        ),
        (
            {"expression": {"expressions": ["c1.user.v1.HasApp(subject, 'billing') ? [] : []"]}},
            "expressions[0]: cannot be decided: the directory has no accounts of app Billing "
            "(`billing`)",
        ),
    ],
)
def test_a_step_names_what_the_directory_knows(kind: dict[str, Any], line: str) -> None:
    found = run("u-ada", make_approval(**kind))
    assert describe_course(found).startswith(line)


def test_a_subject_without_an_email_is_named() -> None:
    found = run("u-ada", {"accept": {}})
    assert build_outcome_row(found)[1] == "Ada Lovelace (u-ada)"
    assert build_impact_row(Impact("Test", "u-ada", found, None))[1] == "Ada Lovelace (u-ada)"
    assert found.explain().startswith("Ada Lovelace (u-ada):\n")
    assert build_outcome_row(run("u-grace", {"accept": {}}))[1] == "grace@example.com"


def test_the_ids_of_results_stay_plain() -> None:
    step = make_approval(webhook={"webhook_id": "w-risk"})
    found = run("u-ada", step, make_approval(users={"user_ids": ["u-bot"]}))
    assert (found.subject, found.subject_name) == ("u-ada", "Ada Lovelace")
    assert found.approvers == ((), ("u-bot",))
    (plain,) = json.loads(to_json([found]))
    assert (plain["subject"], plain["subject_name"]) == ("u-ada", "Ada Lovelace")
    first, second = plain["steps"]
    assert (first["machine_id"], first["machine_name"]) == ("w-risk", "Risk score")
    assert second["approvers"] == ["u-bot"]
