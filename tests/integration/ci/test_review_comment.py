"""The review of examples/ci on each host: one comment, which each push updates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from pulumi_c1policy._emulator import Emulator
from tests.support import ci_hosts
from tests.support.ci_hosts import CiHost
from tests.support.ci_jobs import EXAMPLE, PULUMI_TOKEN, Repository
from tests.support.cli import TYPE

PULUMI = """\
#!/bin/sh
[ "$*" = "stack export --non-interactive --stack dev" ] && cat export.json
"""
PROGRAM = """
from pulumi_c1policy import Policy

Policy(
    "one",
    display_name="One @ada",
    policy_type="POLICY_TYPE_GRANT",
    policy_steps={{"grant": {{"steps": [{step}]}}}},
)
"""
MANAGER = '{"approval": {"manager": {"fallback": True, "fallback_user_ids": ["u1"]}}}'
ACCEPT = '{"accept": {}}'


@pytest.fixture
def repository(tmp_path: Path, c1_tenant: Emulator, host: CiHost) -> Repository:
    """Return a repository whose stack `dev` has one policy, which the manager approves."""
    made = Repository(tmp_path, c1_tenant, host)
    made.write_program("pulumi", PULUMI)
    outputs = {
        "display_name": "One @ada",
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [json.loads(MANAGER.replace("True", "true"))]}},
    }
    resource = {"urn": f"urn:pulumi:dev::shop::{TYPE}::one", "type": TYPE, "id": "p1"}
    export = {"version": 3, "deployment": {"resources": [{**resource, "outputs": outputs}]}}
    (tmp_path / "export.json").write_text(json.dumps(export))
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    push(made, MANAGER)
    return made


def push(repository: Repository, step: str) -> None:
    """Change the step of the policy in the program."""
    (repository.folder / "__main__.py").write_text(PROGRAM.format(step=step))


def add_option(repository: Repository, option: str) -> None:
    """Give the script in the pipelines of both hosts a further option."""
    for path in repository.folder.rglob("*.yml"):
        text = path.read_text()
        for call in ("ci/review.sh dev", 'ci/review.sh "$STACK"'):
            text = text.replace(f"{call}\n", f"{call} {option}\n")
        path.write_text(text)


def test_each_push_updates_the_comment(repository: Repository, host: CiHost) -> None:
    push(repository, ACCEPT)
    done = repository.run("review")
    assert done.code == 0, done.log
    [comment] = host.comments
    assert comment.text.startswith("<!-- c1policy-review dev -->\n<!-- c1policy review -->\n")
    assert "1 **weakened**." in comment.text
    assert "@ada" not in comment.text
    assert host.audiences == []

    push(repository, MANAGER)
    assert repository.run("review").code == 0
    assert host.comments == [comment]
    assert "weakened**" not in comment.text
    for secret in (ci_hosts.TOKEN, PULUMI_TOKEN):
        assert secret not in done.log + comment.text


def test_a_weakened_policy_can_fail_the_job_after_the_comment(
    repository: Repository, host: CiHost
) -> None:
    push(repository, ACCEPT)
    add_option(repository, "--fail-on weakened")
    assert repository.run("review").code == 2
    assert "1 **weakened**." in host.comments[0].text


@pytest.mark.parametrize(
    ("program", "reason"),
    [("raise SystemExit('no config')", "no config"), (None, "export.json")],
    ids=["program", "export"],
)
def test_a_failed_review_replaces_the_verdict_on_an_earlier_push(
    repository: Repository, host: CiHost, program: str | None, reason: str
) -> None:
    host.comments.append(ci_hosts.Comment(1, "<!-- c1policy-review dev -->\nnot weakened"))
    if program is None:
        (repository.folder / "export.json").unlink()
    else:
        (repository.folder / "__main__.py").write_text(program)
    done = repository.run("review")
    assert done.code == 1
    assert reason in done.log
    [comment] = host.comments
    assert comment.text == (
        "<!-- c1policy-review dev -->\n## Access policies: not reviewed\n\n"
        "The review of this push failed. The log of its job has the reason."
    )


def test_a_command_that_does_not_start_is_an_error_and_no_verdict(repository: Repository) -> None:
    repository.host = None
    repository.run("python -m venv .venv")
    broken = repository.folder / ".venv" / "bin" / "c1policy"
    broken.unlink()
    broken.write_text("#!/bin/sh\nexit 2\n")
    broken.chmod(0o755)
    done = repository.run("ci/review.sh dev")
    assert done.code == 1
    assert "not reviewed" in done.log


def test_a_pull_request_from_a_fork_has_no_review_and_no_job_gets_more_than_it_needs() -> None:
    path = EXAMPLE / "github" / ".github" / "workflows" / "policies.yml"
    job = yaml.safe_load(path.read_text())["jobs"]["review"]
    assert job["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "!github.event.pull_request.head.repo.fork" in job["if"]
