#!/usr/bin/env python3
"""Write a report from standard input into one issue or one comment, on GitHub or GitLab.

    post_report.py drift         open the issue about drift, or update it
    post_report.py in-sync       close the issue about drift, if it is open
    post_report.py comment       write the preview on the pull request, or update it
    post_report.py review        write the review on the pull request, or update it

An invisible marker in the text finds the issue or the comment again. Only the standard library is
needed.

Environment, as the host sets it:
    GitHub: GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_REF; and GITHUB_TOKEN
    GitLab: CI_PROJECT_ID, CI_API_V4_URL, CI_MERGE_REQUEST_IID; and GITLAB_TOKEN (scope `api`)
    REPORT_KEY: the name of this report, if a repository has several, such as one for each tenant
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

LABEL = "c1policy-drift"
TITLE = "Drift: the tenant differs from the program"
HEADING = "`c1policy drift` found differences between the tenant and the states of the stacks."
ADVICE = "This issue is updated every night, and closed when the tenant is in sync."
MAX_LENGTH = 60_000
"""Characters of a body; GitHub permits 65,536, and GitLab 1,048,576."""

COMMENTS = {"comment": "preview", "review": "review"}
"""The commands that write a comment, and the kind of the report in its marker."""

PAGE_SIZE = 100
MIN_SECRET_LENGTH = 8
SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSPHRASE|PASSWORD|ACCESS_KEY")


class HostError(Exception):
    """A request that the host rejects, or that does not reach it."""


class Api:
    """The API of a host, with a token."""

    def __init__(self, base: str, header: str, token: str) -> None:
        self.base, self.header, self.token = base, header, token

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send a request; return the JSON of the answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/{path}", data, method=method)
        request.add_header("Content-Type", "application/json")
        request.add_header("User-Agent", "c1policy-post-report")
        # A redirect to another host does not get the token.
        request.add_unredirected_header(self.header, self.token)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            reason = error.read(500).decode(errors="replace")
            raise HostError(f"{method} {path}: {error.code} {reason}") from None
        except (OSError, ValueError) as error:
            raise HostError(f"{method} {path}: {error}") from None

    def list_all(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages."""
        page = 1
        while True:
            mark = "&" if "?" in path else "?"
            items = self.send("GET", f"{path}{mark}per_page={PAGE_SIZE}&page={page}")
            yield from items
            if len(items) < PAGE_SIZE:
                return
            page += 1


class GitHub:
    """Issues and comments of a GitHub repository."""

    def __init__(self) -> None:
        base = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        self.api = Api(base, "Authorization", f"Bearer {require('GITHUB_TOKEN')}")
        self.issues = f"repos/{require('GITHUB_REPOSITORY')}/issues"

    def list_issues(self) -> list[tuple[int, str]]:
        """Return the numbers and the texts of the open issues with the label."""
        found = self.api.list_all(f"{self.issues}?state=open&labels={LABEL}")
        return [
            (each["number"], each["body"] or "") for each in found if "pull_request" not in each
        ]

    def open_issue(self, title: str, text: str) -> None:
        """Open an issue."""
        made = self.api.send("POST", self.issues, {"title": title, "body": text, "labels": [LABEL]})
        # GitHub drops labels without an error if the token may not set them.
        if LABEL not in [each["name"] for each in made["labels"]]:
            self.close_issue(made["number"])
            raise HostError(f"the token cannot set the label {LABEL}; give it `issues: write`")

    def edit_issue(self, number: int, text: str) -> None:
        """Replace the text of an issue."""
        self.api.send("PATCH", f"{self.issues}/{number}", {"body": text})

    def close_issue(self, number: int) -> None:
        """Close an issue."""
        self.api.send("PATCH", f"{self.issues}/{number}", {"state": "closed"})

    def list_comments(self) -> list[tuple[int, str]]:
        """Return the ids and the texts of the comments by bots and by people of the repository."""
        ours = ("OWNER", "MEMBER", "COLLABORATOR")
        return [
            (each["id"], each["body"] or "")
            for each in self.api.list_all(f"{self.issues}/{self._find_pull_request()}/comments")
            if each["user"]["type"] == "Bot" or each["author_association"] in ours
        ]

    def write_comment(self, text: str) -> None:
        """Write a new comment."""
        self.api.send("POST", f"{self.issues}/{self._find_pull_request()}/comments", {"body": text})

    def edit_comment(self, number: int, text: str) -> None:
        """Replace the text of a comment."""
        self.api.send("PATCH", f"{self.issues}/comments/{number}", {"body": text})

    def _find_pull_request(self) -> str:
        found = re.fullmatch(r"refs/pull/(\d+)/\w+", require("GITHUB_REF"))
        if found is None:
            raise HostError("this run is not of a pull request: GITHUB_REF names none")
        return found[1]


