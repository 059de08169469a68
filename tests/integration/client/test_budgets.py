"""Hostile servers and Ctrl-C: each wait ends in time, with an error of one line."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpcore
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._emulator import certificates
from tests.integration.client.hostile import DRIPS, Handle, listen, page_forever, read_request
from tests.integration.client.recorder import Listener

pytestmark = pytest.mark.slow

DEADLINE_SECONDS = 0.6
ALLOWED_SECONDS = DEADLINE_SECONDS + 2
GRACE_SECONDS, INTERRUPTED_SECONDS = 3.0, 4.0
Connect = Callable[..., PolicyClient]
Serve = Callable[[Handle], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that runs a handler for each connection and returns the server's URL.

    The handler itself reads the request.
    """
    listeners: list[Listener] = []

    def serve(handle: Handle) -> str:
        listeners.append(listen(handle))
        return f"http://127.0.0.1:{listeners[-1].port}"

    yield serve
    for listener in listeners:
        listener.stop()


@pytest.fixture
def connect_briefly(connect: Connect) -> Callable[[str], PolicyClient]:
    """Return a function from a server's URL to a client with a short deadline."""
    return lambda url: connect(
        serverUrl=url, accessToken="token", requestDeadline=str(DEADLINE_SECONDS)
    )


def require_timely_error(call: Callable[[], object]) -> str:
    """Return the summary of the error of a call, which must end in time."""
    started = time.monotonic()
    with pytest.raises(errors.APIError) as caught:
        call()
    assert time.monotonic() - started < ALLOWED_SECONDS
    summary: str = caught.value.summary
    assert summary.endswith((".", ")"))
    assert len(summary.splitlines()) == 1
    assert len(summary) < 500
    return summary


@pytest.mark.parametrize("drip", DRIPS)
def test_an_endless_answer_ends_at_the_deadline(
    drip: str, serve: Serve, connect_briefly: Callable[[str], PolicyClient]
) -> None:
    client = connect_briefly(serve(DRIPS[drip]))
    require_timely_error(lambda: client.get("p1"))


def test_a_slow_reader_ends_at_the_deadline(
    serve: Serve, connect_briefly: Callable[[str], PolicyClient]
) -> None:
    def handle(connection: socket.socket) -> None:
        never = threading.Event()
        while not never.wait(0.001) and connection.recv(100):
            pass

    client = connect_briefly(serve(handle))
    policy = {"displayName": "x" * 10_000_000}
    assert "took too long" in require_timely_error(lambda: client.create(policy))


@pytest.mark.parametrize("first", [b"", b"\x16\x03\x03\x40\x00\x02"], ids=["silent", "dripping"])
def test_an_endless_tls_handshake_ends_at_the_deadline(
    first: bytes, serve: Serve, connect_briefly: Callable[[str], PolicyClient]
) -> None:
    def handle(connection: socket.socket) -> None:
        connection.sendall(first)
        never = threading.Event()
        while not never.wait(0.01):
            connection.sendall(first[:0] or first[-1:])

    client = connect_briefly(serve(handle).replace("http://", "https://"))
    require_timely_error(lambda: client.get("p1"))


def test_an_endless_answer_over_tls_ends_at_the_deadline(
    serve: Serve,
    connect_briefly: Callable[[str], PolicyClient],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.write(tmp_path, "127.0.0.1"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / certificates.AUTHORITY))

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as inner:
            DRIPS["header"](inner)

    client = connect_briefly(serve(handle).replace("http://", "https://"))
    assert "took too long" in require_timely_error(lambda: client.get("p1"))


