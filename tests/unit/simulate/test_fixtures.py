"""What tests and files say of people is taken in both spellings, and mistakes are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pulumi_c1policy._simulate import subjects
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.fixtures import FixtureError, record
from tests.unit.simulate.cases import ADA, grant, run


@pytest.mark.parametrize(
    ("kind", "fields", "text"),
    [
        ("User", {"departmnt": "x"}, "Did you mean `department`?"),
        ("User", {"zzz": "x"}, "There are: id, email"),
        ("User", {"email": 3}, "x.email is 3"),
        ("User", {"emails": "a"}, "Write a list"),
        ("User", {"emails": [1]}, r"x.emails\[0\] is 1"),
        ("User", {"status": "ACTIVE"}, "UserStatus.ENABLED or UserStatus.DISABLED"),
        ("User", {"attributes": []}, "Write an object"),
        ("Task", {"isGrantPermanent": "yes"}, "Write true or false"),
        ("Task", {"created_at": "2026-01-01"}, "a time with its zone"),
        ("Task", {"grantDuration": "long"}, "Write a span of time"),
        ("AppUser", {"risk_scores": [{"normalized_score": "7"}]}, "Write a whole number"),
    ],
)
def test_a_wrong_fixture_is_told(kind: str, fields: dict[str, Any], text: str) -> None:
    with pytest.raises(FixtureError, match=text):
        record(kind, fields, "x")


def test_null_and_empty_say_that_a_field_is_empty() -> None:
    user = record("User", {"manager": None, "emails": None, "jobTitle": ""}, "x")
    assert (user.get("manager"), user.get("emails"), user.get("job_title")) == ("", [], "")


def test_a_time_is_taken_as_a_text_and_as_a_datetime() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for given in (moment, "2026-01-01T01:00:00+01:00"):
        assert record("Task", {"created_at": given}, "x").get("createdAt") == moment


def test_a_subject_is_completed_from_the_directory() -> None:
    policy = grant(
        rules=[{"condition": "subject.department + subject.jobTitle == 'EngBoss'", "step_key": "x"}]
    )
    assert run(policy, {"email": ADA, "job_title": "Boss"}).matched_rule == 0


@pytest.mark.parametrize(
    ("directory", "text"),
    [
        ({"people": []}, "`people` cannot be read"),
        ({"users": {}}, "`users` cannot be read"),
        ({"users": [{"nick": "x"}]}, "has no field `nick`"),
        ({"users": [{"id": "u", "managers": "u2"}]}, "u.managers is 'u2'"),
        ({"groups": [{"id": "g", "members": [3]}]}, r"g.members is \[3\]"),
        ({"apps": [{"id": "a", "owner": []}]}, "a has no field `owner`"),
        ({"apps": [{"id": "a", "owners": "u1"}]}, "Write a list of ids"),
        ({"apps": [{"id": "a", "accounts": [{"nick": "x"}]}]}, "account has no field `nick`"),
        ({"apps": [{"owners": []}]}, "lacks its app's id"),
        ({"entitlements": [{"id": "e"}]}, "lacks its app's id"),
    ],
)
def test_a_wrong_directory_is_told(directory: dict[str, Any], text: str) -> None:
    with pytest.raises(FixtureError, match=text):
        Directory(directory)


def test_lists_of_people_are_taken_in_both_spellings() -> None:
    row = {"id": "e", "appId": "a", "resourceOwners": ["u1"], "owners": []}
    directory = Directory({"entitlements": [row]})
    (owner,) = directory.of_entitlement("a", "e", "resource_owners")  # type: ignore[misc]
    assert owner.text("id") == "u1"


def test_a_function_that_is_not_known_can_be_answered_by_the_test() -> None:
    condition = "c1.user.v1.GetAppUserStatus(subject, 'crm') == 'OK'"
    policy = grant(rules=[{"condition": condition, "step_key": "grant"}])
    assert run(policy, functions={"c1.user.v1.GetAppUserStatus": lambda *_: "OK"}).matched_rule == 0


def test_a_subject_that_the_directory_does_not_have_is_told() -> None:
    with pytest.raises(FixtureError, match="no user 'nobody'"):
        run(grant(), "nobody")


def test_now_needs_a_zone() -> None:
    with pytest.raises(FixtureError, match="has no time zone"):
        run(grant(), now=datetime(2026, 1, 1))  # noqa: DTZ001 (the mistake is the test)


def test_a_csv_of_people_is_read() -> None:
    text = "\ufeffid,email,emails,status,manager,attributes.Job Code\nu1,a@x,a@x; b@x,ENABLED,,X1\n"
    assert subjects.parse(text) == [
        {
            "id": "u1",
            "email": "a@x",
            "emails": ["a@x", "b@x"],
            "status": "ENABLED",
            "manager": "",
            "attributes": {"Job Code": "X1"},
        }
    ]


def test_an_empty_cell_of_an_enum_is_not_given() -> None:
    assert subjects.parse("id,status\nu1,\n") == [{"id": "u1"}]


@pytest.mark.parametrize(
    "text", ["", "id\n", "id,email\nu1\n", "id\nu1,u2\n", "[]", '["x"]', "[{", 'id\n"u1\n']
)
def test_a_wrong_file_of_people_is_told(text: str) -> None:
    with pytest.raises(FixtureError, match="subjects"):
        subjects.parse(text)
