"""A GET of the policy directly precedes each write, and follows any wait.

The server on real sockets records the order and the times of the requests.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._emulator import certificates
from tests.integration.client.recorder import (
    Proxy,
    Recorder,
    cut,
    reject_token,
    throttle,
)

pytestmark = pytest.mark.slow

ADDRESS = (
    "192.0.2.1"  # Reserved for documentation (RFC 5737); only the proxy of a test can reach it.
)
Connect = Callable[..., PolicyClient]
Record = Callable[..., Recorder]


@pytest.fixture
def record() -> Iterator[Record]:
    """Return a function that starts a recording server."""
    servers: list[Recorder] = []

    def record(**behaviour: Any) -> Recorder:
        servers.append(Recorder(**behaviour))
        return servers[-1]

    yield record
    for server in servers:
        server.stop()


@pytest.fixture
def secret(c1_tenant: Any) -> dict[str, str]:
    """Return a credential that can renew its token."""
    return {"clientId": "fox@localhost/spc", "clientSecret": c1_tenant.client_secret}


def build_tls(folder: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return the TLS of a server at an address; clients trust its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.write(folder, address))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / certificates.AUTHORITY))
    return context


def write(client: PolicyClient, method: str) -> list[str]:
    """Update or delete the policy; return its display name at each look."""
    seen: list[str] = []

    def body_for(policy: dict[str, Any]) -> dict[str, Any]:
        seen.append(policy["displayName"])
        return {"description": f"of {policy['displayName']}"}

    if method == "POST":
        client.update("p1", ["description"], body_for)
    else:
        client.delete("p1", lambda policy: bool(body_for(policy)))
    return seen


def require_decision_on_last_look(server: Recorder, seen: list[str]) -> None:
    last = [each for each in server.arrivals if each.is_look][-1]
    assert last.shown is not None
    assert seen[-1] == last.shown["displayName"]
    (*_, sent) = [each for each in server.arrivals if each.is_write]
    if sent.method == "POST":
        assert sent.value["policy"] == {"description": f"of {seen[-1]}"}


@pytest.mark.parametrize("closes", [False, True], ids=["keeps", "closes"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    ("replies", "look_replies"),
    [
        ([], []),
        ([throttle(429, 0.2)], []),
        ([throttle(429, 0.2), throttle(429, 0.2)], []),
        ([], [throttle(429, 0.2)]),
        ([throttle(503, 0.2)], []),
        ([cut], []),
        ([], [cut]),
        ([reject_token], []),
        ([], [reject_token]),
        ([throttle(503, 0.2), reject_token], [reject_token]),
    ],
    ids=[
        "at once",
        "throttled",
        "throttled twice",
        "look throttled",
        "unavailable",
        "cut",
        "look cut",
        "token rejected",
        "token rejected at the look",
        "all",
    ],
)
def test_a_look_after_the_wait_precedes_each_attempt(
    replies: list[Any],
    look_replies: list[Any],
    method: str,
    closes: bool,
    record: Record,
    connect: Connect,
    secret: dict[str, str],
) -> None:
    server = record(replies=[*replies], look_replies=[*look_replies], closes=closes)
    client = connect(serverUrl=f"http://127.0.0.1:{server.port}", **secret)
    seen = write(client, method)
    assert server.require_looks() == 1 + len(replies)
    require_decision_on_last_look(server, seen)
    if replies:
        assert seen[0] != seen[-1]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_slow_connection_is_followed_by_a_look(
    tls: bool,
    method: str,
    record: Record,
    connect: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = build_tls(tmp_path, "127.0.0.1", monkeypatch) if tls else None
    server = record(closes=True, slow_seconds=0.3, tls=context)
    scheme = "https" if tls else "http"
    client = connect(serverUrl=f"{scheme}://127.0.0.1:{server.port}", accessToken="token")
    seen = write(client, method)
    assert server.require_looks() == 1
    assert [each.is_look for each in server.arrivals] == [True, True, False]
    require_decision_on_last_look(server, seen)


def test_an_edit_during_a_slow_handshake_changes_the_decision(
    record: Record, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = build_tls(tmp_path, "127.0.0.1", monkeypatch)
    server = record(closes=True, slow_seconds=0.2, tls=context)
    client = connect(serverUrl=f"https://127.0.0.1:{server.port}", accessToken="token")
    seen: list[str] = []

    def body_for(policy: dict[str, Any]) -> dict[str, Any]:
        seen.append(policy["displayName"])
        if len(seen) == 1:
            server.edit()  # The write has no connection yet.
        return {"description": f"of {policy['displayName']}"}

    client.update("p1", ["description"], body_for)
    assert server.require_looks() == 1
    require_decision_on_last_look(server, seen)
    assert seen[0] != seen[-1]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_wait_of_another_thread_is_followed_by_a_look(
    method: str, record: Record, connect: Connect
) -> None:
    server = record(replies=[throttle(429, 0.4)])
    client = connect(serverUrl=f"http://127.0.0.1:{server.port}", accessToken="token")
    seen: list[str] = []
    with ThreadPoolExecutor(1) as threads:

        def throttle_another_thread() -> None:
            """Let another thread get a 429, and wait until it holds every thread."""
            other = threads.submit(client.delete, "p1", lambda _: True)
            while not client._transport._pace.is_held():
                assert not other.done()

        def body_for(policy: dict[str, Any]) -> dict[str, Any]:
            seen.append(policy["displayName"])
            if len(seen) == 1:
                throttle_another_thread()
            return {"description": f"of {policy['displayName']}"}

        if method == "POST":
            client.update("p1", ["description"], body_for)
        else:
            client.delete("p1", lambda policy: bool(body_for(policy)))
    assert seen[0] != seen[-1]
    # Two threads write after the wait, so both looks may precede both writes.
    (_, until) = server.holds[0]
    looks = [each.at for each in server.arrivals if each.is_look]
    for each in server.arrivals:
        if each.is_write and each.at > until - 0.05:
            assert any(until <= at < each.at for at in looks)
    assert sum(each.is_write for each in server.arrivals) == 3


@pytest.fixture
def proxy() -> Iterator[Callable[..., str]]:
    """Return a function that starts a proxy to one port of this machine and returns its URL."""
    proxies: list[Proxy] = []

    def proxy(port: int, slow_seconds: float = 0.0) -> str:
        proxies.append(Proxy(port, slow_seconds))
        return proxies[-1].url

    yield proxy
    for each in proxies:
        each.stop()


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("closes", [False, True], ids=["keeps", "closes"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_slow_tunnel_is_followed_by_a_look(
    method: str,
    closes: bool,
    record: Record,
    proxy: Callable[..., str],
    connect: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = record(closes=closes, tls=build_tls(tmp_path, ADDRESS, monkeypatch), replies=[cut])
    monkeypatch.setenv("HTTPS_PROXY", proxy(server.port, slow_seconds=0.1))
    client = connect(serverUrl=f"https://{ADDRESS}", accessToken="token")
    started = time.monotonic()
    seen = write(client, method)
    assert time.monotonic() - started > 0.1
    assert server.require_looks() == 2
    require_decision_on_last_look(server, seen)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("through", ["nothing", "proxy"])
def test_canary_httpx_uses_our_network_for_every_connection(
    scheme: str,
    through: str,
    record: Record,
    proxy: Callable[..., str],
    connect: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`Network.install` sets two private attributes of httpx and one of httpcore.

    If this fails after an upgrade, socket calls do not end at the deadline, Ctrl-C cannot end a
    connect, and `cut` has no effect. Change `install` to find the pools of the new httpx.
    """
    address = ADDRESS if through == "proxy" else "127.0.0.1"
    context = build_tls(tmp_path, address, monkeypatch) if scheme == "https" else None
    server = record(tls=context)
    port = 443 if through == "proxy" else server.port
    config = {"serverUrl": f"{scheme}://{address}:{port}", "allowInsecureHttp": "true"}
    if through == "proxy":
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", proxy(server.port))
    client = connect(accessToken="token", **config)
    assert client.get("p1")["id"] == "p1"
    network = client._transport._exchanges._network
    (held,) = [each for each in network._open if each.fileno() >= 0]
    assert isinstance(held, ssl.SSLSocket) is (scheme == "https")
    client.cut()
    assert held.recv(1) == b"", "`cut` did not reach the connection that httpx uses"
