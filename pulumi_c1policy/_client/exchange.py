"""One HTTP request and its answer, within a deadline.

This module owns the pool of connections, their TLS and their proxies. It knows no credentials and
repeats nothing.
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

from pulumi_c1policy._client import bodies, retries, server_address
from pulumi_c1policy._client.answers import Answer, Call, Reader
from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.retries import Failure, Kind
from pulumi_c1policy._client.sockets import Network
from pulumi_c1policy.errors import SettingsError

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
# A write leaves this share of the remaining time to the looks for its effect.
_LOOK_SECONDS, _LOOK_SHARE = 10.0, 0.25
# The engine uses 4 threads; a program that uses the client itself may use more, and a write may
# need a second connection for its look. Idle connections are closed before a load balancer closes
# them, at 60 seconds: a write on a closing connection is ambiguous.
_LIMITS: Final = httpx.Limits(
    max_connections=64, max_keepalive_connections=16, keepalive_expiry=20.0
)


class Exchanges:
    """A pool that sends single requests. Thread-safe."""

    def __init__(
        self,
        server_url: str,
        reader: Reader,
        clock: Clock,
        closed: threading.Event,
        transport: httpx.BaseTransport | None,
    ) -> None:
        """Open the pool; nothing is sent yet.

        Args:
            server_url: The root of the tenant's server.
            reader: The maker of the failures of requests without an answer.
            clock: The clock of the deadlines.
            closed: Set when nothing may be sent any more.
            transport: The transport for httpx, instead of the network.

        Raises:
            SettingsError: SSL_CERT_FILE or a proxy in the environment cannot be used.
        """
        self._reader = reader
        self._clock = clock
        self._closed = closed
        self._lock = threading.Lock()
        self._in_flight = 0
        self._network = Network(clock)
        self._http = _http_client(server_url, transport)
        if transport is None:
            self._network.carry(self._http)

    def request(self, method: str, url: str, **parts: Any) -> httpx.Request:  # noqa: ANN401
        """Return a request, for `send`."""
        return self._http.build_request(method, url, **parts)

    def send(
        self,
        call: Call,
        request: httpx.Request,
        deadline: float,
        ready: Callable[[bool], None] | None = None,
    ) -> Answer | Failure:
        """Send one request and read its answer to the end, or to the deadline.

        Args:
            call: The call, for the failure.
            request: The request.
            deadline: The end, on the monotonic clock.
            ready: Called when the connection stands and nothing was sent yet, with whether the
                connection was made for this request; it may raise.
        """
        left = deadline - self._clock.monotonic()
        if left <= 0:
            return self._reader.unanswered(call, httpx.PoolTimeout("the deadline is over"))
        request.extensions["timeout"] = _timeouts(call.kind, left)
        request.extensions["trace"] = _trace(ready)
        try:
            with (
                self._network.until(deadline),
                self._under_way(),
                closing(self._http.send(request, stream=True)) as response,
            ):
                body = bodies.read(response, lambda: self._clock.monotonic() > deadline)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            return self._reader.unanswered(call, error)
        return Answer(call, response.status_code, response.headers, body)

    def close(self) -> None:
        """Make no more connections, and close each open one when its answer has arrived."""
        with self._lock:
            self._closed.set()
            idle = not self._in_flight
        self._network.refuse()
        if idle:
            self._http.close()

    def cut(self) -> None:
        """Cut the connections in use, so that no thread waits for an answer any longer."""
        self._network.shut()

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        # Closing a connection in use would lose the answer to a write that took effect.
        with self._lock:
            if self._closed.is_set():
                raise retries.make_closed_error()
            self._in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
                last = self._closed.is_set() and not self._in_flight
            if last:
                self._http.close()


def _trace(
    ready: Callable[[bool], None] | None,
) -> Callable[[str, Mapping[str, Any]], None]:
    is_new = False

    def trace(event: str, info: Mapping[str, Any]) -> None:
        nonlocal is_new
        if event.endswith("connect_tcp.started"):
            is_new = True
        elif event.endswith("send_request_headers.started"):
            # A proxy is asked for a tunnel before the request itself is sent.
            is_tunnel = info["request"].method == b"CONNECT"
            if ready is not None and not is_tunnel:
                ready(is_new)

    return trace


def _timeouts(kind: Kind, left: float) -> dict[str, float]:
    # A write waits as long as possible: giving up leaves its outcome ambiguous.
    is_write = kind in (Kind.CREATE, Kind.UPDATE)
    wait = left - min(_LOOK_SECONDS, _LOOK_SHARE * left) if is_write else min(_READ_SECONDS, left)
    return {"connect": min(_CONNECT_SECONDS, left), "read": wait, "write": wait, "pool": left}


def _http_client(server_url: str, transport: httpx.BaseTransport | None) -> httpx.Client:
    parts = urlsplit(server_url)
    try:
        return httpx.Client(
            transport=transport,
            # Proxies come from the environment, except for this machine itself.
            trust_env=not server_address.is_loopback(parts.hostname or ""),
            # A transport that the caller provides needs no certificate authorities.
            verify=_tls_context(parts.scheme if transport is None else "http"),
            limits=_LIMITS,
            follow_redirects=False,
            # Requests contain only what they are given: no cookies, no user from .netrc.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": bodies.ENCODING,
                "User-Agent": _user_agent(),
            },
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise SettingsError(
            "A proxy named in the environment cannot be used.",
            "Correct the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY: a proxy is "
            "written as `http://host:port`.",
        ) from error


def _tls_context(scheme: str) -> ssl.SSLContext:
    if scheme == "http":
        # Never used; empty, it trusts nobody. Loading the certificate authorities is slow.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        # SSL_CERT_FILE and SSL_CERT_DIR replace the authorities of certifi.
        return httpx.create_ssl_context()
    except OSError as error:
        raise SettingsError(
            "The certificate authorities that the environment names cannot be read.",
            "Let SSL_CERT_FILE name a readable file of PEM certificates, or unset it.",
        ) from error


def _user_agent() -> str:
    try:
        return f"pulumi-c1policy/{importlib.metadata.version('pulumi-c1policy')}"
    except importlib.metadata.PackageNotFoundError:
        return "pulumi-c1policy/0"
