"""The jobs of examples/ci on each host, with a stand-in for the Pulumi CLI."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.support.ci_hosts import CiHost
from tests.support.ci_jobs import Repository

OPTIONS = {
    "preview": "preview --stack dev --refresh --diff --suppress-progress --non-interactive "
    "--color never",
    "deploy": "up --stack dev --refresh --yes --skip-preview --suppress-progress "
    "--non-interactive --color never",
}
PULUMI = """\
#!/bin/sh
env >environment
echo "::warning::$*"
exit {code}
"""


@pytest.fixture
def repository(tmp_path: Path, c1_tenant: Emulator, host: CiHost) -> Repository:
    host.make_oidc_token = lambda: c1_tenant.oidc_token
    return Repository(tmp_path, c1_tenant, host)


@pytest.mark.parametrize("job", OPTIONS)
@pytest.mark.parametrize("code", [0, 255])
def test_a_job_gives_pulumi_its_credentials_and_ends_with_its_exit_code(
    repository: Repository, job: str, code: int
) -> None:
    repository.write_program("pulumi", PULUMI.format(code=code))
    done = repository.run(job)
    assert done.code == code
    assert OPTIONS[job] in done.log
    text = (repository.folder / "environment").read_text()
    given = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    assert given["CONDUCTORONE_CLIENT_ID"] == repository.tenant.client_id
    assert given["CONDUCTORONE_OIDC_TOKEN"].count(".") == 2
    assert "PULUMI_ACCESS_TOKEN" in given
    assert not [name for name in given if name.startswith("CONDUCTORONE_CLIENT_SECRET")]


@pytest.mark.parametrize("code", [0, 255])
def test_a_preview_is_a_comment_and_no_command_of_the_log(
    repository: Repository, host: CiHost, code: int
) -> None:
    repository.write_program("pulumi", PULUMI.format(code=code))
    done = repository.run("preview")
    [comment] = host.comments
    assert f"::warning::{OPTIONS['preview']}" in comment.text
    if host.kind == "github":
        lines = [line for line in done.log.splitlines() if line.startswith("::")]
        _, stop, shown, resume = lines
        assert shown.startswith("::warning::")
        assert resume == f"::{stop.removeprefix('::stop-commands::')}::"


def test_a_failed_test_fails_the_job_and_needs_no_credential(repository: Repository) -> None:
    repository.environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    (repository.folder / "test_one.py").write_text("import os\n\n\ndef test_one():\n    assert 0\n")
    done = repository.run("test")
    assert done.code == 1
    assert "1 failed" in done.log
    assert repository.host is not None
    assert repository.host.audiences == []


def test_a_job_without_an_oidc_token_stops_before_pulumi(
    tmp_path: Path, c1_tenant: Emulator, github: CiHost
) -> None:
    github.status = 503
    repository = Repository(tmp_path, c1_tenant, github)
    repository.write_program("pulumi", PULUMI.format(code=0))
    done = repository.run("deploy")
    assert done.code != 0
    assert "503" in done.log
    assert not (tmp_path / "environment").exists()
