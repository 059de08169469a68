"""Stand-ins for GitHub and GitLab: issues, comments and OIDC tokens over real HTTP."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "canary-token-of-the-host"
REQUEST_TOKEN = "canary-request-token"
OWN_ID = 1


@dataclass
class Issue:
    """An issue of either host."""

    number: int
    title: str
    text: str
    labels: list[str]
    is_open: bool = True
    is_pull_request: bool = False


@dataclass
class Comment:
    """A comment of either host on the pull request 5."""

    number: int
    text: str
    is_own: bool = True


@dataclass
class CiHost:
    """The stored objects, and the requests that wrote them."""

    kind: str
    max_length: int
    issues: list[Issue] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    writes: list[tuple[str, str]] = field(default_factory=list)
    permissions: frozenset[str] = frozenset({"issues", "pull-requests", "id-token"})
    sets_labels: bool = True
    status: int = 200
    redirect: str = ""
    make_oidc_token: Callable[[], str] = str
    audiences: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the host sets in a job on the pull request 5, and its token."""
        if self.kind == "github":
            return {
                "GITHUB_ACTIONS": "true",
                "GITHUB_API_URL": self.url,
                "GITHUB_REPOSITORY": "acme/policies",
                "GITHUB_REF": "refs/pull/5/merge",
                "GITHUB_TOKEN": TOKEN,
            }
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.url,
            "CI_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_IID": "5",
            "GITLAB_TOKEN": TOKEN,
        }

    def list_open(self) -> list[Issue]:
        """Return the open issues."""
        return [each for each in self.issues if each.is_open and not each.is_pull_request]

    def add_issue(self, text: str, *labels: str, **fields: Any) -> Issue:
        """Add an issue."""
        title = fields.pop("title", "An issue")
        self.issues.append(Issue(len(self.issues) + 1, title, text, list(labels), **fields))
        return self.issues[-1]

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Answer a request; return the status and the JSON."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.status != 200:
            return self.status, {"message": "the host is out of order"}
        text = body.get("description", body.get("body", ""))
        if len(text) > self.max_length:
            return 422, {"message": f"body is too long (maximum is {self.max_length} characters)"}
        if method != "GET":
            self.writes.append((method, parts.path))
        route = re.sub(r"^/(repos/acme/policies|projects/7)/", "", parts.path)
        if route == "/user":
            return 200, {"id": OWN_ID}
        if route == "/oidc":
            return self._answer_oidc(query)
        wanted = "pull-requests" if "comments" in route or "notes" in route else "issues"
        if wanted not in self.permissions:
            return 403, {"message": "Resource not accessible by integration"}
        if route == "issues":
            return self._answer_issues(method, query, body, text)
        if found := re.fullmatch(r"issues/(\d+)", route):
            return 200, self._edit_issue(int(found[1]), body, text)
        if route in ("issues/5/comments", "merge_requests/5/notes"):
            return self._answer_comments(method, query, text)
        if found := re.fullmatch(r"(?:issues/comments|merge_requests/5/notes)/(\d+)", route):
            self.comments[int(found[1]) - 1].text = text
            return 200, {}
        return 404, {"message": "Not Found"}

    def _answer_oidc(self, query: dict[str, str]) -> tuple[int, Any]:
        if "id-token" not in self.permissions:
            return 403, {"message": "no id-token permission"}
        self.audiences.append(query["audience"])
        return 200, {"value": self.make_oidc_token()}

    def _answer_issues(
        self, method: str, query: dict[str, str], body: dict[str, Any], text: str
    ) -> tuple[int, Any]:
        if method == "POST":
            labels = body["labels"] if self.kind == "github" else body["labels"].split(",")
            made = self.add_issue(text, *labels if self.sets_labels else (), title=body["title"])
            return 201, self._show_issue(made)
        assert query["state"] == ("open" if self.kind == "github" else "opened")
        found = [each for each in self.issues if each.is_open and query["labels"] in each.labels]
        return 200, [self._show_issue(each) for each in _select_page(found, query)]

    def _answer_comments(self, method: str, query: dict[str, str], text: str) -> tuple[int, Any]:
        if method == "POST":
            self.comments.append(Comment(len(self.comments) + 1, text))
            return 201, {}
        return 200, [self._show_comment(each) for each in _select_page(self.comments, query)]

    def _edit_issue(self, number: int, body: dict[str, Any], text: str) -> Any:
        issue = self.issues[number - 1]
        issue.text = text or issue.text
        if body.get("state") == "closed" or body.get("state_event") == "close":
            issue.is_open = False
        return self._show_issue(issue)

    def _show_issue(self, issue: Issue) -> dict[str, Any]:
        if self.kind == "gitlab":
            return {"iid": issue.number, "description": issue.text, "labels": issue.labels}
        shown = {
            "number": issue.number,
            "body": issue.text.replace("\n", "\r\n"),
            "labels": [{"name": each} for each in issue.labels],
        }
        return shown | ({"pull_request": {}} if issue.is_pull_request else {})

    def _show_comment(self, comment: Comment) -> dict[str, Any]:
        if self.kind == "gitlab":
            author = OWN_ID if comment.is_own else OWN_ID + 1
            return {"id": comment.number, "body": comment.text, "author": {"id": author}}
        return {
            "id": comment.number,
            "body": comment.text,
            "user": {"type": "Bot" if comment.is_own else "User"},
            "author_association": "NONE",
        }


def _select_page(items: list[Any], query: dict[str, str]) -> list[Any]:
    size, page = int(query["per_page"]), int(query["page"])
    return items[size * (page - 1) : size * page]


@contextmanager
def serve(kind: str) -> Iterator[CiHost]:
    """Serve a host on loopback.

    Args:
        kind: `github` or `gitlab`.
    """
    host = CiHost(kind, 65_536 if kind == "github" else 1_048_576)

    class Handler(BaseHTTPRequestHandler):
        """The HTTP side of the host."""

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

        def _handle(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"{}")
            if host.redirect:
                self.send_response(302)
                self.send_header("Location", host.redirect)
                self.end_headers()
                return
            status, content = 401, {"message": "Bad credentials"}
            if self._has_token():
                status, content = host.answer(self.command, self.path, body)
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _has_token(self) -> bool:
            if self.path.startswith("/oidc"):
                return self.headers["Authorization"] == f"bearer {REQUEST_TOKEN}"
            if host.kind == "gitlab":
                return bool(self.headers["PRIVATE-TOKEN"] == TOKEN)
            return self.headers["Authorization"] == f"Bearer {TOKEN}"

        do_GET = do_POST = do_PATCH = do_PUT = _handle

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield host
        server.shutdown()
        thread.join()
