"""The checks of the doctor that need a tenant, over real HTTP and TLS, with faults."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pulumi_c1policy._client import settings
from pulumi_c1policy._doctor import examination
from pulumi_c1policy._doctor.findings import DoctorFinding
from pulumi_c1policy._emulator import Emulator, Fault, certificates

Ask = Callable[..., dict[str, DoctorFinding]]
ServeTls = Callable[..., dict[str, str]]


@pytest.fixture
def ask(c1_tenant: Emulator, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run the checks that need the network, and return their findings by check."""

    def examine(**changes: str) -> dict[str, DoctorFinding]:
        environment = c1_tenant.environment | changes
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        found = examination.examine_tenant(settings.load({}, environment), [], os.environ)
        return {each.check: each for each in found}

    return examine


@pytest.fixture
def serve_tls(tmp_path: Path) -> Iterator[ServeTls]:
    """Return a function that serves TLS, answers 401 to everything, and returns its settings."""
    listeners: list[socket.socket] = []

    def serve(lifetime: timedelta, *, headers: bytes = b"") -> dict[str, str]:
        file = certificates.write(tmp_path, "127.0.0.1", lifetime)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        answer = b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n"

        def accept() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(plain, server_side=True) as connection:
                        connection.recv(65536)
                        connection.sendall(answer + headers + b"\r\n")
                except OSError:
                    pass  # The client does not trust the certificate.

        threading.Thread(target=accept, daemon=True).start()
        return {
            "CONDUCTORONE_SERVER_URL": f"https://127.0.0.1:{listener.getsockname()[1]}",
            "CONDUCTORONE_ACCESS_TOKEN": "token-of-the-test",
            "SSL_CERT_FILE": str(tmp_path / certificates.AUTHORITY),
        }

    yield serve
    for listener in listeners:
        # `close` alone does not wake a thread in `accept`.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.mark.parametrize(
    ("path", "status", "check", "result"),
    [
        ("/auth/v1/token", 401, "access-token", "not-right"),
        ("introspect", 403, "client", "cannot-tell"),
        ("introspect", 404, "client", "cannot-tell"),
        ("/api/v1/policies", 403, "policies", "not-right"),
    ],
)
def test_an_error_of_the_tenant_is_a_finding_of_its_check(
    ask: Ask, c1_tenant: Emulator, path: str, status: int, check: str, result: str
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=status, path=path, times=None))
    found = ask()
    assert [name for name, each in found.items() if each.status == "not-right"] == (
        [check] if result == "not-right" else []
    )
    assert found[check].status == result
    assert found[check].details == {"status": status}
    assert str(status) in found[check].text
    assert found[check].advice


def test_an_access_token_that_the_tenant_does_not_accept_is_not_right(ask: Ask) -> None:
    found = ask(CONDUCTORONE_ACCESS_TOKEN="token-of-nobody")
    assert (found["client"].status, found["policies"].status) == ("not-right", "not-right")
    assert "CONDUCTORONE_ACCESS_TOKEN" in found["policies"].advice


def test_a_server_that_is_no_tenant_is_not_right(ask: Ask, c1_tenant: Emulator) -> None:
    c1_tenant.set_faults(Fault(do="html", times=None))
    found = ask()
    assert found["access-token"].status == "not-right"
    assert "HTML" in found["access-token"].text


def test_a_server_that_never_answers_ends_with_the_deadline(ask: Ask, c1_tenant: Emulator) -> None:
    c1_tenant.set_faults(Fault(do="delay", seconds=60.0, times=None))
    found = ask(CONDUCTORONE_REQUEST_DEADLINE="0.3")
    assert found["connection"].status == "not-right"
    assert "took too long" in found["connection"].text


@pytest.mark.parametrize(("seconds", "phrase"), [(400, "behind"), (-400, "ahead of")])
def test_a_skewed_clock_is_told_beside_the_token_that_it_breaks(
    ask: Ask, c1_tenant: Emulator, seconds: float, phrase: str
) -> None:
    c1_tenant.advance(seconds)
    found = ask()
    assert found["clock"].status == "not-right"
    assert phrase in found["clock"].text
    assert found["clock"].details["skew_seconds"] == pytest.approx(-seconds, abs=10)
    assert found["access-token"].status == "not-right"


def test_tls_is_told_with_its_issuer_and_its_authorities(ask: Ask) -> None:
    with Emulator(tls=True) as tenant:
        found = ask(**tenant.environment, SSL_CERT_FILE=str(tenant.ca_file))
    assert found["tls"].status == "right"
    assert "c1policy emulator, throw-away authority" in found["tls"].text
    assert "TLSv1." in found["tls"].text
    assert found["authorities"].details["variable"] == "SSL_CERT_FILE"


def test_an_unknown_authority_is_not_right(ask: Ask) -> None:
    with Emulator(tls=True) as tenant:
        found = ask(**tenant.environment)
    assert "certificate is not trusted" in found["connection"].text
    assert "SSL_CERT_FILE" in found["connection"].advice


def test_an_expired_certificate_is_not_right(ask: Ask, serve_tls: ServeTls) -> None:
    found = ask(**serve_tls(timedelta(hours=-1)))
    assert found["connection"].status == "not-right"
    assert "certificate has expired" in found["connection"].text


def test_a_certificate_about_to_expire_is_not_right(ask: Ask, serve_tls: ServeTls) -> None:
    assert ask(**serve_tls(timedelta(hours=5)))["tls"].status == "not-right"


@pytest.mark.parametrize("headers", [b"", b"Date: yesterday\r\n"])
def test_a_tenant_that_does_not_tell_its_time_leaves_the_clock_open(
    ask: Ask, serve_tls: ServeTls, headers: bytes
) -> None:
    found = ask(**serve_tls(timedelta(days=30), headers=headers))
    assert found["clock"].status == "cannot-tell"
    assert found["tls"].status == "right"


def test_an_unreadable_file_of_authorities_is_not_right(ask: Ask) -> None:
    found = ask(CONDUCTORONE_SERVER_URL="https://127.0.0.1:1", SSL_CERT_FILE="nowhere.pem")
    assert found["connection"].status == "not-right"
    assert "SSL_CERT_FILE" in found["connection"].text
