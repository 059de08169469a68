"""What becomes of each kind of step, in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.results import ProvisionStep, WaitStep
from tests.unit.simulate.cases import ADA, CRM_ADMIN, LINUS, approval, grant, run


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
            "wait: `subject.department == 'Eng'` already holds",
        ),
        (
            {"wait": {"condition": {"condition": "false"}, "timeout_duration": "2h"}},
            "waits",
            "wait: until `false` holds, gives up after 2h",
        ),
        (
            {"wait": {"condition": {"condition": "ip.is4"}}},
            "undecided",
            "wait: whether `ip.is4` holds cannot be decided: `ip` is not given",
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
        ({"something_newer": {}}, "undecided", "action: this kind of step is not known here"),
    ],
)
def test_a_step_says_what_becomes_of_it(step: dict[str, Any], status: str, text: str) -> None:
    (found,) = run(grant(step)).steps
    assert found.status == status
    assert str(found) == text


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ({"connector": {"default_behavior": {}}}, "connector"),
        ({"connector": {"account": {"config": {}}}}, "connector creates an account"),
        ({"connector": {"delete_account": {}}}, "connector deletes the account"),
        ({"webhook": {"webhook_id": "w"}}, "webhook"),
        ({"manual": {"user_ids": ["u-linus"]}}, f"by hand: {LINUS}"),
        ({"manual": {"assignee": {"app_owners": {}}}}, f"by hand: {LINUS}"),
        (
            {"manual": {"assignee": {"expression": {"expressions": ["[]", "appOwners"]}}}},
            f"by hand: {LINUS}",
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
            f"by hand: {LINUS}",
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
            f"connector, then by hand: {LINUS}",
        ),
    ],
)
def test_provisioning_says_how_and_by_whom(how: dict[str, Any], text: str) -> None:
    policy = grant({"provision": {"provision_policy": how}})
    (step,) = run(policy, entitlement=CRM_ADMIN).steps
    assert isinstance(step, ProvisionStep)
    assert step.summary == text
    assert step.by == next(iter(how))


def test_an_unknown_provisioner_is_undecided() -> None:
    how: dict[str, Any] = {
        "multi_step": {"provision_steps": [{"manual": {"assignee": {"app_owners": {}}}}]}
    }
    result = run(grant({"provision": {"provision_policy": how}}))
    assert result.undecided == ("`entitlement.appId` is not given",)


def account(**config: Any) -> dict[str, Any]:
    how = {"connector": {"account": {"config": config}}}
    return grant({"provision": {"provision_policy": how}})


def test_a_new_account_is_configured_from_the_subject() -> None:
    policy = account(
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
        ("subject.emial", "the tenant rejects the expression: `User` has no field `emial`"),
        ("task.displayName", "the documentation contradicts itself"),
        ("now()", "how the result of `now()` is sent to a connector is not documented"),
        ("subject", "how the result of `subject` is sent to a connector is not documented"),
        ("[subject.status]", "`subject.status` is not given"),
        ("c1.future.v1.Name(subject)", "the result of `c1.future.v1.Name` is not known offline"),
    ],
)
def test_what_cannot_be_decided_of_a_new_account_is_said(expression: str, reason: str) -> None:
    result = run(account(mail="subject.email", other=[expression]))
    (step,) = result.steps
    assert isinstance(step, ProvisionStep)
    assert step.config["mail"] == ADA
    (found,) = step.config["other"]
    assert isinstance(found, Undecided)
    assert reason in found.reason
    assert result.undecided == (found.reason,)
    assert f"other: [(cannot be decided: {found.reason})]" in step.summary


def test_nothing_is_reached_after_the_end() -> None:
    result = run(grant({"accept": {}}, approval(manager={}), {"reject": {}}))
    assert [step.status for step in result.steps] == ["ends", "unreached", "unreached"]
    assert result.ending == "accepted"
    assert result.approvers == ()


def test_the_timeout_and_the_length_of_a_wait_are_spans_of_time() -> None:
    steps = run(
        grant(
            {"wait": {"duration": {"duration": "3600s"}}},
            {"wait": {"condition": {"condition": "false"}, "timeout_duration": "7200s"}},
        )
    ).steps
    assert [(s.duration, s.timeout) for s in steps if isinstance(s, WaitStep)] == [
        (timedelta(hours=1), None),
        (None, timedelta(hours=2)),
    ]


def test_what_is_undecided_is_listed_once() -> None:
    result = run(grant(approval(app_owners={}), approval(app_owners={})))
    assert result.undecided == ("`entitlement.appId` is not given",)
    assert all(isinstance(found, Undecided) for found in result.approvers)
