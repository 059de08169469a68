"""The result of each kind of step, and the order of steps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.step_results import ProvisionStep, WaitStep
from tests.unit.simulate.small_company import ADA, CRM_ADMIN, LINUS, make_approval, make_grant, run


@pytest.mark.parametrize(
    ("step", "status", "text"),
    [
        ({"accept": {"accept_message": "Fine."}}, "ends", "accept: the request is accepted: Fine."),
        ({"reject": {}}, "ends", "reject: the request is rejected"),
        ({"wait": {"duration": {"duration": "26h"}}}, "waits", "wait: 1d 2h"),
        ({"wait": {"duration": {"duration": timedelta(hours=1)}}}, "waits", "wait: 1h"),
        (
            {"wait": {"condition": {"condition": "subject.department == 'Eng'"}}},
            "passes",
            "wait: `subject.department == 'Eng'` is already true",
        ),
        (
            {"wait": {"condition": {"condition": "false"}, "timeout_duration": "2h"}},
            "waits",
            "wait: until `false` is true, for at most 2h",
        ),
        (
            {"wait": {"condition": {"condition": "ip.is4"}}},
            "undecided",
            "wait: `ip.is4` cannot be evaluated: `ip` is not given",
        ),
        (
            {"wait": {"until_time": {"hours": 9, "timezone": "Europe/Berlin"}}},
            "waits",
            "wait: until 09:00 Europe/Berlin",
        ),
        ({"wait": {"until_time": {"minutes": 5}}}, "waits", "wait: until 00:05 UTC"),
        (
            {"form": {"form": {"fields": [{"name": "reason"}, {"name": "ticket"}]}}},
            "asks",
            "form: asks for reason, ticket",
        ),
        (
            {"action": {"automation": {"automation_template_id": "a1"}}},
            "runs",
            "action: runs automation a1",
        ),
        (
            {"something_newer": {}},
            "undecided",
            "action: this version of pulumi-c1policy does not know this kind of step",
        ),
    ],
)
def test_each_kind_of_step_has_a_status_and_a_summary(
    step: dict[str, Any], status: str, text: str
) -> None:
    (found,) = run(make_grant(step)).steps
    assert found.status == status
    assert str(found) == text


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ({"connector": {"default_behavior": {}}}, "connector"),
        ({"connector": {"account": {"config": {}}}}, "connector creates an account"),
        ({"connector": {"delete_account": {}}}, "connector deletes the account"),
        ({"webhook": {"webhook_id": "w"}}, "webhook"),
        ({"manual": {"user_ids": ["u-linus"]}}, f"manual: {LINUS}"),
        ({"manual": {"assignee": {"app_owners": {}}}}, f"manual: {LINUS}"),
        (
            {"manual": {"assignee": {"expression": {"expressions": ["[]", "appOwners"]}}}},
            f"manual: {LINUS}",
        ),
        (
            {
                "manual": {
                    "assignee": {
                        "group": {
                            "app_id": "okta",
                            "app_group_id": "g-none",
                            "fallback_user_ids": ["u-linus"],
                        }
                    }
                }
            },
            f"manual: {LINUS}",
        ),
        (
            {
                "multi_step": {
                    "provision_steps": [
                        {"connector": {}},
                        {"manual": {"user_ids": ["u-linus"]}},
                    ]
                }
            },
            f"connector, then manual: {LINUS}",
        ),
    ],
)
def test_a_provision_step_names_its_kind_and_its_people(how: dict[str, Any], text: str) -> None:
    policy = make_grant({"provision": {"provision_policy": how}})
    (step,) = run(policy, entitlement=CRM_ADMIN).steps
    assert isinstance(step, ProvisionStep)
    assert step.summary == text
    assert step.by == next(iter(how))


def test_an_unknown_provisioner_is_undecided() -> None:
    how: dict[str, Any] = {
        "multi_step": {"provision_steps": [{"manual": {"assignee": {"app_owners": {}}}}]}
    }
    result = run(make_grant({"provision": {"provision_policy": how}}))
    assert result.undecided == ("`entitlement.appId` is not given",)


def make_account(**config: Any) -> dict[str, Any]:
    how = {"connector": {"account": {"config": config}}}
    return make_grant({"provision": {"provision_policy": how}})


def test_the_configuration_of_a_new_account_is_evaluated() -> None:
    policy = make_account(
        mail="subject.email",
        team="subject.department == 'Eng' ? 'R&D' : subject.department",
        tags=["subject.email.split('@')[1]", "'x'"],
        more={"admin": False, "boss": "c1.directory.users.v1.FindByEmail(subject.manager).id"},
        level=5,
    )
    (step,) = run(policy).steps
    assert isinstance(step, ProvisionStep)
    assert step.config == {
        "mail": ADA,
        "team": "R&D",
        "tags": ["example.com", "x"],
        "more": {"admin": False, "boss": "u-grace"},
        "level": 5,
    }
    assert step.summary == (
        "connector creates an account (mail: ada@example.com, team: R&D, tags: [example.com, x], "
        "more: {admin: false, boss: u-grace}, level: 5)"
    )


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("subject.jobTitle", "`subject.jobTitle` is not given"),
        ("subject.emial", "`emial`"),
        ("task.displayName", "the documentation contradicts itself"),
        ("now()", "the result of `now()` is not documented"),
        ("subject", "the result of `subject` is not documented"),
        ("[subject.status]", "`subject.status` is not given"),
        ("c1.future.v1.Name(subject)", "`c1.future.v1.Name`"),
    ],
)
def test_a_value_of_a_new_account_can_be_undecided(expression: str, reason: str) -> None:
    result = run(make_account(mail="subject.email", other=[expression]))
    (step,) = result.steps
    assert isinstance(step, ProvisionStep)
    assert step.config["mail"] == ADA
    (found,) = step.config["other"]
    assert isinstance(found, Undecided)
    assert reason in found.reason
    assert result.undecided == (found.reason,)
    assert f"other: [(cannot be decided: {found.reason})]" in step.summary


def test_no_step_is_reached_after_the_end() -> None:
    result = run(make_grant({"accept": {}}, make_approval(manager={}), {"reject": {}}))
    assert [step.status for step in result.steps] == ["ends", "unreached", "unreached"]
    assert result.ending == "accepted"
    assert result.approvers == ()


def test_the_timeout_and_the_length_of_a_wait_are_timedeltas() -> None:
    steps = run(
        make_grant(
            {"wait": {"duration": {"duration": "3600s"}}},
            {"wait": {"condition": {"condition": "false"}, "timeout_duration": "7200s"}},
        )
    ).steps
    assert [(s.duration, s.timeout) for s in steps if isinstance(s, WaitStep)] == [
        (timedelta(hours=1), None),
        (None, timedelta(hours=2)),
    ]


def test_each_reason_is_listed_once() -> None:
    result = run(make_grant(make_approval(app_owners={}), make_approval(app_owners={})))
    assert result.undecided == ("`entitlement.appId` is not given",)
    assert all(isinstance(found, Undecided) for found in result.approvers)
