"""Clients of an emulated tenant, and servers on a real socket that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from pulumi_c1policy._client import settings
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._emulator import Emulator

Serve = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def connect() -> Iterator[Callable[..., PolicyClient]]:
    """Return a function from config values to a client on the real network."""
    clients: list[PolicyClient] = []

    def connect(**config: str) -> PolicyClient:
        client = PolicyClient(settings.load(config, {}))
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def client(c1_tenant: Emulator, connect: Callable[..., PolicyClient]) -> PolicyClient:
    """Return a client of the emulated tenant, with a client id and secret."""
    return connect(
        serverUrl=c1_tenant.url,
        clientId=c1_tenant.client_id,
        clientSecret=c1_tenant.client_secret,
    )


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that runs a handler for each connection and returns the server's URL."""
    listeners: list[socket.socket] = []

    def serve(handle: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=run, args=[connection], daemon=True).start()

        def run(connection: socket.socket) -> None:
            try:
                with connection:
                    _read_request(connection)
                    handle(connection)
            except OSError:
                pass  # The client closed the connection.

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    for listener in listeners:
        # `close` alone does not wake a thread in `accept`.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _read_request(connection: socket.socket) -> None:
    # Read all of it: closing a socket with unread bytes resets the connection.
    with connection.makefile("rb") as stream:
        length = 0
        for line in iter(stream.readline, b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            if not line.strip():
                break
        stream.read(length)


@pytest.fixture
def credentials() -> dict[str, str]:
    """Return a client id and its secret, for servers that accept any."""
    with Emulator() as tenant:
        return {"clientId": tenant.client_id, "clientSecret": tenant.client_secret}


@pytest.fixture
def unused_port() -> int:
    """Return a port of this machine at which no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def tls_tenant() -> Iterator[Emulator]:
    """Yield an emulated tenant with TLS, whose certificate authority is not trusted."""
    with Emulator(tls=True) as tenant:
        yield tenant
