"""Failures of networks: no connection, cut and slow answers, certificates, proxies."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._emulator import Emulator, Fault

Connect = Callable[..., PolicyClient]
Serve = Callable[[Callable[[socket.socket], None]], str]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
POLICY = b'{"policy": {"id": "p1"}}'


def test_a_refused_connection_raises_an_error(connect: Connect, unused_port: int) -> None:
    client = connect(serverUrl=f"http://127.0.0.1:{unused_port}", accessToken="token")
    with pytest.raises(errors.NoAnswerError, match="could not be reached") as caught:
        client.create({})
    assert not caught.value.ambiguous
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


def test_the_error_for_an_unknown_host_names_the_server_url(connect: Connect) -> None:
    client = connect(serverUrl="https://tenant.invalid", accessToken="token", requestDeadline="1")
    with pytest.raises(errors.NoAnswerError) as caught:
        client.get("p1")
    assert "c1policy:serverUrl" in caught.value.advice


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        OK + b"Content-Length: 1000\r\n\r\n" + POLICY,
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"this is not HTTP\r\n\r\n",
    ],
)
def test_a_create_with_a_cut_answer_is_ambiguous_and_sent_once(
    answer: bytes, connect: Connect, serve: Serve
) -> None:
    served: list[socket.socket] = []

    def handle(connection: socket.socket) -> None:
        served.append(connection)
        connection.sendall(answer)

    client = connect(serverUrl=serve(handle), accessToken="token")
    with pytest.raises(errors.NoAnswerError) as caught:
        client.create({})
    assert caught.value.ambiguous
    assert len(served) == 1


@pytest.mark.parametrize(
    ("head", "body", "error", "said"),
    [
        (
            b"500 Internal Server Error",
            b'{"code":2,"message":"provision steps are not allowed in policies","details":[]}',
            errors.InvalidRequestError,
            "set on the entitlement",
        ),
        (b"520 Unknown", b"", errors.ServerError, "may have been made"),
        (b"499 Closed", b"", errors.ServerError, "may have been made"),
        (
            b"301 Moved\r\nLocation: /api/v1/policies",
            b"",
            errors.AnswerError,
            "not followed",
        ),
        (
            b'401 No\r\nWWW-Authenticate: DPoP algs="ES256"',
            b"",
            errors.AuthenticationError,
            "bearer tokens only",
        ),
    ],
    ids=["rejection", "520", "499", "redirect", "dpop"],
)
def test_a_create_with_an_error_answer_is_sent_once(
    head: bytes,
    body: bytes,
    error: type[errors.APIError],
    said: str,
    connect: Connect,
    serve: Serve,
) -> None:
    served: list[socket.socket] = []

    def handle(connection: socket.socket) -> None:
        served.append(connection)
        length = b"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall(b"HTTP/1.1 " + head + length + body)

    client = connect(serverUrl=serve(handle), accessToken="token")
    with pytest.raises(error, match=said) as caught:
        client.create({})
    assert caught.value.ambiguous is (said == "may have been made")
    assert len(served) == 1


def test_a_read_with_a_cut_answer_is_repeated(connect: Connect, serve: Serve) -> None:
    served: list[socket.socket] = []

    def handle(connection: socket.socket) -> None:
        served.append(connection)
        if len(served) == 2:
            connection.sendall(OK + b"Connection: close\r\n\r\n" + POLICY)

    client = connect(serverUrl=serve(handle), accessToken="token")
    assert client.get("p1") == {"id": "p1"}
    assert len(served) == 2


def drip(connection: socket.socket) -> None:
    """Send an answer byte by byte, without an end."""
    connection.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
    never = threading.Event()
    while not never.wait(0.02):
        connection.sendall(b" ")


def say_nothing(connection: socket.socket) -> None:
    connection.recv(1)


@pytest.mark.parametrize("handle", [drip, say_nothing])
def test_a_slow_answer_ends_at_the_deadline(
    handle: Callable[[socket.socket], None], connect: Connect, serve: Serve
) -> None:
    client = connect(serverUrl=serve(handle), accessToken="token", requestDeadline="0.3")
    started = time.monotonic()
    with pytest.raises(errors.NoAnswerError) as caught:
        client.create({})
    assert caught.value.ambiguous
    assert time.monotonic() - started < 5


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answer=st.binary(max_size=300)
    | st.binary(max_size=200).map(lambda body: OK + b"\r\n" + body)
    | st.binary(max_size=100).map(lambda header: OK + header + b"\r\n\r\n" + POLICY)
)
def test_any_bytes_give_a_result_or_an_api_error(
    answer: bytes, connect: Connect, serve: Serve
) -> None:
    client = connect(
        serverUrl=serve(lambda connection: connection.sendall(answer)),
        accessToken="token",
        requestDeadline="0.5",
    )
    with client, contextlib.suppress(errors.APIError):
        client.create({})


def test_closing_the_client_ends_the_wait_of_a_throttled_call(
    connect: Connect, serve: Serve
) -> None:
    arrived, ended = threading.Event(), threading.Event()

    def handle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 429 Slow\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n")
        arrived.set()
        connection.recv(1)

    client = connect(serverUrl=serve(handle), accessToken="token")

    def call() -> None:
        with pytest.raises(errors.RateLimitError):
            client.get("p1")
        ended.set()

    thread = threading.Thread(target=call)
    thread.start()
    assert arrived.wait(10)
    client.close()
    assert ended.wait(10)
    thread.join()


def test_closing_the_client_does_not_lose_the_answer_to_a_write(
    connect: Connect, serve: Serve
) -> None:
    arrived, closed = threading.Event(), threading.Event()
    answers: list[object] = []

    def handle(connection: socket.socket) -> None:
        arrived.set()
        closed.wait(10)
        connection.sendall(OK + b"Connection: close\r\n\r\n" + POLICY)

    client = connect(serverUrl=serve(handle), accessToken="token")
    thread = threading.Thread(target=lambda: answers.append(client.create({})))
    thread.start()
    assert arrived.wait(10)
    client.close()
    closed.set()
    thread.join(10)
    assert answers == [{"id": "p1"}]
    with pytest.raises(errors.NoAnswerError, match="interrupted"):
        client.get("p1")


def test_cutting_a_closed_client_ends_the_waits_for_answers(
    tls_tenant: Emulator, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_tenant.ca_file))
    client = connect(serverUrl=tls_tenant.url, accessToken=tls_tenant.access_token)
    client.validate_cel("true")  # This makes one connection; the other one is made later.
    tls_tenant.set_faults(Fault(do="delay", seconds=60.0, times=None))
    tls_tenant.clear_requests()
    with ThreadPoolExecutor(2) as threads:
        calls = [threads.submit(client.get, "p1"), threads.submit(client.create, {})]
        while len(tls_tenant.requests) < len(calls):
            pass
        client.close()
        client.cut()
        read, written = (call.exception(timeout=30) for call in calls)
    assert isinstance(read, errors.NoAnswerError)
    assert isinstance(written, errors.NoAnswerError)
    assert (read.ambiguous, written.ambiguous) == (False, True)


def test_nothing_is_sent_on_a_connection_made_after_close(
    connect: Connect, c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect(serverUrl=c1_tenant.url, accessToken=c1_tenant.access_token)
    connecting, closed, make = threading.Event(), threading.Event(), socket.create_connection

    def slow(*args: Any, **named: Any) -> socket.socket:
        connecting.set()
        assert closed.wait(10)
        return make(*args, **named)

    monkeypatch.setattr(socket, "create_connection", slow)
    with ThreadPoolExecutor(1) as thread:
        call = thread.submit(client.create, {})
        assert connecting.wait(10)
        client.close()
        closed.set()
        error = call.exception(timeout=10)
    assert isinstance(error, errors.NoAnswerError)
    assert "Nothing was sent" in error.summary
    assert not error.ambiguous
    assert c1_tenant.requests == []
