"""Expressions with known and unknown values, and ConductorOne's own functions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pulumi_c1policy._cel.cel_values import CelObject
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cel.evaluate import evaluate
from pulumi_c1policy._cel.undecided import Undecided
from pulumi_c1policy._simulate import fixtures, networks
from pulumi_c1policy._simulate.cel_functions import build_functions
from pulumi_c1policy._simulate.directory import Directory
from tests.unit.simulate.small_company import DIRECTORY

OWNERS = (
    "[c1.directory.users.v1.GetByID('u-linus'), "
    "c1.directory.users.v1.FindByEmail('grace@example.com')]"
)
NOW = datetime(2026, 5, 20, 10, 30, tzinfo=UTC)


def evaluate_for_ada(source: str) -> Any:
    directory = Directory(DIRECTORY)
    ada = directory.get_person("u-ada")
    variables = {
        "subject": CelObject(
            "User",
            "subject",
            {
                **ada.fields,
                **fixtures.build_record(
                    "User",
                    {
                        "employment_type": "contractor",
                        "jobTitle": "",
                        "status": "ENABLED",
                        "attributes": {"Job Code": "X1", "level": 3},
                        "emails": ["ada@example.com", "a@example.com"],
                    },
                    "subject",
                ).fields,
            },
        ),
        "account": fixtures.build_record(
            "AppUser",
            {
                "status": {"status": "APP_USER_STATUS_ENABLED"},
                "security_insights": [],
                "risk_scores": [{"source": "s1", "normalized_score": 70}],
            },
            "account",
        ),
        "task": fixtures.build_record(
            "Task",
            {
                "created_at": "2026-05-20T09:00:00Z",
                "grantDuration": "8h",
                "origin": "TaskOrigin.SLACK",
                "analysis": {"hasConflictViolations": False},
            },
            "task",
        ),
        "ip": networks.parse_address("10.1.2.3"),
        "entitlement": fixtures.build_record("Entitlement", {"id": "admin", "app_id": "crm"}, "e"),
    }
    return evaluate(source, Place.RULE_CONDITION, variables, build_functions(directory, NOW))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # Both spellings of a field.
        ("subject.employmentType == 'contractor'", True),
        ("subject.employment_type == 'contractor'", True),
        ("subject.employment_type == subject.employmentType", True),
        # An unknown value that does not decide.
        ("false && subject.type == UserType.HUMAN", False),
        ("subject.type == UserType.HUMAN && false", False),
        ("subject.type == UserType.HUMAN || true", True),
        ("[1, 2].exists(x, x == 2 || subject.type == UserType.HUMAN)", True),
        ("[1, 2].all(x, x == 2 && subject.type == UserType.HUMAN)", False),
        # Enums in each documented spelling.
        ("subject.status == UserStatus.ENABLED", True),
        ("subject.status == USER_STATUS_ENABLED", True),
        ("subject.status != UserStatus.DISABLED", True),
        ("subject.status in [UserStatus.DISABLED, UserStatus.DELETED]", False),
        ("account.status.status == APP_USER_STATUS_ENABLED", True),
        ("task.origin == TaskOrigin.SLACK", True),
        # Maps.
        ("subject.attributes['Job Code'] == 'X1'", True),
        ("'Job Code' in subject.attributes", True),
        ("has(subject.attributes.missing)", False),
        ("has(subject.attributes.level) && subject.attributes.level > 2", True),
        ("has(subject.jobTitle)", False),
        ("has(subject.email)", True),
        # CEL's own functions.
        ("subject.email.lowerAscii().endsWith('@example.com')", True),
        ("subject.email.contains('ada')", True),
        ("subject.email.matches('^ada@')", True),
        ("subject.email.split('@')[1] == 'example.com'", True),
        ("size(subject.emails) == 2 && subject.emails[1] == 'a@example.com'", True),
        ("subject.jobTitle.ifEmpty('none') == 'none'", True),
        ("(1 + 2) * 3 - 10 / 5 == 7 && -3 < 0 && 7 % 2 == 1", True),
        ("subject.email != '' ? true : 1 / 0 == 1", True),
        ("{'a': 1}.a == 1 && !(2 in {1: 2})", True),
        # Time.
        ("now() - task.created_at == duration('90m')", True),
        ("task.created_at + task.grantDuration > now()", True),
        ("timestamp('2026-05-20T10:30:00Z') == now()", True),
        ("now().getHours() == 10", True),
        ("time.start_of(now(), 'day') == timestamp('2026-05-20T00:00:00Z')", True),
        ("time.start_of(now(), 'quarter') == timestamp('2026-04-01T00:00:00Z')", True),
        (
            "time.start_of(now(), 'day', 'Europe/Berlin') == timestamp('2026-05-19T22:00:00Z')",
            True,
        ),
        ("time.parse('2026-05-20T10:30:00Z', TimeFormat.RFC3339) == now()", True),
        ("time.try_parse('soon', TimeFormat.RFC3339, now()) == now()", True),
        ("time.unix(0) == timestamp('1970-01-01T00:00:00Z')", True),
        ("time.format(now(), TimeFormat.RFC3339) == '2026-05-20T10:30:00Z'", True),
        # Networks.
        ("ip.within(cidr('10.0.0.0/8'))", True),
        ("cidr('192.168.0.0/16', '172.16.0.0/12').contains(ip)", False),
        ("ip('192.168.3.4').isPrivate && ip.is4 && !ip.isLoopback", True),
        ("cidr(['10.0.0.0/8', '11.0.0.0/8']).contains(ip('11.1.1.1'))", True),
        # Functions that read the directory.
        ("c1.user.v1.HasApp(subject, 'crm')", True),
        ("c1.user.v1.HasEntitlement(subject, 'crm', 'admin')", False),
        ("c1.user.v1.HasEntitlement(OWNERS[0], 'crm', 'admin')", True),
        ("c1.user.v1.GrantedFromEnrollment(subject, 'crm', 'admin')", False),
        ("size(c1.directory.users.v1.DirectReports(subject)) == 0", True),
        ("c1.user.v1.GetAppUserManagers(subject, 'crm')[0].displayName == 'Grace'", True),
        ("c1.directory.users.v1.FindByEmail('grace@example.com').id == 'u-grace'", True),
        ("c1.directory.users.v1.GetByID('u-linus').department == 'Eng'", True),
        ("c1.directory.users.v1.FindByName('Unknown') == null", True),
        ("c1.directory.users.v1.FindByName('Ada') == subject", True),
        ("c1.directory.users.v1.GetManagers(subject)[0].email == subject.manager", True),
        ("size(c1.directory.users.v1.DirectReports(OWNERS)) == 2", True),
        ("subject in c1.directory.users.v1.DirectReports(OWNERS[1])", True),
        ("c1.directory.groups.v1.FindByName('Security').app_id == 'okta'", True),
        ("c1.directory.apps.v1.GetEntitlementMembers('crm', 'admin') == [OWNERS[0]]", True),
        ("c1.directory.apps.v1.GetEntitlementOwners(entitlement)[0].id == 'u-grace'", True),
        ("c1.directory.apps.v1.GetEntitlementOwners('crm', 'admin')[0].id == 'u-grace'", True),
        ("OWNERS.filter(o, o != subject).map(o, o.id) == ['u-linus', 'u-grace']", True),
        ("(OWNERS + [subject]).exists_one(o, o.department == 'Ops')", True),
        ("c1.app_user.v1.HasSecurityInsight(account)", False),
        ("c1.app_user.v1.HasSecurityInsightWithSeverity(account, 's1', 'high')", False),
        ("size(c1.app_user.v1.GetSecurityInsights(account, 's1')) == 0", True),
        ("c1.app_user.v1.HasRiskScore(account)", True),
        ("c1.app_user.v1.GetRiskScore(account, 's1').normalized_score > 50", True),
        # Parts of CEL that ConductorOne does not document.
        ("cel.bind(x, subject.email, x == x)", True),
    ],
)
def test_a_known_value_is_decided(source: str, expected: object) -> None:
    assert evaluate_for_ada(source.replace("OWNERS", OWNERS)) == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("subject.type == UserType.HUMAN", "`subject.type` is not given"),
        ("has(subject.type)", "`subject.type` is not given"),
        ("true && subject.type == UserType.HUMAN", "`subject.type` is not given"),
        ("[1].exists(x, x == 2 || subject.type == UserType.HUMAN)", "`subject.type`"),
        ("subject.type == UserType.HUMAN ? true : false", "`subject.type`"),
        ("task.analysis.id == 'x'", "`task.analysis.id` is not given"),
        ("subject.attributes.missing == 'x'", "`.missing` fails"),
        ("subject.emails[7] == 'x'", "`[]` fails"),
        ("1 / 0 == 1", "`/` fails: divide by zero"),
        ("duration(subject.email) > duration('1s')", "`duration` fails"),
        ("subject.email.matches(subject.email + '(')", "`matches` fails"),
        ("subject.attributes.level.contains('a')", "`contains` fails"),
        ("ip(subject.email).is4", "'ada@example.com' is not an IP address"),
        ("cidr('10.0.0.0/8', subject.email).contains(ip)", "is not a network"),
        ("task.origin == TASK_ORIGIN_REQUEST", "not documented"),
        ("c1.user.v1.HasApp(subject, 'erp')", "accounts of app `erp`"),
        ("c1.user.v1.HasEntitlement(subject, 'crm', 'x')", "`x` of app `crm`"),
        ("c1.user.v1.AutomaticallyGrantedFromEnrollment(subject, 'crm', 'admin')", "automatic"),
        (
            "c1.user.v1.GetAppUserStatus(subject, 'crm') == 'ENABLED'",
            "the text of an account's status",
        ),
        ("c1.user.v1.GetAppUserManagers(OWNERS[0], 'crm') == []", "has 0 accounts in app `crm`"),
        ("c1.directory.users.v1.FindByEmail('x@example.com').id == ''", "has the email"),
        ("c1.directory.users.v1.GetByID('u-x').id == ''", "no user of the directory has the id"),
        ("c1.directory.groups.v1.FindByName('X').id == ''", "no group 'X'"),
        ("c1.app_user.v1.GetRiskScore(account, 's2').normalized_score > 1", "'s2'"),
        ("time.end_of(now(), 'day') > now()", "not documented"),
        ("time.start_of(now(), 'week') > now()", "the start of a `week`"),
        ("time.parse('2026-05-20', TimeFormat.DATE) > now()", "`TimeFormat.DATE`"),
        ("user.id == 'x'", "`user` is not given"),
        ("1u - 2u == 1u", "unsigned numbers"),
        ("type(1) == int", "`int`"),
        ("math.greatest(1, 2) == 2", "`math."),
        ("subject.?email.orValue('') == ''", "`?.`"),
        ("subject == {}", "expression"),
        ("dyn(1) && true", "`&&` fails"),
        ("(dyn(1) ? 1 : 2) == 1", "`?` fails"),
        ("subject.attributes.level.more == 1", "`.more` fails"),
        ("some.newer.Function(subject)", "`some.newer.Function`"),
        ("subject.nope == 'x'", "`nope`"),
        ("subject.email ==", "expression"),
    ],
)
def test_an_unknown_value_is_undecided(source: str, reason: str) -> None:
    found = evaluate_for_ada(source.replace("OWNERS", OWNERS))
    assert isinstance(found, Undecided)
    assert reason in found.reason


def test_an_undecided_value_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match="cannot be decided: no reason"):
        assert Undecided("no reason")