@pytest.mark.parametrize("first", [b"", b"\x16\x03\x03\x40\x00\x02"], ids=["silent", "dripping"])
def test_an_endless_tls_handshake_inside_tls_ends_at_the_deadline(
    first: bytes,
    serve: Serve,
    connect_briefly: Callable[[str], PolicyClient],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.write(tmp_path, "127.0.0.1"))
    authority = str(tmp_path / certificates.AUTHORITY)
    # For a proxy, httpx trusts only the authorities of certifi.
    monkeypatch.setattr("certifi.where", lambda: authority)
    asked = threading.Event()

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as outer:
            read_request(outer)
            asked.set()
            outer.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + first)
            never = threading.Event()
            while not never.wait(0.01):
                outer.sendall(first[-1:])

    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HTTPS_PROXY", serve(handle).replace("http://", "https://"))
    client = connect_briefly("https://192.0.2.1")
    require_timely_error(lambda: client.get("p1"))
    assert asked.is_set()


def test_endless_pages_end_at_the_deadline_of_their_operation(
    serve: Serve, connect_briefly: Callable[[str], PolicyClient]
) -> None:
    client = connect_briefly(serve(page_forever(b"")))

    def list_all() -> None:
        with client.share_deadline():
            list(client.list())

    require_timely_error(list_all)


def block_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make name resolution wait for 60 seconds."""

    def resolve(*_: Any, **__: Any) -> None:
        threading.Event().wait(60)
        raise httpcore.ConnectTimeout

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", resolve)


@pytest.fixture
def black_hole() -> Iterator[str]:
    """Yield a server's URL at which connections are neither accepted nor refused."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = listener.getsockname()
        # The kernel accepts one or two connections for the server, and then none.
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"


def test_an_endless_name_resolution_ends_at_the_deadline(
    connect_briefly: Callable[[str], PolicyClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    block_names(monkeypatch)
    client = connect_briefly("https://tenant.invalid")
    assert "could not be reached in time" in require_timely_error(lambda: client.get("p1"))


def test_a_connection_that_is_not_accepted_ends_at_the_deadline(
    black_hole: str, connect_briefly: Callable[[str], PolicyClient]
) -> None:
    client = connect_briefly(black_hole)
    assert "could not be reached in time" in require_timely_error(lambda: client.get("p1"))


def test_ctrl_c_ends_every_phase_within_four_seconds(
    black_hole: str, serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = threading.Semaphore(0)

    def silent(connection: socket.socket) -> None:
        waiting.release()
        while connection.recv(1000):
            pass

    def slow(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 429 Slow\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n")
        waiting.release()
        connection.recv(1)

    resolving = threading.Event()
    make = httpcore.SyncBackend.connect_tcp

    def resolve(backend: Any, host: str, *rest: Any) -> Any:
        if host == "tenant.invalid":
            waiting.release()
            resolving.wait(60)
            raise httpcore.ConnectTimeout
        elif black_hole.endswith(f":{rest[0]}"):
            waiting.release()
        return make(backend, host, *rest)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", resolve)
    silence = serve(silent)
    phases = {
        "resolving": "https://tenant.invalid",
        "connecting": black_hole,
        "TLS": silence.replace("http://", "https://"),
        "answer": silence,
        "Retry-After": serve(slow),
    }
    clients = {name: connect(serverUrl=url, accessToken="t") for name, url in phases.items()}

    def call(name: str) -> tuple[str, float]:
        with pytest.raises(errors.APIError) as caught:
            clients[name].get("p1")
        return caught.value.summary, time.monotonic()

    with ThreadPoolExecutor(len(phases)) as threads:
        calls = {name: threads.submit(call, name) for name in phases}
        for _ in phases:
            assert waiting.acquire(timeout=10)
        interrupted_at = time.monotonic()
        for client in clients.values():
            client.close()
            timer = threading.Timer(GRACE_SECONDS, client.cut)
            timer.daemon = True
            timer.start()
        took = {name: each.result(timeout=30)[1] - interrupted_at for name, each in calls.items()}
    resolving.set()
    assert {name: seconds for name, seconds in took.items() if seconds > INTERRUPTED_SECONDS} == {}
    assert {name for name, seconds in took.items() if seconds < 1} == {
        "resolving",
        "connecting",
        "Retry-After",
    }
