"""Each write directly follows a GET of its policy that is younger than any wait.

The judge is a server on real sockets, which records the order and the time of what arrives.
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
    not_let_in,
    throttled,
)

ADDRESS = "192.0.2.1"  # Of documentation: only the proxy of a test knows where it is.
Connect = Callable[..., PolicyClient]
Record = Callable[..., Recorder]


@pytest.fixture
def record() -> Iterator[Record]:
    """A function that starts a recording server."""
    servers: list[Recorder] = []

    def record(**behaviour: Any) -> Recorder:
        servers.append(Recorder(**behaviour))
        return servers[-1]

    yield record
    for server in servers:
        server.stop()


@pytest.fixture
def secret(c1_tenant: Any) -> dict[str, str]:
    """A credential that gets a token, and another one where that is refused."""
    return {"clientId": "fox@localhost/spc", "clientSecret": c1_tenant.client_secret}


def tls_of(folder: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return a server's TLS for an address, which clients trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.write(folder, address))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / certificates.AUTHORITY))
    return context


def write(client: PolicyClient, method: str) -> list[str]:
    """Update or delete the policy; return the names that the looks showed."""
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
        ([throttled(429, 0.2)], []),
        ([throttled(429, 0.2), throttled(429, 0.2)], []),
        ([], [throttled(429, 0.2)]),
        ([throttled(503, 0.2)], []),
        ([cut], []),
        ([], [cut]),
        ([not_let_in], []),
        ([], [not_let_in]),
        ([throttled(503, 0.2), not_let_in], [not_let_in]),
    ],
    ids=[
        "at once",
        "throttled",
        "throttled twice",
        "look throttled",
        "unavailable",
        "cut",
        "look cut",
        "token refused",
        "token refused at the look",
        "all",
    ],
)
def test_each_attempt_follows_a_look_after_the_wait(
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
def test_a_look_follows_a_connection_that_was_slow_to_come(
    tls: bool,
    method: str,
    record: Record,
    connect: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = tls_of(tmp_path, "127.0.0.1", monkeypatch) if tls else None
    server = record(closes=True, slow_seconds=0.3, tls=context)
    scheme = "https" if tls else "http"
    client = connect(serverUrl=f"{scheme}://127.0.0.1:{server.port}", accessToken="token")
    seen = write(client, method)
    assert server.require_looks() == 1
    assert [each.is_look for each in server.arrivals] == [True, True, False]
    require_decision_on_last_look(server, seen)


def test_an_edit_during_a_slow_handshake_is_decided_upon(
    record: Record, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = tls_of(tmp_path, "127.0.0.1", monkeypatch)
    server = record(closes=True, slow_seconds=0.2, tls=context)
    client = connect(serverUrl=f"https://127.0.0.1:{server.port}", accessToken="token")
    seen: list[str] = []

    def body_for(policy: dict[str, Any]) -> dict[str, Any]:
        seen.append(policy["displayName"])
        if len(seen) == 1:
            server.edit()  # The connection for the write is still to come.
        return {"description": f"of {policy['displayName']}"}

    client.update("p1", ["description"], body_for)
    assert server.require_looks() == 1
    require_decision_on_last_look(server, seen)
    assert seen[0] != seen[-1]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_look_follows_the_wait_that_another_thread_was_asked_for(
    method: str, record: Record, connect: Connect
) -> None:
    server = record(replies=[throttled(429, 0.4)])
    client = connect(serverUrl=f"http://127.0.0.1:{server.port}", accessToken="token")
    seen: list[str] = []
    with ThreadPoolExecutor(1) as threads:

        def throttle() -> None:
            """Let another thread be throttled, and wait until every thread has to."""
            other = threads.submit(client.delete, "p1", lambda _: True)
            while not client._transport._pace.is_held():
                assert not other.done()

        def body_for(policy: dict[str, Any]) -> dict[str, Any]:
            seen.append(policy["displayName"])
            if len(seen) == 1:
                throttle()
            return {"description": f"of {policy['displayName']}"}

        if method == "POST":
            client.update("p1", ["description"], body_for)
        else:
            client.delete("p1", lambda policy: bool(body_for(policy)))
    assert seen[0] != seen[-1]
    # Two threads write after the wait, so that their looks may stand beside each other.
    (_, until) = server.holds[0]
    looks = [each.at for each in server.arrivals if each.is_look]
    for each in server.arrivals:
        if each.is_write and each.at > until - 0.05:
            assert any(until <= at < each.at for at in looks)
    assert sum(each.is_write for each in server.arrivals) == 3


@pytest.fixture
def proxy() -> Iterator[Callable[..., str]]:
    """A function that starts a proxy to one port of this machine, and returns its URL."""
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
def test_a_look_follows_a_tunnel_that_was_slow_to_come(
    method: str,
    closes: bool,
    record: Record,
    proxy: Callable[..., str],
    connect: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = record(closes=closes, tls=tls_of(tmp_path, ADDRESS, monkeypatch), replies=[cut])
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
def test_canary_every_connection_of_httpx_is_one_of_our_network(
    scheme: str,
    through: str,
    record: Record,
    proxy: Callable[..., str],
    connect: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`Network.carry` sets two private attributes of httpx and one of httpcore.

    If this fails after an upgrade, then no call of a socket ends at the deadline, Ctrl-C cannot end
    a connect, and `cut` ends nothing: `carry` has to find the pools of the new httpx.
    """
    address = ADDRESS if through == "proxy" else "127.0.0.1"
    context = tls_of(tmp_path, address, monkeypatch) if scheme == "https" else None
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
