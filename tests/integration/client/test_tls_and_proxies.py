"""Certificates and proxies of the environment."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._emulator import Emulator

Connect = Callable[..., PolicyClient]
Serve = Callable[[Callable[[socket.socket], None]], str]


def test_the_error_for_an_untrusted_certificate_names_ssl_cert_file(
    tls_tenant: Emulator, connect: Connect
) -> None:
    client = connect(serverUrl=tls_tenant.url, accessToken=tls_tenant.access_token)
    with pytest.raises(errors.NoAnswerError, match="certificate") as caught:
        client.create({})
    assert "SSL_CERT_FILE" in caught.value.advice
    assert not caught.value.ambiguous
    assert tls_tenant.requests == []


def test_an_authority_in_ssl_cert_file_is_trusted(
    tls_tenant: Emulator, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_tenant.ca_file))
    client = connect(
        serverUrl=tls_tenant.url,
        clientId=tls_tenant.client_id,
        clientSecret=tls_tenant.client_secret,
    )
    assert [*client.list()]


def test_a_client_id_alone_names_its_tenant(
    tls_tenant: Emulator, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_tenant.ca_file))
    client = connect(clientId=tls_tenant.client_id, clientSecret=tls_tenant.client_secret)
    assert [*client.list()]


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_unreadable_authority_raises_a_settings_error(
    content: str | None, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(errors.SettingsError, match="SSL_CERT_FILE"):
        connect(serverUrl="https://acme.conductor.one", accessToken="token")


def test_https_to_a_plain_http_server_raises_an_error(
    connect: Connect, c1_tenant: Emulator
) -> None:
    url = c1_tenant.url.replace("http://", "https://")
    client = connect(serverUrl=url, accessToken="token", requestDeadline="5")
    with pytest.raises(errors.NoAnswerError, match="TLS"):
        client.create({})


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.usefixtures("no_proxies")
def test_a_server_on_this_machine_is_reached_without_a_proxy(
    connect: Connect, c1_tenant: Emulator, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port}")
    client = connect(serverUrl=c1_tenant.url, accessToken=c1_tenant.access_token)
    assert [*client.list()]


@pytest.mark.usefixtures("no_proxies")
def test_another_host_is_reached_through_the_proxy(
    connect: Connect, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    proxy = serve(lambda connection: connection.sendall(refuse))
    monkeypatch.setenv("HTTPS_PROXY", proxy.replace("http://", "http://user:canary@"))
    client = connect(
        serverUrl="https://acme.conductor.one", accessToken="token", requestDeadline="0.3"
    )
    with pytest.raises(errors.NoAnswerError, match="the proxy refused") as caught:
        client.create({})
    assert not caught.value.ambiguous
    assert "canary" not in f"{caught.value} {caught.value.__cause__!r}"


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("proxy", ["ftp://canary", "canary:80:80"])
def test_the_error_for_a_malformed_proxy_does_not_show_it(
    proxy: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(errors.SettingsError, match="HTTPS_PROXY") as caught:
        connect(serverUrl="https://acme.conductor.one", accessToken="token")
    assert "canary" not in str(caught.value)
