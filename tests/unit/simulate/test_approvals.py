"""Approval steps: the approvers, the people who may not approve, skipped steps, escalations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate.causes import Unresolved
from pulumi_c1policy._simulate.step_results import Escalation, Person
from tests.unit.simulate.small_company import (
    ADA,
    CRM_ADMIN,
    DIRECTORY,
    GRACE,
    LINUS,
    make_approval,
    make_grant,
    run,
)

NO_ONE = "appOwners.filter(o, o.department == 'Nowhere')"


@pytest.mark.parametrize(
    ("kind", "approvers"),
    [
        ({"users": {"user_ids": ["u-grace", "u-unknown"]}}, (GRACE, "u-unknown")),
        ({"manager": {}}, (GRACE,)),
        ({"app_owners": {}}, (LINUS,)),
        ({"entitlement_owners": {}}, (GRACE,)),
        ({"resource_owners": {}}, (LINUS,)),
        ({"resource_owners": {"allow_self_approval": True}}, (ADA, LINUS)),
        ({"group": {"app_id": "okta", "app_group_id": "g-sec"}}, (LINUS,)),
        ({"group": {"app_id": "crm", "app_group_id": "admin"}}, (LINUS,)),
        ({"self": {}}, (ADA,)),
        ({"expression": {"expressions": ["appOwners"]}}, (LINUS,)),
        ({"expression": {"expressions": ["appOwners[0]"]}}, (LINUS,)),
        ({"expression": {"expressions": ["[]", NO_ONE, "appOwners + appOwners"]}}, (LINUS,)),
        (
            {"expression": {"expressions": ["c1.directory.users.v1.FindByName('X')", "appOwners"]}},
            (LINUS,),
        ),
        (
            {"expression": {"expressions": ["c1.directory.users.v1.GetManagers(subject)"]}},
            (GRACE,),
        ),
        ({"webhook": {"webhook_id": "w1"}}, ()),
        ({"agent": {"instructions": "Decide."}}, ()),
    ],
)
def test_a_step_asks_all_people_found(kind: dict[str, Any], approvers: tuple[str, ...]) -> None:
    result = run(make_grant(make_approval(**kind)), entitlement=CRM_ADMIN)
    assert result.approvers == (approvers,)
    assert result.undecided == ()


def test_the_result_names_the_expression_that_found_the_approvers() -> None:
    policy = make_grant(make_approval(expression={"expressions": ["[]", NO_ONE, "appOwners"]}))
    (step,) = run(policy, entitlement=CRM_ADMIN).approvals
    assert step.expression == 2
    assert step.summary == f"expressions[2]: {LINUS}"


@pytest.mark.parametrize(
    "expression",
    [
        {"expressions": [NO_ONE]},
        {"expressions": ["[]", "c1.directory.users.v1.FindByName('X')"]},
        {"expressions": [NO_ONE], "fallback": True},
        {"expressions": [NO_ONE], "fallback_user_ids": ["u-grace"]},
        {
            "expressions": [NO_ONE],
            "fallback": True,
            "fallback_group_ids": [{"app_id": "okta", "app_entitlement_id": "g-sec"}],
        },
    ],
    ids=["empty", "null", "no-users", "fallback-off", "groups-off"],
)
def test_a_step_is_skipped_if_its_expressions_find_no_one(
    expression: dict[str, Any],
) -> None:
    result = run(
        make_grant(make_approval(expression=expression), make_approval(manager={})),
        entitlement=CRM_ADMIN,
    )
    assert [step.index for step in result.skipped] == [0]
    assert result.approvers == ((GRACE,),)
    assert result.ending == "completed"


@pytest.mark.parametrize(
    ("kind", "approvers"),
    [
        ({"expression": {"expressions": ["[]"], "fallback_user_ids": ["u-linus"]}}, (LINUS,)),
        ({"group": {"app_id": "okta", "app_group_id": "g-none", "fallback_user_ids": ["u-linus"]}},
         (LINUS,)),
        (
            {
                "expression": {
                    "expressions": ["[]"],
                    "fallback_user_ids": ["u-grace"],
                    "is_group_fallback_enabled": True,
                    "fallback_group_ids": [{"app_id": "okta", "app_entitlement_id": "g-sec"}],
                }
            },
            (LINUS,),
        ),
    ],
    ids=["expression", "group", "groups-instead-of-users"],
)  # fmt: skip
def test_the_fallback_is_asked_if_no_one_is_found(
    kind: dict[str, Any], approvers: tuple[str, ...]
) -> None:
    ((name, fields),) = kind.items()
    result = run(make_grant(make_approval(**{name: fields | {"fallback": True}})))
    assert result.approvers == (approvers,)
    assert result.approvals[0].is_fallback


def test_the_fallback_is_asked_for_a_person_without_a_manager() -> None:
    policy = make_grant(make_approval(manager={"fallback": True, "fallback_user_ids": ["u-linus"]}))
    assert run(policy, GRACE).approvers == ((LINUS,),)


@pytest.mark.parametrize(
    ("kind", "subject", "reason"),
    [
        ({"manager": {}}, {"id": "u-new"}, "`subject.manager` is not given"),
        ({"app_owners": {}}, ADA, "`entitlement.appId` is not given"),
        ({"entitlement_owners": {}}, ADA, "`entitlement` is not given"),
        ({"group": {"app_id": "a", "app_group_id": "g"}}, ADA, "`g` of app `a`"),
        ({"expression": {"expressions": ["appOwners", "[]"]}}, ADA, "`entitlement.appId`"),
        ({"expression": {"expressions": ["appOwners[5]"]}}, ADA, "`entitlement.appId`"),
    ],
)
def test_an_undocumented_or_unknown_approver_is_undecided(
    kind: dict[str, Any], subject: Any, reason: str
) -> None:
    result = run(make_grant(make_approval(**kind)), subject)
    (found,) = result.approvers
    assert isinstance(found, Undecided)
    assert reason in found.reason
    assert result.undecided == (found.reason,)


def test_a_step_without_approvers_and_fallback_is_undecided() -> None:
    (step,) = run(make_grant(make_approval(manager={})), GRACE).approvals
    assert step.approvers == Unresolved(code="no-approvers", by="manager")


@pytest.mark.parametrize(
    "kind",
    [{"users": {"user_ids": ["u-ada"]}}, {"expression": {"expressions": ["subject"]}}],
    ids=["users", "expression"],
)
def test_a_step_that_finds_only_the_subject_is_undecided(kind: dict[str, Any]) -> None:
    (step,) = run(make_grant(make_approval(**kind))).approvals
    barred = (Person("u-ada", ADA, "Ada"),)
    assert step.approvers == Unresolved(code="barred-approvers", people=barred)


def test_the_subject_must_not_approve_the_request() -> None:
    policy = make_grant(make_approval(users={"user_ids": ["u-ada", "u-grace"]}))
    (step,) = run(policy).approvals
    assert step.approvers == (Person("u-grace", GRACE, "Grace"),)
    assert step.barred == (Person("u-ada", ADA, "Ada"),)


def test_self_approval_can_be_allowed() -> None:
    policy = make_grant(make_approval(users={"user_ids": ["u-ada"], "allow_self_approval": True}))
    assert run(policy).approvers == ((ADA,),)


def test_a_sole_approver_must_not_approve_again_if_approvers_must_be_distinct() -> None:
    users = {"user_ids": ["u-grace", "u-linus"], "require_distinct_approvers": True}
    result = run(make_grant(make_approval(manager={}), make_approval(users=users)))
    assert result.approvers == ((GRACE,), (LINUS,))
    again = run(
        make_grant(
            make_approval(manager={}), make_approval(manager={"require_distinct_approvers": True})
        )
    )
    assert again.approvals[1].approvers == Unresolved(
        code="barred-approvers", people=(Person("u-grace", GRACE, "Grace"),)
    )


ESCALATIONS = {
    "replace_policy": ({"policy_id": "p-other"}, "continue with policy Other"),
    "reassign_to_approvers": ({"approver_ids": ["u-linus"]}, f"ask {LINUS}"),
    "cancel_ticket": ({}, "cancel the request"),
    "skip_step": ({}, "skip the step"),
}


@pytest.mark.parametrize("action", ESCALATIONS)
@pytest.mark.parametrize("expiration", ["3600", "1h", 3600, timedelta(hours=1)])
def test_an_unanswered_approval_escalates(action: str, expiration: object) -> None:
    fields, words = ESCALATIONS[action]
    policy = make_grant(
        make_approval(
            manager={},
            escalation_enabled=True,
            escalation={"expiration": expiration, action: fields},
        )
    )
    other = make_grant() | {"id": "p-other", "display_name": "Other"}
    (step,) = run(policy, policies=[other]).approvals
    assert isinstance(step.escalation, Escalation)
    assert step.escalation.after == timedelta(hours=1)
    assert step.escalation.action == action
    assert str(step.escalation) == f"no answer after 1h: {words}"


def test_an_escalation_that_is_not_enabled_is_ignored() -> None:
    policy = make_grant(make_approval(manager={}, escalation={"expiration": "60", "skip_step": {}}))
    assert run(policy).approvals[0].escalation is None


def test_the_request_can_name_the_owners_of_its_entitlement() -> None:
    policy = make_grant(make_approval(entitlement_owners={}))
    result = run(policy, entitlement={"id": "x", "owners": [LINUS]}, directory=DIRECTORY)
    assert result.approvers == ((LINUS,),)
