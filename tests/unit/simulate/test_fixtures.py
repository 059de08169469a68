"""Fixtures: both spellings of fields, files of people, and mistakes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pulumi_c1policy._simulate import subjects
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.fixtures import FixtureError, build_record
from tests.unit.simulate.small_company import ADA, make_grant, run


@pytest.mark.parametrize(
    ("kind", "fields", "text"),
    [
        ("User", {"departmnt": "x"}, "Did you mean `department`?"),
        ("User", {"zzz": "x"}, "Use one of: id, email"),
        ("User", {"email": 3}, "x.email is 3"),
        ("User", {"emails": "a"}, "Write a list"),
        ("User", {"emails": [1]}, r"x.emails\[0\] is 1"),
        ("User", {"status": "ACTIVE"}, "UserStatus.ENABLED or UserStatus.DISABLED"),
        ("User", {"attributes": []}, "Write an object"),
        ("Task", {"isGrantPermanent": "yes"}, "Write true or false"),
        ("Task", {"created_at": "2026-01-01"}, "a time with its zone"),
        ("Task", {"grantDuration": "long"}, "Write a duration"),
        ("AppUser", {"risk_scores": [{"normalized_score": "7"}]}, "Write a whole number"),
    ],
)
def test_a_wrong_fixture_is_an_error(kind: str, fields: dict[str, Any], text: str) -> None:
    with pytest.raises(FixtureError, match=text):
        build_record(kind, fields, "x")


def test_null_and_empty_text_are_the_empty_value() -> None:
    user = build_record("User", {"manager": None, "emails": None, "jobTitle": ""}, "x")
    assert (user.get("manager"), user.get("emails"), user.get("job_title")) == ("", [], "")


def test_a_time_is_text_or_a_datetime() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for given in (moment, "2026-01-01T01:00:00+01:00"):
        assert build_record("Task", {"created_at": given}, "x").get("createdAt") == moment


def test_a_subject_is_completed_from_the_directory() -> None:
    policy = make_grant(
        rules=[{"condition": "subject.department + subject.jobTitle == 'EngBoss'", "step_key": "x"}]
    )
    assert run(policy, {"email": ADA, "job_title": "Boss"}).matched_rule == 0


@pytest.mark.parametrize(
    ("directory", "text"),
    [
        ({"people": []}, "no table `people`"),
        ({"users": {}}, "`users` of the directory is not a list"),
        ({"users": [{"nick": "x"}]}, "has no field `nick`"),
        ({"users": [{"id": "u", "managers": "u2"}]}, "u.managers is 'u2'"),
        ({"groups": [{"id": "g", "members": [3]}]}, r"g.members is \[3\]"),
        ({"apps": [{"id": "a", "owner": []}]}, "a has no field `owner`"),
        ({"apps": [{"id": "a", "owners": "u1"}]}, "Write a list of ids"),
        ({"apps": [{"id": "a", "accounts": [{"nick": "x"}]}]}, "account has no field `nick`"),
        ({"apps": [{"owners": []}]}, "has no id of an app"),
        ({"entitlements": [{"id": "e"}]}, "has no id of an app"),
    ],
)
def test_a_wrong_directory_is_an_error(directory: dict[str, Any], text: str) -> None:
    with pytest.raises(FixtureError, match=text):
        Directory(directory)


def test_a_list_of_people_has_either_spelling() -> None:
    row = {"id": "e", "appId": "a", "resourceOwners": ["u1"], "owners": []}
    directory = Directory({"entitlements": [row]})
    (owner,) = directory.find_entitlement_users("a", "e", "resource_owners")  # type: ignore[misc]
    assert owner.text("id") == "u1"


def test_a_test_can_define_an_unknown_function() -> None:
    condition = "c1.user.v1.GetAppUserStatus(subject, 'crm') == 'OK'"
    policy = make_grant(rules=[{"condition": condition, "step_key": "grant"}])
    assert run(policy, functions={"c1.user.v1.GetAppUserStatus": lambda *_: "OK"}).matched_rule == 0


def test_a_subject_that_is_not_in_the_directory_is_an_error() -> None:
    with pytest.raises(FixtureError, match="no user 'u-none'"):
        run(make_grant(), "u-none")


def test_now_needs_a_time_zone() -> None:
    with pytest.raises(FixtureError, match="has no time zone"):
        run(make_grant(), now=datetime(2026, 1, 1))  # noqa: DTZ001 (the mistake is the test)


def test_a_csv_of_people_is_read() -> None:
    text = "\ufeffid,email,emails,status,manager,attributes.Job Code\nu1,a@x,a@x; b@x,ENABLED,,X1\n"
    assert subjects.parse_subjects(text) == [
        {
            "id": "u1",
            "email": "a@x",
            "emails": ["a@x", "b@x"],
            "status": "ENABLED",
            "manager": "",
            "attributes": {"Job Code": "X1"},
        }
    ]


def test_an_empty_cell_of_an_enum_is_unknown() -> None:
    assert subjects.parse_subjects("id,status\nu1,\n") == [{"id": "u1"}]


@pytest.mark.parametrize(
    "text", ["", "id\n", "id,email\nu1\n", "id\nu1,u2\n", "[]", '["x"]', "[{", 'id\n"u1\n']
)
def test_a_wrong_file_of_people_is_an_error(text: str) -> None:
    with pytest.raises(FixtureError, match="subjects"):
        subjects.parse_subjects(text)
