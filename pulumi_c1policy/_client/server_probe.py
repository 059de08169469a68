"""One request without a credential, for the facts about the way to a tenant: proxy, TLS, clock.

Nothing is repeated: a person waits for the answer of `c1policy doctor`.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from pulumi_c1policy._client import connection_failures
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.exchange import build_http_client
from pulumi_c1policy._client.network import Network
from pulumi_c1policy._client.outcomes import Call, OutcomeKind

PATH: Final = "/api/v1/auth/introspect"
_CALL: Final = Call(OutcomeKind.HELP, "GET", PATH)
_PROXY_VARIABLES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """The TLS of a connection.

    Attributes:
        version: The version of the protocol, such as `TLSv1.3`.
        issuer: The names in the issuer of the server's certificate.
        expires_at: The end of that certificate, in seconds since 1970.
    """

    version: str
    issuer: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class ServerProbe:
    """The answer of a server to a request without a credential.

    Attributes:
        status: The HTTP status.
        skew: The seconds by which this machine's clock is ahead of the server's; None if the server
            does not tell its time.
        tls: The TLS of the connection; None for plain http.
    """

    status: int
    skew: float | None
    tls: TlsFacts | None


def find_proxy(server_url: str) -> str:
    """Return scheme, host and port of the proxy to a server; "" without one.

    Raises:
        SettingsError: SSL_CERT_FILE or a proxy in the environment cannot be used.
    """
    with build_http_client(server_url) as client:
        # httpx has no public way to ask for the proxy of a URL.
        transport = client._transport_for_url(httpx.URL(server_url))
        pool = getattr(transport, "_pool", None)
        url = getattr(pool, "_proxy_url", None)
    if url is None:
        return ""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme.decode()}://{url.host.decode()}{port}"


def find_proxy_variable(proxy: str, env: Mapping[str, str]) -> str:
    """Return the environment variable that names a proxy; "" if none does.

    Args:
        proxy: The result of `find_proxy`.
        env: The environment variables.
    """
    host = proxy.partition("://")[2]
    for name in _PROXY_VARIABLES:
        for spelling in (name.lower(), name):
            if host and host in env.get(spelling, ""):
                return spelling
    return ""


def find_authorities(env: Mapping[str, str]) -> str:
    """Return the variable with the user's own certificate authorities; "" without one."""
    return next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if env.get(name)), "")


def probe(server_url: str, seconds: float) -> ServerProbe:
    """Send one request, and return the facts about its connection and its answer.

    Args:
        server_url: The root of the tenant's server.
        seconds: The time limit of the request.

    Raises:
        NoAnswerError: The server did not answer.
        SettingsError: SSL_CERT_FILE or a proxy in the environment cannot be used.
    """
    clock = ClientClock()
    network, deadline = Network(clock), clock.monotonic() + seconds
    with build_http_client(server_url) as client:
        network.install(client)
        request = client.build_request("GET", f"{server_url}{PATH}", timeout=seconds)
        try:
            with network.limit_until(deadline):
                sent_at = clock.wall()
                response = client.send(request, stream=True)
                answered_at = clock.wall()
                tls = _read_tls(response)
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise connection_failures.describe(_CALL, error).to_error() from error
    skew = _measure_skew(response.headers.get("date"), sent_at, answered_at)
    return ServerProbe(response.status_code, skew, tls)


def _measure_skew(date: str | None, sent_at: float, answered_at: float) -> float | None:
    """Return the seconds by which this machine is ahead; zero within the time of the request."""
    try:
        server = parsedate_to_datetime(date or "").timestamp()
    except (ValueError, OverflowError):
        return None
    # The header has whole seconds, cut off.
    if sent_at - 1 <= server <= answered_at:
        return 0.0
    return (sent_at - 1 if server < sent_at else answered_at) - server


def _read_tls(response: httpx.Response) -> TlsFacts | None:
    stream = response.extensions.get("network_stream")
    # Its class depends on whether a proxy is in between; both have the methods of a TLS socket.
    connection = stream.get_extra_info("ssl_object") if stream is not None else None
    if connection is None:
        return None
    certificate: Mapping[str, Any] = connection.getpeercert() or {}
    parts = {name: text for group in certificate.get("issuer", ()) for name, text in group}
    names = [parts[name] for name in ("organizationName", "commonName") if parts.get(name)]
    ends = ssl.cert_time_to_seconds(certificate["notAfter"]) if "notAfter" in certificate else 0
    return TlsFacts(connection.version() or "", ", ".join(names), float(ends))
