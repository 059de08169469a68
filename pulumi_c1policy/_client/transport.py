"""One pool of connections, one token, one deadline a call: how a request gets to the tenant.

Shared by all threads. It must not know any of the API's calls.
"""

from __future__ import annotations

import importlib.metadata
import itertools
import json
import math
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
import pydantic

from pulumi_c1policy._client import credentials, dpop, messages, retries, statuses, tenant, tokens
from pulumi_c1policy._client.answers import Answer, Call, Reader
from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.retries import Failure, Kind
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._client.sockets import Sockets
from pulumi_c1policy._client.texts import Cleaner
from pulumi_c1policy.errors import APIError, SettingsError

_Value = TypeVar("_Value")
_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_MAX_BODY_BYTES = 64 * 1024 * 1024
_DEFAULT_TOKEN_SECONDS = 600.0
# What is asked in a recheck ends with the request that waits for it, on the monotonic clock.
_ENDS_AT: Final = ContextVar("_ENDS_AT", default=math.inf)
# The engine has 4 threads; a program that uses the client itself may have more. Idle connections
# are dropped before a load balancer does it, at 60 seconds: a write on a dying one is ambiguous.
_LIMITS: Final = httpx.Limits(
    max_connections=16, max_keepalive_connections=16, keepalive_expiry=20.0
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the API, without its credential.

    Attributes:
        call: Which.
        params: Its query.
        body: Its JSON, if it has any.
        recheck: Called before it is sent once more; raises where it may not be any longer.
    """

    call: Call
    params: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    recheck: Callable[[], None] | None = None


class Transport:
    """Sends requests and returns the JSON objects that answer them."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Open the pool; nothing is sent before the first request.

        Args:
            settings: Where to, as whom, for how long.
            transport: What httpx sends through instead of the network.
            clock: The time.

        Raises:
            SettingsError: SSL_CERT_FILE or a proxy in the environment cannot be used.
        """
        self._settings = settings
        self._clock = clock or Clock()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._in_flight = 0
        self._sockets = Sockets()
        self._pace = retries.Pace(self._clock, self._closed)
        self._cleaner = Cleaner(credentials.secret_texts(settings.credential))
        self._reader = Reader(settings.credential, self._cleaner)
        self._http = _http_client(settings.server_url, transport)
        self._tokens = self._token_source(settings.credential)

    def send(self, request: Request) -> dict[str, Any]:
        """Return the JSON object that the tenant answers a request with.

        Raises:
            APIError: It does not, after all the attempts that are safe and in time.
        """
        deadline = min(self._clock.monotonic() + self._settings.deadline, _ENDS_AT.get())
        kind, attempts = request.call.kind, itertools.count()

        def attempt() -> dict[str, Any] | Failure:
            self._pace.pass_by(deadline)
            if next(attempts) and request.recheck:
                outer = _ENDS_AT.set(deadline)
                try:
                    request.recheck()
                finally:
                    _ENDS_AT.reset(outer)
            return self._attempt(request, deadline)

        return _or_raise(retries.repeat(attempt, kind, deadline, self._clock, self._pace))

    def unreadable(self, call: Call, what: str) -> APIError:
        """Return the error for an answer whose JSON is not what the call promises."""
        return self._reader.unreadable(call, what).error

    def close(self) -> None:
        """End every wait, and close the connections once those in use have their answers."""
        with self._lock:
            self._closed.set()
            idle = not self._in_flight
        self._sockets.refuse()
        if idle:
            self._http.close()

    def cut(self) -> None:
        """Cut the connections in use, so that what waits for an answer waits no longer."""
        self._sockets.shut()

    def rest(self, seconds: float) -> bool:
        """Wait; return False, and early, if the client is closed meanwhile."""
        return self._pace.rest(seconds)

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        # To close a connection in use would lose the answer to a write that took effect.
        with self._lock:
            if self._closed.is_set():
                raise retries.closed_error()
            self._in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
                last = self._closed.is_set() and not self._in_flight
            if last:
                self._http.close()

    def _attempt(self, request: Request, deadline: float) -> dict[str, Any] | Failure:
        token = self._tokens.get(deadline)
        answer = self._exchange(request.call, self._with_token(request, token), deadline)
        if (
            isinstance(answer, Answer)
            and self._reader.may_renew(request.call, answer)
            and self._tokens.refuse(token)
        ):
            # A request that was not let in had no effect: every kind may go again, once.
            token = self._tokens.get(deadline)
            answer = self._exchange(request.call, self._with_token(request, token), deadline)
        return self._read(request.call, answer)

    def _with_token(self, request: Request, token: tokens.Token) -> httpx.Request:
        headers = {"Authorization": f"Bearer {token.secret.reveal()}"}
        content = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            # ASCII, as the text may hold what UTF-8 cannot; the tenant then says what is wrong.
            content = json.dumps(request.body, allow_nan=False).encode("ascii")
        return self._http.build_request(
            request.call.method,
            f"{self._settings.server_url}{request.call.path}",
            params=request.params or None,
            content=content,
            headers=headers,
        )

    def _token_source(self, credential: credentials.Credential) -> tokens.TokenSource:
        if isinstance(credential, credentials.AccessToken):
            return tokens.StaticToken(credential.token)
        fetch = partial(self._fetch_token, credential)
        return tokens.TokenCache(fetch, self._clock, self._closed)

    def _fetch_token(
        self, credential: credentials.OidcExchange | credentials.ClientSecret, deadline: float
    ) -> tokens.Token:
        call = Call(Kind.TOKEN, "POST", "/auth/v1/token")

        def attempt() -> tokens.Token | Failure:
            self._pace.pass_by(deadline)
            form = credentials.token_form(credential, self._settings.audience, self._clock.wall())
            self._cleaner.hide(form.get("client_assertion", ""))
            asked_at = self._clock.monotonic()
            request = self._http.build_request("POST", self._settings.token_url, data=form)
            value = self._read(call, self._exchange(call, request, deadline))
            if isinstance(value, Failure):
                return value
            if dpop.is_bound(value):
                return self._reader.bound_token(call)
            try:
                answer = messages.TokenAnswer.model_validate(value)
            except pydantic.ValidationError:
                return self._reader.unreadable(call, "JSON without a usable access token")
            self._cleaner.hide(answer.access_token)
            lifetime = answer.expires_in
            if lifetime is None:
                lifetime = _DEFAULT_TOKEN_SECONDS
            return tokens.Token.issued(answer.access_token, asked_at, lifetime)

        return _or_raise(retries.repeat(attempt, call.kind, deadline, self._clock, self._pace))

    def _exchange(self, call: Call, request: httpx.Request, deadline: float) -> Answer | Failure:
        """Send one request and read its answer to the end, or to the deadline."""
        left = deadline - self._clock.monotonic()
        if left <= 0:
            return self._reader.unanswered(call, httpx.PoolTimeout("the deadline is over"))
        request.extensions["timeout"] = _timeouts(call.kind, left)
        request.extensions["trace"] = self._sockets.trace
        try:
            with self._under_way(), self._opened(request) as response:
                body = self._body(response, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            return self._reader.unanswered(call, error)
        return Answer(response.status_code, response.headers, body)

    def _opened(self, request: httpx.Request) -> closing[httpx.Response]:
        return closing(self._http.send(request, stream=True))

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        # httpx's timeouts bound each read and not their sum: a drip would last for ever.
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if self._clock.monotonic() > deadline:
                raise httpx.ReadTimeout("the body was not complete in time")
            if len(body) > _MAX_BODY_BYTES:
                raise httpx.DecodingError("the body is larger than any of the API")
        return bytes(body)

    def _read(self, call: Call, answer: Answer | Failure) -> dict[str, Any] | Failure:
        if isinstance(answer, Failure):
            return answer
        return self._reader.read(call, answer, self._clock.wall())


def may_be_under_way(error: APIError) -> bool:
    """Return whether the tenant may still be at work on a request that got this error.

    It may when this client or a gateway on the way gave up waiting, and after a status that does
    not say whether somebody did.
    """
    timed_out = isinstance(error.__cause__, httpx.TimeoutException)
    return timed_out or statuses.is_still_possible(error.status, error.code)


def _or_raise(result: _Value | Failure) -> _Value:
    if isinstance(result, Failure):
        raise result.error
    return result


def _timeouts(kind: Kind, left: float) -> dict[str, float]:
    # A write waits as long as it may: to give up on it leaves its outcome unclear.
    wait = left if kind in (Kind.CREATE, Kind.UPDATE) else min(_READ_SECONDS, left)
    return {"connect": min(_CONNECT_SECONDS, left), "read": wait, "write": wait, "pool": left}


def _http_client(server_url: str, transport: httpx.BaseTransport | None) -> httpx.Client:
    parts = urlsplit(server_url)
    try:
        return httpx.Client(
            transport=transport,
            # Proxies come from the environment, but none stands between this machine and itself.
            trust_env=not tenant.is_loopback(parts.hostname or ""),
            # What goes through a transport of somebody's own needs no authorities of ours.
            verify=_tls_context(parts.scheme if transport is None else "http"),
            limits=_LIMITS,
            follow_redirects=False,
            # Requests carry nothing but what they are given: no cookies, no user from .netrc.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"Accept": "application/json", "User-Agent": _user_agent()},
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise SettingsError(
            "A proxy named in the environment cannot be used.",
            "Correct the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY: a proxy is "
            "written as `http://host:port`.",
        ) from error


def _tls_context(scheme: str) -> ssl.SSLContext:
    if scheme == "http":
        # Never used; empty, it trusts nobody. Reading the authorities takes long.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        # SSL_CERT_FILE and SSL_CERT_DIR replace the authorities that come with certifi.
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
