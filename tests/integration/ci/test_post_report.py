"""post_report.py of examples/ci against the APIs of both hosts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.support import ci_hosts
from tests.support.ci_hosts import CiHost, Comment, serve
from tests.support.ci_jobs import EXAMPLE

LABEL = "c1policy-drift"
MARKER = "<!-- c1policy-drift -->"
COMMENT_MARKER = "<!-- c1policy-preview -->"
HEAD = "| Stack | Resource |\n| --- | --- |\n"

Post = Callable[..., str]


@pytest.fixture
def post() -> Post:
    """Run the script for a host; return its output, with that of its errors."""

    def run(
        host: CiHost, *arguments: str, report: str = "", code: int = 0, **environment: str
    ) -> str:
        path = {"PATH": os.environ["PATH"]}
        done = subprocess.run(
            [sys.executable, str(EXAMPLE / "shell" / "post_report.py"), *arguments],
            env=path | host.environment | environment,
            input=report,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return run


def test_a_long_report_loses_its_largest_rows_first(host: CiHost, post: Post) -> None:
    rows = [f"| dev | {'x' * size} |\n" for size in (20_000, 100, 40_000, 200, 30_000)]
    post(host, "drift", report=f"{HEAD}{''.join(rows)}\n- Drift in 5 resources.\n")
    [issue] = host.issues
    assert len(issue.text) < 60_500
    assert rows[2] not in issue.text
    assert all(row in issue.text for row in (HEAD, *rows[:2], rows[3], rows[4]))
    assert "- Drift in 5 resources." in issue.text
    assert "Lines left out here: 1. The log of the job has them." in issue.text


def test_a_report_of_many_small_rows_fits_the_host(host: CiHost, post: Post) -> None:
    rows = "".join(f"| dev | policy-{number} |\n" for number in range(20_000))
    post(host, "drift", report=f"{HEAD}{rows}\n- Drift in 20,000 resources.")
    assert len(host.issues[0].text) < 60_500
    assert "- Drift in 20,000 resources." in host.issues[0].text


def test_the_issue_is_found_on_a_later_page(host: CiHost, post: Post) -> None:
    for _ in range(150):
        host.add_issue("Another", LABEL)
    issue = host.add_issue(f"{MARKER}\nDrift", LABEL)
    post(host, "in-sync")
    assert not issue.is_open
    assert len(host.list_open()) == 150


def test_issues_of_others_stay_as_they_are(host: CiHost, post: Post) -> None:
    host.add_issue(f"{MARKER}\nA stranger cannot set a label.")
    host.add_issue(f"Quoted: {MARKER}", LABEL)
    host.add_issue("<!-- c1policy-drift sandbox -->\nAnother tenant", LABEL)
    post(host, "in-sync")
    assert host.writes == []


def test_a_pull_request_with_the_label_is_no_issue(github: CiHost, post: Post) -> None:
    github.add_issue(f"{MARKER}\nA change", LABEL, is_pull_request=True)
    post(github, "in-sync")
    assert github.writes == []


def test_a_second_issue_is_closed(host: CiHost, post: Post) -> None:
    first = host.add_issue(f"{MARKER}\nDrift", LABEL)
    host.add_issue(f"{MARKER}\nDrift", LABEL)
    post(host, "drift", report="new")
    assert host.list_open() == [first]
    assert "new" in first.text


def test_each_key_has_its_issue(host: CiHost, post: Post) -> None:
    post(host, "drift", report="one", REPORT_KEY="acme/prod")
    post(host, "drift", report="two", REPORT_KEY="acme/sandbox")
    post(host, "in-sync", "--key", "acme/sandbox")
    [issue] = host.list_open()
    assert issue.title.endswith("(acme/prod)")


@pytest.mark.parametrize("key", ["-->", "a b", "a--b", "<"])
def test_a_key_that_would_end_the_marker_is_an_error(github: CiHost, post: Post, key: str) -> None:
    assert "--key" in post(github, "drift", code=2, REPORT_KEY=key)
    assert github.writes == []


def test_a_label_that_the_host_drops_is_an_error_without_an_open_issue(
    host: CiHost, post: Post
) -> None:
    host.sets_labels = False
    assert f"the token cannot set the label {LABEL}" in post(host, "drift", report="x", code=1)
    assert host.list_open() == []


def test_an_issue_with_the_same_report_is_not_written_again(host: CiHost, post: Post) -> None:
    post(host, "drift", report="- Drift\n- in two lines\n")
    host.writes.clear()
    post(host, "drift", report="- Drift\n- in two lines\n")
    assert host.writes == []


def test_a_comment_is_written_once_and_then_updated(host: CiHost, post: Post) -> None:
    post(host, "comment", report="+ one")
    post(host, "comment", report="+ two")
    assert [each.text for each in host.comments] == [f"{COMMENT_MARKER}\n```diff\n+ two\n```"]
    host.writes.clear()
    post(host, "comment", report="+ two")
    assert host.writes == []


def test_a_comment_of_a_stranger_stays_as_it_is(host: CiHost, post: Post) -> None:
    stranger = Comment(1, f"{COMMENT_MARKER}\nMine", is_own=False)
    host.comments.append(stranger)
    post(host, "comment", report="+ one")
    assert stranger.text.endswith("Mine")
    assert len(host.comments) == 2


def test_no_text_ends_the_code_block_of_a_comment(host: CiHost, post: Post) -> None:
    post(host, "comment", report="```\n@ada\n`````\n/close")
    assert host.comments[0].text == (
        f"{COMMENT_MARKER}\n``````diff\n```\n@ada\n`````\n/close\n``````"
    )


def test_secrets_of_the_environment_are_replaced(host: CiHost, post: Post) -> None:
    secret = "canary-secret"
    report = f"{secret} {ci_hosts.TOKEN}"
    post(host, "comment", report=report, AWS_SECRET_ACCESS_KEY=secret)
    assert "[secret] [secret]" in host.comments[0].text


@pytest.mark.parametrize("command", ["drift", "in-sync", "comment"])
def test_an_error_of_the_host_is_an_error_without_the_token(
    host: CiHost, post: Post, command: str
) -> None:
    host.status = 503
    output = post(host, command, report="x", code=1)
    assert "error: the report was not posted: GET " in output
    assert "503" in output
    assert ci_hosts.TOKEN not in output


def test_another_host_does_not_get_the_token_by_a_redirect(host: CiHost, post: Post) -> None:
    with serve(host.kind) as other:
        host.redirect = f"{other.url}/user"
        assert "401" in post(host, "in-sync", code=1)


def test_a_missing_variable_is_named(host: CiHost, post: Post) -> None:
    name = "GITHUB_TOKEN" if host.kind == "github" else "GITLAB_TOKEN"
    output = post(host, "drift", report="x", code=1, **{name: ""})
    assert f"the environment variable {name} is not set" in output


def test_a_run_without_a_pull_request_has_no_comment(github: CiHost, post: Post) -> None:
    output = post(github, "comment", report="x", code=1, GITHUB_REF="refs/heads/main")
    assert "GITHUB_REF names none" in output
