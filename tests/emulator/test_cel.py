"""Expressions: their validation endpoint, and the rejection of invalid ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator, declarations, expression_compiler

Create = Callable[..., dict[str, Any]]
USERS = "c1.directory.users.v1"


def list_markers(http: httpx.Client, text: str) -> list[dict[str, Any]]:
    """Return the editor markers of a text."""
    answer = http.post("/api/v1/policies/validate/cel", json={"text": text})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["markers"]
    return found


def make_condition_fields(text: str) -> dict[str, Any]:
    """Return the fields of a policy with that condition of a rule."""
    return {"rules": [{"condition": text, "stepKey": "grant"}]}


def make_wait_fields(text: str) -> dict[str, Any]:
    """Return the fields of a policy that waits for that condition."""
    return {"policySteps": {"grant": {"steps": [{"wait": {"condition": {"condition": text}}}]}}}


def make_approver_fields(text: str) -> dict[str, Any]:
    """Return the fields of a policy with that expression for its approvers."""
    step = {"approval": {"expression": {"expressions": [text]}}}
    return {"policySteps": {"grant": {"steps": [step]}}}


CONDITIONS = (
    "true",
    "subject.department == 'Sales'",
    "subject.jobTitle == subject.job_title",
    "subject.attributes.firstName == 'A' || 'Job Code' in subject.attributes",
    "subject.status == UserStatus.ENABLED && subject.directoryStatus == USER_STATUS_ENABLED",
    "account.status.status == APP_USER_STATUS_DISABLED && account.risk_score['x'] > 3",
    "account.risk_scores.exists(s, s.normalized_score > 3)",
    "c1.app_user.v1.GetSecurityInsights(account, 'x').all(i, i.severity != 'HIGH')",
    "task.origin == TaskOrigin.SLACK || task.origin == TASK_ORIGIN_REQUEST",
    "task.created_at > now() - duration('1h') && task.analysis.hasConflictViolations",
    "entitlement.annotations['team'] == 'a' && entitlement.appId == 'x'",
    "c1.user.v1.HasApp(subject, 'app') && c1.user.v1.HasEntitlement(subject, 'a', 'e')",
    f"{USERS}.GetManagers(subject).size() > 0",
    "subject.email.lowerAscii().endsWith('@x') && subject.username.ifEmpty('a') == 'a'",
    "time.format(now(), TimeFormat.DATE) == '2026-01-01'",
    "cidr('10.0.0.0/8', '11.0.0.0/8').contains(ip('10.1.1.1'))",
)


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_compiles(http: httpx.Client, create: Create, text: str) -> None:
    assert list_markers(http, text) == []
    create(**make_condition_fields(text))
    create(**make_wait_fields(text))


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("", 1, 1, "empty"),
        ("  ", 1, 1, "empty"),
        ("f(", 1, 3, "Syntax error"),
        ("true &&\n  ]", 2, 3, "Syntax error"),
        ("appOwners.size() > 0", 1, 1, "undeclared reference to 'appOwners'"),
        ("app_owners.size() > 0", 1, 1, "undeclared reference to 'app_owners'"),
        ("subject.departmnt == 'a'", 1, 8, "undefined field 'departmnt'"),
        ("subject.status == UserType.HUMAN", 1, 16, "no matching overload"),
        ("subject.department", 1, 1, "expected bool"),
        ("c1.user.v1.HasApp(subject)", 1, 8, "undeclared reference"),
        ("c1.user.v1.ListAppUsersForUser(subject, 'a').size() > 0", 1, 8, "undeclared"),
    ],
)
def test_a_condition_that_does_not_compile_has_markers_and_is_rejected(
    http: httpx.Client, line: int, column: int, text: str, said: str
) -> None:
    first = list_markers(http, text)[0]
    assert (first["startLineNumber"], first["startColumn"]) == (line, column)
    assert (first["endLineNumber"], first["endColumn"]) > (line, column)
    assert first["severity"] == "ERROR"
    assert said in first["message"]
    plain = {"displayName": "P", "policyType": "POLICY_TYPE_GRANT"}
    sent = {
        **plain,
        "policySteps": {"grant": {"steps": [{"accept": {}}]}},
        **make_condition_fields(text),
    }
    answer = http.post("/api/v1/policies", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert "rules[0].condition" in answer.json()["message"]
    if text:
        answer = http.post("/api/v1/policies", json={**plain, **make_wait_fields(text)})
        assert (answer.status_code, answer.json()["code"]) == (400, 3)


@pytest.mark.parametrize(
    "text",
    [
        "subject",
        "appOwners",
        "app_owners",
        "[]",
        "[subject, appOwners[0]]",
        "size(appOwners) > 0 ? appOwners : [subject]",
        f"{USERS}.GetManagers({USERS}.FindByEmail('a@x'))",
        f"{USERS}.DirectReports(appOwners)",
        "c1.directory.apps.v1.GetEntitlementOwners(entitlement)",
    ],
)
def test_an_approver_compiles(create: Create, text: str) -> None:
    create(**make_approver_fields(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("account.email == 'x' ? appOwners : []", "undeclared reference to 'account"),
        ("c1.user.v1.HasEntitlement(subject, 'a', 'e')", "expected User"),
        ("subject.manager", "expected User"),
        (f"{USERS}.FindByMail('x')", "undeclared reference"),
        ("appOwners)", "Syntax error"),
        ("", "empty"),
    ],
)
def test_an_approver_that_does_not_compile_is_rejected(
    http: httpx.Client, text: str, said: str
) -> None:
    sent = {"displayName": "P", "policyType": "POLICY_TYPE_GRANT", **make_approver_fields(text)}
    answer = http.post("/api/v1/policies", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert "expressions[0]" in answer.json()["message"]
    assert said in answer.json()["message"]


def test_a_quirk_removes_ip_from_the_validation_endpoint(
    c1_tenant: Emulator, http: httpx.Client, create: Create
) -> None:
    assert list_markers(http, "ip.is4") == []
    c1_tenant.set_quirks(cel_ip=False)
    [found] = list_markers(http, "ip.is4")
    assert "undeclared reference to 'ip" in found["message"]
    create(**make_condition_fields("ip.is4"))


@pytest.mark.parametrize(
    "fields",
    [
        make_condition_fields("user.email == 'x'"),
        make_condition_fields("entitlement.role == 'x' || entitlement.app_resource_id == 'x'"),
        make_condition_fields("math.greatest(1, 2) == 2"),
        make_approver_fields("ip.is4 ? campaignOwners : [user]"),
    ],
    ids=["user", "entitlement", "extension", "approver"],
)
def test_a_quirk_decides_about_doubtful_names(
    c1_tenant: Emulator, http: httpx.Client, create: Create, fields: dict[str, Any]
) -> None:
    created = create(**fields)
    c1_tenant.set_quirks(cel_doubtful=False)
    path = f"/api/v1/policies/{created['id']}"
    answer = http.post(path, json={"policy": fields, "updateMask": ",".join(fields)})
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_an_expression_that_the_library_cannot_decide_is_accepted(create: Create) -> None:
    create(**make_condition_fields("(" * 60 + "true" + ")" * 60))


@pytest.fixture
def empty_caches() -> Iterator[None]:
    """Empty the caches of the checker before and after the test."""
    expression_compiler._make_environment.cache_clear()
    expression_compiler._make_pool.cache_clear()
    yield
    expression_compiler._make_environment.cache_clear()
    expression_compiler._make_pool.cache_clear()


@pytest.mark.usefixtures("empty_caches")
@pytest.mark.parametrize("kind", ["NoSuchType", "list(NoSuchType)"])
def test_a_broken_environment_is_not_answered_as_a_rejection(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(declarations.MESSAGES["User"], "broken", kind)
    answer = http.post("/api/v1/policies/validate/cel", json={"text": "true"})
    assert (answer.status_code, answer.json()["code"]) == (500, 13)
    assert "refuses the environment" in answer.json()["message"]


def test_starting_the_emulator_does_not_load_the_library() -> None:
    script = (
        "import sys\n"
        "from pulumi_c1policy._emulator import Emulator\n"
        "with Emulator() as tenant:\n"
        "    assert tenant.compiles_expressions\n"
        "    assert 'cel_expr_python.cel' not in sys.modules\n"
        "    tenant.api_edit\n"
        "    "
        "tenant.tenant.policies.create({'displayName': 'P', 'policyType': 'POLICY_TYPE_GRANT'})\n  "
        "  assert 'cel_expr_python.cel' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch, c1_tenant: Emulator) -> Emulator:
    """Return a tenant without the `cel` extra."""
    # A None entry makes the import fail as if the package were not installed.
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    return c1_tenant


def test_the_emulator_shows_its_checker_of_expressions(
    c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert c1_tenant.compiles_expressions
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    assert not c1_tenant.compiles_expressions


@pytest.mark.usefixtures("without_extra")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("subject.department == 'Sales'", []),
        ("f([1, {'a': (2)}])[0]", []),
        ("'it\\'s' + \"(\" + r'\\' + '''a\n'b'''", []),
        ("true // (", []),
        ("", [(1, 1, "empty")]),
        ("  ", [(1, 1, "empty")]),
        ("f(", [(1, 2, "never closed")]),
        ("a\n  ]", [(2, 3, "unexpected")]),
        ("(]", [(1, 1, "never closed"), (1, 2, "unexpected")]),
        ("x == 'open", [(1, 6, "not terminated")]),
        ("'a\nb'", [(1, 1, "not terminated")]),
    ],
)
def test_only_brackets_and_quotes_are_checked_without_the_extra(
    http: httpx.Client, text: str, found: list[tuple[int, int, str]]
) -> None:
    told = list_markers(http, text)
    assert len(told) == len(found)
    for marker, (line, column, said) in zip(told, found, strict=True):
        assert (marker["startLineNumber"], marker["startColumn"]) == (line, column)
        assert said in marker["message"]


@pytest.mark.usefixtures("without_extra")
def test_unclosed_texts_are_rejected_without_the_extra(http: httpx.Client, create: Create) -> None:
    create(**make_condition_fields("anything.goes == here"))
    sent = {"displayName": "P", "policyType": "POLICY_TYPE_GRANT", **make_approver_fields("f('a")}
    answer = http.post("/api/v1/policies", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
