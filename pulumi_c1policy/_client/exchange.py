"""One HTTP request and its answer, within a deadline.

This module owns the connection pool, its TLS and its proxies. It knows no credentials and no
retries.
"""

from __future__ import annotations

import importlib.metadata
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from pulumi_c1policy._client import bodies, connection_failures, tenant_address
from pulumi_c1policy._client.answers import Answer
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.network import ClosedError, Network
from pulumi_c1policy._client.outcomes import Call, Failure, OutcomeKind
from pulumi_c1policy._client.pace import INTERRUPTED
from pulumi_c1policy.errors import SettingsError

_MAX_CONNECT_SECONDS = 10.0
_MAX_READ_SECONDS = 30.0
# The part of the remaining time that a write leaves for looking for its effect afterwards.
_LOOK_SECONDS, _LOOK_SHARE = 10.0, 0.25
# The engine has 4 threads; a program that uses the client itself may have more, and a write may
# need a second connection for its look. Idle connections are dropped before a load balancer drops
# them (at 60 seconds), because a write on a dying connection is ambiguous.
_LIMITS: Final = httpx.Limits(
    max_connections=64, max_keepalive_connections=16, keepalive_expiry=20.0
)


class Exchanges:
    """The sender of single requests through one pool; threads share it."""

    def __init__(
        self,
        server_url: str,
        clock: ClientClock,
        closed: threading.Event,
        transport: httpx.BaseTransport | None,
    ) -> None:
        """Open the pool; nothing is sent yet.

        Args:
            server_url: The root of the tenant's server.
            clock: The clock of the deadlines.
            closed: Set when the client is closed; nothing is sent after it.
            transport: The transport for httpx instead of the network, for tests.

        Raises:
            SettingsError: SSL_CERT_FILE or a proxy in the environment cannot be used.
        """
        self._clock = clock
        self._closed = closed
        self._lock = threading.Lock()
        self._in_flight = 0
        self._network = Network(clock)
        self._http = build_http_client(server_url, transport)
        if transport is None:
            self._network.install(self._http)

    def build_request(
        self,
        method: str,
        url: str,
        **parts: Any,  # noqa: ANN401 (httpx's own)
    ) -> httpx.Request:
        """Return a request for `send`; `parts` are the arguments of httpx."""
        return self._http.build_request(method, url, **parts)

    def send(
        self,
        call: Call,
        request: httpx.Request,
        deadline: float,
        on_connected: Callable[[bool], None] | None = None,
    ) -> Answer | Failure:
        """Send one request, and read its answer to the end or until the deadline.

        Args:
            call: The call, for the failure.
            request: The request.
            deadline: The end, on the monotonic clock.
            on_connected: Called when the request has its connection, before anything is sent on
                it. Its argument tells whether the connection is new. It may raise.
        """
        left = deadline - self._clock.monotonic()
        if left <= 0:
            return connection_failures.describe(call, httpx.PoolTimeout("the deadline is over"))
        request.extensions["timeout"] = _build_timeouts(call.kind, left)
        request.extensions["trace"] = _build_trace(on_connected)
        try:
            with (
                self._network.limit_until(deadline),
                self._count(),
                closing(self._http.send(request, stream=True)) as response,
            ):
                body = bodies.read(response, lambda: self._clock.monotonic() > deadline)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            return connection_failures.describe(call, error)
        except ClosedError:
            return INTERRUPTED
        return Answer(call, response.status_code, response.headers, body)

    def close(self) -> None:
        """Refuse new requests, and close the pool when those under way have their answers."""
        with self._lock:
            self._closed.set()
            idle = not self._in_flight
        self._network.refuse()
        if idle:
            self._http.close()

    def cut(self) -> None:
        """Cut the connections in use, which ends every wait for an answer."""
        self._network.cut()

    @contextmanager
    def _count(self) -> Iterator[None]:
        """Count a request, so that the pool is closed after the last one.

        Closing it earlier would lose the answer to a write that took effect.
        """
        with self._lock:
            if self._closed.is_set():
                raise ClosedError
            self._in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
                last = self._closed.is_set() and not self._in_flight
            if last:
                self._http.close()


def _build_trace(
    on_connected: Callable[[bool], None] | None,
) -> Callable[[str, Mapping[str, Any]], None]:
    """Return a trace function of httpcore that calls `on_connected`."""
    is_new = False

    def trace(event: str, info: Mapping[str, Any]) -> None:
        nonlocal is_new
        if event.endswith("connect_tcp.started"):
            is_new = True
        elif event.endswith("send_request_headers.started"):
            # The request to a proxy for a tunnel precedes the request itself.
            is_tunnel = info["request"].method == b"CONNECT"
            if on_connected is not None and not is_tunnel:
                on_connected(is_new)

    return trace


def _build_timeouts(kind: OutcomeKind, left: float) -> dict[str, float]:
    # A write waits as long as possible, because giving up makes its outcome ambiguous.
    is_write = kind in (OutcomeKind.CREATE, OutcomeKind.UPDATE)
    wait = (
        left - min(_LOOK_SECONDS, _LOOK_SHARE * left) if is_write else min(_MAX_READ_SECONDS, left)
    )
    return {"connect": min(_MAX_CONNECT_SECONDS, left), "read": wait, "write": wait, "pool": left}


def build_http_client(
    server_url: str, transport: httpx.BaseTransport | None = None
) -> httpx.Client:
    """Return a client of httpx with our TLS, proxies and limits.

    Args:
        server_url: The root of the tenant's server.
        transport: The transport for httpx instead of the network, for tests.

    Raises:
        SettingsError: SSL_CERT_FILE or a proxy in the environment cannot be used.
    """
    parts = urlsplit(server_url)
    try:
        return httpx.Client(
            transport=transport,
            # Proxies come from the environment, except for servers on this machine.
            trust_env=not tenant_address.is_loopback(parts.hostname or ""),
            # A transport of the caller does not use this context.
            verify=_build_tls_context(parts.scheme if transport is None else "http"),
            limits=_LIMITS,
            follow_redirects=False,
            # Send no cookies.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": bodies.ENCODING,
                "User-Agent": _build_user_agent(),
            },
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise SettingsError(
            "A proxy in the environment is invalid.",
            "Correct the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; write a proxy "
            "as `http://host:port`.",
        ) from error


def _build_tls_context(scheme: str) -> ssl.SSLContext:
    if scheme == "http":
        # Unused, and empty because reading the authorities takes long.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        # SSL_CERT_FILE and SSL_CERT_DIR replace the authorities that come with certifi.
        return httpx.create_ssl_context()
    except OSError as error:
        raise SettingsError(
            "The file of certificate authorities in SSL_CERT_FILE or SSL_CERT_DIR cannot be read.",
            "Set SSL_CERT_FILE to a readable file of PEM certificates, or unset it.",
        ) from error


def _build_user_agent() -> str:
    try:
        return f"pulumi-c1policy/{importlib.metadata.version('pulumi-c1policy')}"
    except importlib.metadata.PackageNotFoundError:
        return "pulumi-c1policy/0"