class GitLab:
    """Issues and comments of a GitLab project."""

    def __init__(self) -> None:
        self.api = Api(require("CI_API_V4_URL"), "PRIVATE-TOKEN", require("GITLAB_TOKEN"))
        self.project = f"projects/{require('CI_PROJECT_ID')}"

    def list_issues(self) -> list[tuple[int, str]]:
        """Return the numbers and the texts of the open issues with the label."""
        found = self.api.list_all(f"{self.project}/issues?state=opened&labels={LABEL}")
        return [(each["iid"], each["description"] or "") for each in found]

    def open_issue(self, title: str, text: str) -> None:
        """Open an issue."""
        fields = {"title": title, "description": text, "labels": LABEL}
        made = self.api.send("POST", f"{self.project}/issues", fields)
        if LABEL not in made["labels"]:
            self.close_issue(made["iid"])
            raise HostError(f"the token cannot set the label {LABEL}; give it the role Reporter")

    def edit_issue(self, number: int, text: str) -> None:
        """Replace the text of an issue."""
        self.api.send("PUT", f"{self.project}/issues/{number}", {"description": text})

    def close_issue(self, number: int) -> None:
        """Close an issue."""
        self.api.send("PUT", f"{self.project}/issues/{number}", {"state_event": "close"})

    def list_comments(self) -> list[tuple[int, str]]:
        """Return the ids and the texts of the token's own comments."""
        own = self.api.send("GET", "user")["id"]
        found = self.api.list_all(self._locate_notes())
        return [(each["id"], each["body"]) for each in found if each["author"]["id"] == own]

    def write_comment(self, text: str) -> None:
        """Write a new comment."""
        self.api.send("POST", self._locate_notes(), {"body": text})

    def edit_comment(self, number: int, text: str) -> None:
        """Replace the text of a comment."""
        self.api.send("PUT", f"{self._locate_notes()}/{number}", {"body": text})

    def _locate_notes(self) -> str:
        return f"{self.project}/merge_requests/{require('CI_MERGE_REQUEST_IID')}/notes"


def require(name: str) -> str:
    """Return the value of an environment variable."""
    value = os.environ.get(name, "")
    if not value:
        raise HostError(f"the environment variable {name} is not set")
    return value


def main() -> int:
    """Write the report; return the exit code."""
    parser = argparse.ArgumentParser(description="Write a report into one issue or one comment.")
    parser.add_argument("command", choices=("drift", "in-sync", *COMMENTS))
    parser.add_argument("--key", default=os.environ.get("REPORT_KEY", ""))
    arguments = parser.parse_args()
    if not re.fullmatch(r"[\w./-]*", arguments.key) or "--" in arguments.key:
        parser.error("--key: use letters, digits and the characters _ . / and single hyphens")
    if os.environ.get("GITHUB_REPOSITORY"):
        open_host: type[GitHub | GitLab] = GitHub
    elif os.environ.get("CI_PROJECT_ID"):
        open_host = GitLab
    else:
        print("Neither GITHUB_REPOSITORY nor CI_PROJECT_ID is set: nothing is posted.")
        return 0
    try:
        post(open_host(), arguments.command, arguments.key)
    except HostError as error:
        print(f"error: the report was not posted: {hide_secrets(str(error))}", file=sys.stderr)
        return 1
    return 0


def post(host: GitHub | GitLab, command: str, key: str) -> None:
    """Write the report of standard input to the host, or close the issue."""
    kind = COMMENTS.get(command, "drift")
    marker = f"<!-- {f'c1policy-{kind} {key}'.strip()} -->"
    listed = host.list_comments() if command in COMMENTS else host.list_issues()
    found = sorted(each for each in listed if each[1].startswith(marker))
    if command == "in-sync":
        close_issues(host, [number for number, _ in found])
        return
    report = cut(hide_secrets(sys.stdin.read()).strip("\n"))
    if command in COMMENTS:
        # A review is Markdown in which no text of others is markup.
        text = report if command == "review" else fence(report)
        put_comment(host, found, f"{marker}\n{text}")
    else:
        put_issue(host, found, key, f"{marker}\n{HEADING}\n\n{report}\n\n{ADVICE}")


def put_comment(host: GitHub | GitLab, found: list[tuple[int, str]], text: str) -> None:
    """Write the comment, or replace its text."""
    if not found:
        host.write_comment(text)
    elif is_different(found[0][1], text):
        host.edit_comment(found[0][0], text)
    print("The comment is up to date.")


def put_issue(host: GitHub | GitLab, found: list[tuple[int, str]], key: str, text: str) -> None:
    """Open the issue, or replace its text; close all others with its marker."""
    close_issues(host, [number for number, _ in found[1:]])
    if not found:
        host.open_issue(f"{TITLE} ({key})" if key else TITLE, text)
    elif is_different(found[0][1], text):
        host.edit_issue(found[0][0], text)
    print("The issue is up to date.")


def is_different(stored: str, text: str) -> bool:
    """Return whether a stored text differs from another one in more than its line ends."""
    return stored.replace("\r\n", "\n").strip() != text


def close_issues(host: GitHub | GitLab, numbers: list[int]) -> None:
    """Close issues."""
    for number in numbers:
        host.close_issue(number)
        print(f"The issue {number} is closed.")


def hide_secrets(text: str) -> str:
    """Replace the values of the environment variables that hold secrets."""
    secrets = {
        value
        for name, value in os.environ.items()
        if SECRET_NAME.search(name) and len(value) >= MIN_SECRET_LENGTH
    }
    for each in sorted(secrets, key=len, reverse=True):
        text = text.replace(each, "[secret]")
    return text


def cut(report: str) -> str:
    """Leave out the largest lines of a report that is too long, rows of its table first."""
    lines = report.split("\n")
    is_table = lines[0].startswith("| ")
    places = range(2 if is_table else 0, len(lines))
    order = sorted(places, key=lambda n: (not lines[n].startswith("| "), -len(lines[n])))
    left_out: set[int] = set()
    excess = len(report) - MAX_LENGTH
    for place in order:
        if excess <= 0:
            break
        left_out.add(place)
        excess -= len(lines[place]) + 1
    kept = [line for place, line in enumerate(lines) if place not in left_out]
    if left_out:
        kept += ["", f"Lines left out here: {len(left_out)}. The log of the job has them."]
    return "\n".join(kept)


def fence(text: str) -> str:
    """Return text as a code block that no text can end."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}diff\n{text}\n{mark}"


if __name__ == "__main__":
    sys.exit(main())
