"""The checks of the doctor that need no network, and its reports."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import jwt
import pytest

from pulumi_c1policy._client import settings, token_times
from pulumi_c1policy._client.answer_shapes import read_model
from pulumi_c1policy._client.auth_client import Identity
from pulumi_c1policy._client.server_probe import TlsFacts
from pulumi_c1policy._doctor import (
    connection_checks,
    doctor_reports,
    environment_checks,
    identity_checks,
    programs,
    project,
    settings_checks,
)
from pulumi_c1policy._doctor.findings import CHECKS, DoctorFinding, DoctorReport
from pulumi_c1policy._doctor.project import Project, StackConfig
from scripts.check_links import ROOT

NOW = 1_800_000_000.0
DAY = 86_400.0
SERVER = settings.load(
    {"serverUrl": "https://acme.conductor.one", "accessToken": "token-of-the-test"}, {}
)
FACTS = {
    "python": "3.12.1",
    "executable": "/venv/bin/python",
    "versions": {"pulumi-c1policy": "0.1.0", "pulumi": "3.272.0"},
    "required_sdk": "<4,>=3.272",
    "extras": {"cel": False, "cli": True},
    "hooks": {"warnings": True, "Ctrl-C": True},
    "hooks_error": None,
}


def make_token(**claims: float) -> str:
    """Return a JWT with these claims."""
    return jwt.encode({**claims}, "a key that is long enough for this", algorithm="HS256")


@pytest.mark.parametrize(
    ("skew", "status"),
    [
        (None, "cannot-tell"),
        (0.0, "right"),
        (59.0, "right"),
        (61.0, "not-right"),
        (-400.0, "not-right"),
    ],
)
def test_a_clock_may_differ_by_a_minute(skew: float | None, status: str) -> None:
    assert connection_checks.check_clock(skew).status == status


def test_the_direction_of_a_skewed_clock_is_told() -> None:
    assert "90 s ahead of the tenant's" in connection_checks.check_clock(90.0).text
    assert "90 s behind the tenant's" in connection_checks.check_clock(-90.0).text


@pytest.mark.parametrize(("days", "status"), [(30, "right"), (2, "not-right")])
def test_a_certificate_that_ends_soon_is_not_right(days: int, status: str) -> None:
    tls = TlsFacts("TLSv1.3", "Acme CA", NOW + days * DAY)
    found = connection_checks.check_tls(SERVER, tls, NOW)
    assert found.status == status
    assert "TLSv1.3" in found.text
    assert "Acme CA" in found.text


@pytest.mark.parametrize(
    ("url", "status"), [("http://127.0.0.1:80", "right"), ("http://10.0.0.1", "not-right")]
)
def test_plain_http_is_right_on_this_machine_only(url: str, status: str) -> None:
    config = {"serverUrl": url, "accessToken": "token", "allowInsecureHttp": "true"}
    found = connection_checks.check_tls(settings.load(config, {}), None, NOW)
    assert found.status == status


@pytest.mark.parametrize(
    ("claims", "status", "phrase"),
    [
        ({"iat": NOW - 60, "exp": NOW + 60}, "right", "workload federation"),
        ({"iat": NOW - 1200, "exp": NOW + 60}, "not-right", "20 minutes old"),
        ({"exp": NOW - 90}, "not-right", "expired 90 seconds ago"),
        ({}, "right", "workload federation"),
    ],
)
def test_an_oidc_token_is_at_most_ten_minutes_old(
    claims: dict[str, float], status: str, phrase: str
) -> None:
    token = make_token(**claims)
    values = {"clientId": "fox@acme.conductor.one/wfe", "oidcToken": token}
    _, [_, found] = settings_checks.check_settings(StackConfig(values), {}, NOW)
    assert (found.check, found.status) == ("credential", status)
    assert phrase in found.text
    assert "c1policy:oidcToken" in found.text
    assert token not in f"{found}"


def test_times_are_read_from_a_jwt_only() -> None:
    assert token_times.read_times(make_token(iat=1, exp=2)) == token_times.TokenTimes(1, 2)
    for text in ("", "opaque", "a.b.c", "é.é.é", make_token()):
        assert token_times.read_times(text) == token_times.TokenTimes()


def test_the_source_of_each_setting_is_told() -> None:
    values = {"serverUrl": "https://acme.conductor.one"}
    config = StackConfig({**values, "accessToken": "token"})
    _, [tenant, credential] = settings_checks.check_settings(config, {}, NOW)
    assert tenant.text == "The tenant is acme.conductor.one, from c1policy:serverUrl."
    assert credential.text.endswith("from c1policy:accessToken.")
    env = {"CONDUCTORONE_SERVER_URL": values["serverUrl"], "CONDUCTORONE_ACCESS_TOKEN": "token"}
    _, [tenant, credential] = settings_checks.check_settings(StackConfig(), env, NOW)
    assert tenant.text.endswith("from CONDUCTORONE_SERVER_URL.")
    assert credential.text.endswith("from CONDUCTORONE_ACCESS_TOKEN.")


def test_a_secret_that_cannot_be_decrypted_is_no_reason_to_use_another_credential() -> None:
    env = {"CONDUCTORONE_ACCESS_TOKEN": "token", "CONDUCTORONE_TENANT_DOMAIN": "acme.c1eu.ai"}
    config = StackConfig(hidden=("clientSecret",))
    loaded, [found] = settings_checks.check_settings(config, env, NOW)
    assert loaded is None
    assert found.status == "cannot-tell"
    assert "c1policy:clientSecret" in found.text


def test_missing_settings_are_not_right() -> None:
    loaded, [found] = settings_checks.check_settings(StackConfig(), {}, NOW)
    assert loaded is None
    assert (found.check, found.status) == ("credential", "not-right")
    assert "CONDUCTORONE_CLIENT_ID" in found.advice


def test_a_secret_in_plain_text_is_not_right() -> None:
    config = StackConfig({"clientSecret": "canary"}, plain_secrets=("clientSecret",))
    [found] = settings_checks.check_config(Project(Path()), config, [])
    assert found.status == "not-right"
    assert "pulumi config set --secret c1policy:clientSecret" in found.advice
    assert "canary" not in f"{found}"


def test_an_identity_is_told_and_its_roles_are_not_judged() -> None:
    identity = read_model(
        Identity,
        {
            "principleId": "c",
            "userId": "u",
            "roles": None,
            "permissions": [f"p{n}" for n in range(8)],
        },
    )
    found = identity_checks.describe_identity(identity)
    assert found.status == "right"
    for phrase in ("Client c", "user u", "roles (none told)", "p4 and 3 more"):
        assert phrase in found.text
    assert identity_checks.describe_identity(Identity()).status == "cannot-tell"


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"python": "3.10.4"}, "python"),
        ({"versions": {"pulumi": "3.99.1"}}, "pulumi-sdk"),
        ({"hooks": {"warnings": True, "Ctrl-C": False}}, "hooks"),
        ({"hooks": {}, "hooks_error": "OSError"}, "hooks"),
        ({"hooks": {}, "hooks_error": "_InactiveRpcError"}, "hooks"),
    ],
)
def test_an_environment_that_does_not_fit_is_not_right(changes: dict[str, Any], check: str) -> None:
    assert {each.status for each in environment_checks.check_environment(None, FACTS)} == {"right"}
    found = environment_checks.check_environment(None, FACTS | changes)
    assert [each.check for each in found if each.status == "not-right"] == [check]
    assert all(each.advice for each in found if each.status == "not-right")


def test_a_server_that_does_not_answer_may_be_behind_a_proxy() -> None:
    changes = {"hooks": {}, "hooks_error": "_InactiveRpcError"}
    found = environment_checks.check_environment(None, FACTS | changes)
    [finding] = [each for each in found if each.check == "hooks"]
    assert "does not answer" in finding.text
    assert "no_proxy=127.0.0.1,localhost" in finding.advice


def test_the_virtual_environment_of_the_project_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "app" / "inner"
    inner.mkdir(parents=True)
    options = {"toolchain": "pip", "virtualenv": "venv"}
    content = {"name": "shop", "runtime": {"name": "python", "options": options}}
    (tmp_path / "app" / "Pulumi.yaml").write_text(json.dumps(content))
    found = project.find_project(inner)
    assert found
    assert found.folder == tmp_path / "app"
    assert found.interpreter.is_relative_to(tmp_path / "app" / "venv")
    [python] = environment_checks.check_environment(found, "it is not installed")
    assert (python.check, python.status) == ("python", "not-right")
    assert "pulumi install" in python.advice


@pytest.mark.parametrize("content", ["runtime: python", "[]", "a: [", "runtime: {options: 1}"])
def test_a_project_without_an_environment_uses_that_of_the_command(
    content: str, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(content)
    found = project.find_project(tmp_path)
    assert found
    assert found.interpreter == Path(sys.executable)


def test_a_program_ends_with_its_time_limit() -> None:
    command = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    with pytest.raises(programs.ProgramError, match=r"within 0\.2 seconds"):
        programs.run_program(command, 0.2)


def test_a_program_that_fails_tells_its_last_line() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('one\\nerror: two.')"]
    with pytest.raises(programs.ProgramError, match=r"^two$"):
        programs.run_program(command, 30)
    with pytest.raises(programs.ProgramError, match="not installed"):
        programs.run_program(["/no/such/program"], 30)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("3.259.0", (3, 259, 0)), ("v3.99.0-dev.1", (3, 99, 0)), ("?", ())],
)
def test_versions_are_compared_by_their_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert environment_checks.parse_version(text) == numbers


def test_a_report_shows_details_on_demand() -> None:
    finding = DoctorFinding("clock", "not-right", "It is late.", "Set it.", {"skew_seconds": 70.5})
    report = DoctorReport("acme.conductor.one", [finding])
    assert doctor_reports.build_rows(report) == [("clock", "NOT RIGHT", "It is late.", "Set it.")]
    [(*_, text, _)] = doctor_reports.build_rows(report, is_verbose=True)
    assert text == "It is late. [skew_seconds=70.5]"
    assert doctor_reports.summarize(report) == "1 finding for acme.conductor.one: 1 not right."
    assert not report.is_right


def test_the_page_describes_every_check_in_the_order_of_a_report() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text("utf-8")
    section = page.partition("## Checks")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == [*CHECKS]
