"""Whatever goes wrong: one clear pair of sentences, no traceback, no secret, nothing
half-written.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from tests.support.cli import TYPE, Stack, list_creates

ONE = """
    Policy(
        "one",
        display_name="One",
        policy_type="POLICY_TYPE_GRANT",
        policy_steps={"grant": {"steps": [{"accept": {}}]}},
    )
"""
TOKEN = "canary-access-token-5e21"
HTML = "<html><body><h1>Sign in to the proxy</h1></body></html>"
WHOLE = json.dumps({"policy": {"id": "p", "displayName": "One", "policyType": "POLICY_TYPE_GRANT"}})


class Misbehaving(BaseHTTPRequestHandler):
    """A server that gives every request for a policy the same bad answer, and finds none."""

    answer: ClassVar[tuple[int, str, str]]
    cut_at: ClassVar[int | None]
    seen: ClassVar[list[str]]

    def do_GET(self) -> None:
        self.seen.append(f"{self.command} {self.path}")
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, kind, text = self.answer
        if "/search/" in self.path:
            status, kind, text = 200, "application/json", '{"list": []}'
        # What was sent is echoed, as some proxies do.
        body = text.replace("{authorization}", self.headers.get("Authorization", "")).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if "/search/" in self.path else body[: self.cut_at])
        self.close_connection = True

    do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def misbehaving() -> Iterator[ThreadingHTTPServer]:
    """Serve `Misbehaving` on loopback."""
    Misbehaving.seen, Misbehaving.cut_at = [], None
    with ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _url(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def _toward(server: str) -> dict[str, str]:
    return {
        "CONDUCTORONE_SERVER_URL": server,
        "CONDUCTORONE_ACCESS_TOKEN": TOKEN,
        "CONDUCTORONE_CLIENT_ID": "",
        "CONDUCTORONE_CLIENT_SECRET": "",
        "CONDUCTORONE_REQUEST_DEADLINE": "2",
        # The stack's policies are in the emulated tenant.
        "PULUMI_C1POLICY_ALLOW_TENANT_CHANGE": server.partition("://")[2],
    }


def _recorded(stack: Stack) -> dict[str, Any]:
    keys = ("id", "inputs", "outputs")
    return {name: {k: kept[k] for k in keys} for name, kept in stack.read_policies().items()}


def _one_clear_pair(stack: Stack, environment: dict[str, str]) -> str:
    """Return the error of a deployment that must fail without a traceback."""
    failed = stack.up(**environment).failed()
    [error] = failed.errors
    assert len(error.splitlines()) == 2, error
    summary, advice = error.splitlines()
    assert summary.startswith("Cannot create the policy")
    assert summary.endswith((".", ".)"))
    assert advice.endswith(".")
    for leaked in (TOKEN, stack.tenant.client_secret, "Traceback", "<h1>"):
        assert leaked not in error
        assert leaked not in failed.output
    state = json.dumps(stack.export()["deployment"])
    assert TYPE not in state
    assert "pending_operations" not in state
    return error


JSON = "application/json"


@pytest.mark.parametrize(
    ("answer", "cut_at", "said"),
    [
        ((401, JSON, '{"code":16,"message":"no {authorization}"}'), None, "401"),
        (
            (403, JSON, '{"code":7,"message":"policies: write is missing"}'),
            None,
            "write is missing",
        ),
        ((407, "text/html", HTML), None, "an HTML page, probably of a proxy"),
        ((200, "text/html", HTML), None, "an HTML page, probably of a proxy"),
        ((200, JSON, WHOLE), 40, "the connection was cut"),
        ((200, JSON, '{"policy": {"id": "p", "rules": 7}}'), None, "`rules` should be a list"),
        ((400, JSON, '{"code":3,"message":"displayName: too long"}'), None, "too long"),
    ],
    ids=["401", "403", "proxy-sign-in", "html-page", "cut-connection", "wrong-shape", "400"],
)
def test_a_bad_answer_to_a_create_causes_one_error_of_two_sentences(
    stack: Any,
    misbehaving: ThreadingHTTPServer,
    answer: tuple[int, str, str],
    cut_at: int | None,
    said: str,
) -> None:
    Misbehaving.answer, Misbehaving.cut_at = answer, cut_at
    error = _one_clear_pair(stack(ONE), _toward(_url(misbehaving)))
    assert said in error
    assert Misbehaving.seen


def test_a_bad_answer_to_a_read_causes_one_error_of_two_sentences(
    stack: Any, misbehaving: ThreadingHTTPServer
) -> None:
    one: Stack = stack(ONE)
    one.up().ok()
    before = _recorded(one)
    for status, text, said in (
        (200, WHOLE[:-5], "not JSON, or cut off"),
        (200, "[1, 2]", "JSON of another shape"),
        (200, "{}", "JSON of another shape"),
        (500, HTML, "500"),
    ):
        Misbehaving.answer = status, JSON, text
        failed = one.preview("--refresh", **_toward(_url(misbehaving))).failed()
        [error] = failed.errors
        assert said in error
        assert len(error.splitlines()) == 2, error
        assert "Cannot read the policy" in error
        assert "Traceback" not in failed.output
        assert TOKEN not in failed.output
    assert _recorded(one) == before


def test_an_error_names_an_unreachable_tenant(stack: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{closed.getsockname()[1]}"
        error = _one_clear_pair(stack(ONE), _toward(server))
    assert "could not be reached" in error
    assert "c1policy:serverUrl" in error


CANARY = "secret-token:conductorone.com:v1:canary7d1f"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"CONDUCTORONE_CLIENT_SECRET": ""}, "c1policy:clientSecret"),
        ({"CONDUCTORONE_CLIENT_ID": ""}, "c1policy:clientId"),
        ({"CONDUCTORONE_CLIENT_SECRET": CANARY}, "c1policy:clientSecret"),
        ({"CONDUCTORONE_CLIENT_SECRET": CANARY.replace("v1", "v9")}, "version"),
        ({"CONDUCTORONE_SERVER_URL": "http://tenant.example"}, "http"),
        ({"CONDUCTORONE_SERVER_URL": "", "CONDUCTORONE_CLIENT_ID": "no-host"}, "c1policy:clientId"),
        ({"CONDUCTORONE_REQUEST_DEADLINE": "soon"}, "c1policy:requestDeadline"),
    ],
    ids=[
        "no-secret", "no-client-id", "malformed-secret", "other-version", "plain-http", "no-host",
        "deadline",
    ],
)  # fmt: skip
def test_an_error_names_a_bad_setting_without_its_value(
    stack: Any, environment: dict[str, str], said: str
) -> None:
    broken: Stack = stack(ONE)
    error = _one_clear_pair(broken, environment)
    assert said in error
    assert "canary" not in error
    assert broken.tenant.requests == []


def test_a_failed_update_and_a_failed_delete_leave_the_state_unchanged(
    stack: Any, misbehaving: ThreadingHTTPServer
) -> None:
    one: Stack = stack(ONE)
    assert one.up().ok().writes == list_creates("One")
    before = _recorded(one)
    Misbehaving.answer = (403, "application/json", '{"code":7,"message":"not you"}')
    toward = _toward(_url(misbehaving))
    one.write(ONE.replace('"One"', '"Two"'))
    [update] = one.up(**toward).failed().errors
    assert update.startswith("Cannot update the policy")
    assert _recorded(one) == before
    [read] = one.refresh(**toward).failed().errors
    assert "Cannot read the policy" in read
    assert _recorded(one) == before
    [delete] = one.destroy(**toward).failed().errors
    assert delete.startswith("Cannot delete the policy")
    assert _recorded(one) == before
    for error in (update, read, delete):
        assert "not you" in error
        assert len(error.splitlines()) == 2
    assert [w.mask for w in one.up().ok().writes] == ["displayName"]


INSIDE = """
    class Team(pulumi.ComponentResource):
        def __init__(self, name):
            super().__init__("shop:index:Team", name)
            Policy(
                "inner",
                pulumi.ResourceOptions(parent=self),
                display_name="Inner",
                policy_type="POLICY_TYPE_GRANT",
                policy_steps={name: {"steps": [{"accept": {}}]} for name in ("grant", "unused")},
            )

    Team("team")
"""


def test_a_warning_is_shown_at_its_resource(stack: Any) -> None:
    kept: Stack = stack(INSIDE)
    kept.up().ok()
    kept.tenant.product_edit(kept.id_of("Inner"), {"description": "a person's"})
    shown = kept.preview("--refresh").ok()
    said = [e["diagnosticEvent"] for e in shown.events if "diagnosticEvent" in e]
    warnings = {each["message"]: each["urn"] for each in said if each["severity"] == "warning"}
    assert len(warnings) == 2
    for message, urn in warnings.items():
        assert "policy shop~3Aindex~3ATeam/c1policy.Policy/inner" in message
        assert ('policy_steps["unused"]: ' in message) != ("taken over by a person" in message)
        assert urn == f"urn:pulumi:dev::shop::shop:index:Team${TYPE}::inner"


def test_a_debug_variable_shows_the_traceback(stack: Any) -> None:
    failed = stack(ONE).up(CONDUCTORONE_CLIENT_SECRET="", PULUMI_C1POLICY_DEBUG="1").failed()
    [error] = failed.errors
    assert "Traceback (most recent call last)" in error
    assert "SettingsError" in error
