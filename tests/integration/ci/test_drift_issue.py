"""The nightly job of examples/ci on each host: one issue, from the first drift to its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.support import ci_hosts
from tests.support.ci_hosts import CiHost
from tests.support.ci_jobs import PULUMI_TOKEN, Repository
from tests.support.exports import add_policies, make_export

PULUMI = """\
#!/bin/sh
[ "$*" = "stack export --non-interactive --stack dev" ] && cat export.json
"""


def make_repository(folder: Path, tenant: Emulator, host: CiHost | None) -> Repository:
    """Make a repository whose stack `dev` has the policy `admins` of the tenant."""
    made = Repository(folder, tenant, host)
    made.write_program("pulumi", PULUMI)
    resources = add_policies(tenant, "shop/dev", ["admins"])
    (folder / "export.json").write_text(json.dumps(make_export(*resources)))
    if host is not None:
        host.make_oidc_token = lambda: tenant.oidc_token
    return made


def edit(tenant: Emulator, description: str) -> None:
    """Edit the policy elsewhere."""
    [found] = [each.id for each in tenant.policies if each.stored["displayName"] == "admins"]
    tenant.api_edit(found, {"description": description})


def test_drift_has_one_issue_until_the_tenant_is_in_sync(
    tmp_path: Path, c1_tenant: Emulator, host: CiHost
) -> None:
    repository = make_repository(tmp_path, c1_tenant, host)
    edit(c1_tenant, "<!-- c1policy-drift --> @ada <b>")
    done = repository.run("drift")
    assert done.code == 0, done.log
    [issue] = host.list_open()
    assert issue.title == "Drift: the tenant differs from the program"
    assert issue.labels == ["c1policy-drift"]
    assert "| shop/dev | admins (" in issue.text
    assert issue.text.count("<!--") == 1
    assert "@ada" not in issue.text
    assert host.audiences == ["127.0.0.1"]

    edit(c1_tenant, "second")
    assert repository.run("drift").code == 0
    assert host.list_open() == [issue]
    assert "second" in issue.text

    edit(c1_tenant, "")
    done = repository.run("drift")
    assert done.code == 0, done.log
    assert host.list_open() == []
    assert len(host.issues) == 1


def test_an_error_fails_the_job_and_leaves_the_issue_open(
    tmp_path: Path, c1_tenant: Emulator, host: CiHost
) -> None:
    repository = make_repository(tmp_path, c1_tenant, host)
    issue = host.add_issue("<!-- c1policy-drift -->\nDrift", "c1policy-drift")
    host.make_oidc_token = lambda: "canary-oidc-token"
    done = repository.run("drift")
    assert done.code == 1
    assert host.list_open() == [issue]
    assert host.writes == []
    assert "error: the tenant was not compared; the issue stays as it is" in done.log


def test_no_secret_is_in_the_log_or_in_the_issue(
    tmp_path: Path, c1_tenant: Emulator, host: CiHost
) -> None:
    token = c1_tenant.oidc_token
    repository = make_repository(tmp_path, c1_tenant, host)
    host.make_oidc_token = lambda: token
    edit(c1_tenant, f"{token} {ci_hosts.TOKEN}")
    done = repository.run("drift")
    log = done.log.replace(f"::add-mask::{token}", "")
    log = "\n".join(line for line in log.splitlines() if not line.startswith("| shop/dev"))
    [issue] = host.list_open()
    for secret in (token, ci_hosts.TOKEN, ci_hosts.REQUEST_TOKEN, PULUMI_TOKEN):
        assert secret not in log
        assert secret not in issue.text


@pytest.mark.parametrize(
    ("command", "code"),
    [("true", 0), ("edit", 2), ("fail", 1), ("start", 1)],
    ids=["in sync", "drift", "an error of c1policy", "c1policy does not start"],
)
def test_the_script_alone_ends_with_the_exit_code_of_the_drift(
    tmp_path: Path, c1_tenant: Emulator, command: str, code: int
) -> None:
    repository = make_repository(tmp_path, c1_tenant, None)
    repository.environment |= {
        "CONDUCTORONE_CLIENT_ID": c1_tenant.client_id,
        "CONDUCTORONE_OIDC_TOKEN": "wrong" if command == "fail" else c1_tenant.oidc_token,
    }
    repository.run("python -m venv .venv")
    if command == "edit":
        edit(c1_tenant, "new")
    if command == "start":
        broken = tmp_path / ".venv" / "bin" / "c1policy"
        broken.unlink()
        broken.write_text("#!/bin/sh\nexit 2\n")
        broken.chmod(0o755)
    done = repository.run("ci/drift.sh --stack dev")
    assert done.code == code, done.log
