"""`c1policy doctor` over real HTTP: sources, formats, exit codes and secrets."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typer.testing import CliRunner, Result

from pulumi_c1policy._cli.main import app
from pulumi_c1policy._client.credentials import parse_client_secret
from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._emulator.tenant import Tenant
from tests.support.exports import add_policies, make_export, make_policy, write

Run = Callable[..., Result]
LOCAL = {"python", "package", "pulumi-sdk", "hooks", "extras", "pulumi-cli", "config"}


@pytest.fixture
def run(c1_tenant: Emulator) -> Run:
    """Run the command with the tenant's credentials."""

    def invoke(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(
            app, ["doctor", *arguments], env=c1_tenant.environment | environment
        )

    return invoke


def diagnose(run: Run, *arguments: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code, and the findings by check; the last one of a check counts."""
    done = run("--format", "json", *arguments, **environment)
    report = json.loads(done.stdout)
    assert report["all_right"] == (done.exit_code == 0)
    return done.exit_code, {each["check"]: each for each in report["findings"]}


def test_a_sound_installation_ends_with_zero(run: Run, c1_tenant: Emulator) -> None:
    code, found = diagnose(run)
    assert code == 0, found
    assert {each["status"] for each in found.values()} <= {"right", "cannot-tell"}
    assert found.keys() >= LOCAL | {"tenant", "tls", "clock", "access-token", "client", "policies"}
    assert c1_tenant.client_id.partition("@")[2].partition("/")[0] in found["tenant"]["text"]
    assert "CONDUCTORONE_SERVER_URL" in found["tenant"]["text"]
    assert found["credential"]["details"]["source"] == "CONDUCTORONE_CLIENT_SECRET"
    assert found["access-token"]["details"]["seconds"] == 3600
    assert found["client"]["details"] == {
        "client": "emulated-client",
        "user": "emulated-user",
        "tenant_id": "emulated-tenant",
        "roles": ["c1/admin"],
        "permissions": [],
        "features": [],
    }
    assert found["hooks"]["status"] == "right"


def test_the_doctor_never_writes(run: Run, c1_tenant: Emulator, tmp_path: Path) -> None:
    resources = add_policies(c1_tenant, "shop/dev", ["one"])
    write(tmp_path / "dev.json", make_export(*resources))
    before = (tmp_path / "dev.json").read_bytes()
    diagnose(run, "--state", "dev.json")
    allowed = {("POST", "/auth/v1/token"), ("POST", "/api/v1/search/policies")}
    sent = {(each.method, each.path) for each in c1_tenant.requests if each.method != "GET"}
    assert sent <= allowed
    assert (tmp_path / "dev.json").read_bytes() == before


def test_a_table_has_a_row_for_each_finding_and_its_next_step(run: Run) -> None:
    done = run(CONDUCTORONE_CLIENT_SECRET="")
    assert done.exit_code == 2
    [row] = [line for line in done.stdout.splitlines() if "credential" in line]
    assert "NOT RIGHT" in row
    assert "CONDUCTORONE_CLIENT_SECRET" in row
    assert "1 not right" in done.stdout.splitlines()[-1]


def test_without_a_network_one_line_tells_it_and_local_checks_remain(
    run: Run, unused_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_port}"
    client_id = f"fox@127.0.0.1:{unused_port}/spc"
    code, found = diagnose(run, CONDUCTORONE_SERVER_URL=url, CONDUCTORONE_CLIENT_ID=client_id)
    assert code == 2
    assert [name for name, each in found.items() if each["status"] == "not-right"] == ["connection"]
    assert "could not be reached" in found["connection"]["text"]
    assert found["connection"]["details"]["unchecked"]
    assert found.keys() >= LOCAL
    assert not found.keys() & {"tls", "clock", "access-token", "client", "policies"}


@pytest.fixture
def unused_port() -> int:
    """Return a port of this machine at which no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_the_proxy_is_told_without_its_password(run: Run, unused_port: int) -> None:
    proxy = f"http://user:canary-password@127.0.0.1:{unused_port}"
    done = run(
        "-v",
        CONDUCTORONE_SERVER_URL="https://acme.conductor.one",
        CONDUCTORONE_ACCESS_TOKEN="token-of-the-test",
        HTTPS_PROXY=proxy,
        https_proxy=proxy,
        NO_PROXY="",
        no_proxy="",
    )
    [row] = [line for line in done.stdout.splitlines() if "│ proxy" in line]
    assert f"http://127.0.0.1:{unused_port}" in row
    assert "https_proxy" in row
    assert "canary-password" not in done.output


def test_duplicates_and_leftovers_are_told(run: Run, c1_tenant: Emulator, tmp_path: Path) -> None:
    first, second = add_policies(c1_tenant, "shop/dev", ["one", "two"])
    write(tmp_path / "dev.json", make_export(first))
    annotations = c1_tenant.policy(first["id"])["annotations"]
    copy = c1_tenant.add_policy({**make_policy("copy"), "annotations": annotations})
    done = run("--format", "json", "--state", "dev.json")
    found = [each for each in json.loads(done.stdout)["findings"] if each["check"] == "leftovers"]
    assert done.exit_code == 2
    assert {(each["details"]["kind"], each["details"]["id"]) for each in found} == {
        ("duplicate", copy["id"]),
        ("leftover", second["id"]),
    }
    assert all("shop/dev" in each["text"] and each["advice"] for each in found)


def test_a_changed_policy_is_no_leftover(run: Run, c1_tenant: Emulator, tmp_path: Path) -> None:
    [only] = add_policies(c1_tenant, "shop/dev", ["one"])
    write(tmp_path / "dev.json", make_export(only))
    c1_tenant.api_edit(only["id"], {"description": "changed"})
    code, found = diagnose(run, "--state", "dev.json")
    assert (code, found["leftovers"]["status"]) == (0, "right")


def test_a_state_that_cannot_be_read_ends_with_one_after_the_report(run: Run) -> None:
    code, found = diagnose(run, "--state", "nowhere.json")
    assert code == 1
    assert found["leftovers"]["is_error"]
    assert found["client"]["status"] == "right"


@pytest.mark.parametrize("arguments", [("--stat", "x"), ("--format", "yaml"), ("extra",)])
def test_a_mistyped_option_ends_with_one(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.exit_code == 1
    assert "Traceback" not in done.output


class Echo:
    """A layer that answers the identity and each error with the secrets of the request."""

    secrets: tuple[str, ...] = ()
    status = 200

    def __init__(self, inner: ASGIApp, _tenant: Tenant) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].endswith(("introspect", "policies")):
            await self._inner(scope, receive, send)
            return
        sent = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
        quoted = [*self.secrets, sent]
        answer = {"principleId": quoted[0], "userId": sent, "roles": quoted, "message": quoted[-2]}
        start: Message = {
            "type": "http.response.start",
            "status": self.status,
            "headers": [(b"content-type", b"application/json")],
        }
        await send(start)
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("kind", ["clientSecret", "accessToken", "oidcToken", "cut"])
def test_no_output_shows_a_secret(kind: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(middleware=[Echo]) as tenant:
        whole = tenant.client_secret
        environment = (
            tenant.environment
            | {
                "clientSecret": {},
                "accessToken": {"CONDUCTORONE_ACCESS_TOKEN": tenant.access_token},
                "oidcToken": {"CONDUCTORONE_OIDC_TOKEN": tenant.oidc_token},
                "cut": {"CONDUCTORONE_CLIENT_SECRET": whole[:-5]},
            }[kind]
        )
        key = parse_client_secret("", whole).key.reveal()
        secrets = {each for name, each in environment.items() if name.endswith(("SECRET", "TOKEN"))}
        secrets |= {each.rpartition(":")[2] for each in secrets} | {json.loads(key)["d"]}
        monkeypatch.setattr(Echo, "secrets", tuple(sorted(secrets)))
        monkeypatch.setattr(Echo, "status", status)
        for arguments in (("-v",), ("--format", "json")):
            done = CliRunner().invoke(app, ["doctor", *arguments], env=environment)
            assert done.exit_code in (0, 2)
            for secret in secrets | {*tenant.tenant.tokens._issued}:
                assert secret not in done.output
