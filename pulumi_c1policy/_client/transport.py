"""One token, one pace and one deadline for the requests of all threads, and their repetition.

This module must not know any of the API's calls.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

import httpx
import pydantic

from pulumi_c1policy._client import (
    access_tokens,
    bodies,
    credentials,
    dpop,
    envelopes,
    retries,
    statuses,
)
from pulumi_c1policy._client.answers import Answer, Call, Reader
from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.exchange import Exchanges
from pulumi_c1policy._client.retries import Failure, Kind
from pulumi_c1policy._client.server_texts import Cleaner
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy.errors import APIError

_Value = TypeVar("_Value")
_DEFAULT_TOKEN_SECONDS = 600.0
# A look is older than this only if something delayed the write.
_FRESH_SECONDS = 0.25
_MOST_LOOKS = 5
# The end of the current operation, on the monotonic clock.
_ENDS_AT: Final = ContextVar("_ENDS_AT", default=math.inf)


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision to send nothing, and the answer to return instead."""

    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """The look at a policy before each attempt of a write.

    Attributes:
        call: The request that reads the policy.
        decide: Return the JSON to send for the policy as it is now, or `Settled`. It may raise to
            prevent the write, and may be called several times.
    """

    call: Call
    decide: Callable[[dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the API, without its credential.

    Attributes:
        call: The call.
        params: Its query.
        body: Its JSON, if any. A request with a look gets its body from there.
        look: The look before each attempt.
        budget: The memory for its answer, shared with other requests.
    """

    call: Call
    params: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    look: Look | None = None
    budget: bodies.Budget | None = None


class Transport:
    """A sender of requests that returns the JSON objects in their answers."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Open the pool; nothing is sent before the first request.

        Args:
            settings: The server, the credential and the deadline.
            transport: The transport for httpx, instead of the network.
            clock: The time.

        Raises:
            SettingsError: SSL_CERT_FILE or a proxy in the environment cannot be used.
        """
        self._settings = settings
        self._clock = clock or Clock()
        self._closed = threading.Event()
        self._pace = retries.Pace(self._clock, self._closed)
        self._cleaner = Cleaner(credentials.list_secret_texts(settings.credential))
        self._reader = Reader(settings.credential, self._cleaner)
        self._exchanges = Exchanges(
            settings.server_url, self._reader, self._clock, self._closed, transport
        )
        self._tokens = self._token_source(settings.credential)

    def send(self, request: Request) -> dict[str, Any]:
        """Send a request; return the JSON object in its answer.

        Raises:
            APIError: No answer succeeded, after all attempts that are safe and in time.
        """
        deadline = min(self._deadline(), _ENDS_AT.get())
        attempt = partial(self._attempt, request, deadline)
        return _or_raise(retries.repeat(attempt, deadline, self._clock, self._pace))

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Let all requests of a block share one deadline, as those of one operation do."""
        with self.within(self._settings.deadline):
            yield

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """End the requests of a block after this many seconds, if not earlier."""
        token = _ENDS_AT.set(min(self._clock.monotonic() + seconds, _ENDS_AT.get()))
        try:
            yield
        finally:
            _ENDS_AT.reset(token)

    def stopwatch(self) -> Stopwatch:
        """Return a stopwatch, which lets the requests of several blocks share one deadline."""
        return Stopwatch(self._clock, self._settings.deadline)

    def unreadable(self, call: Call, what: str) -> APIError:
        """Return the error for an answer whose JSON does not have the promised shape."""
        return self._reader.unreadable(call, what).error

    def close(self) -> None:
        """End every wait, and close each connection when its answer has arrived."""
        self._exchanges.close()

    def cut(self) -> None:
        """Cut the connections in use, so that no thread waits for an answer any longer."""
        self._exchanges.cut()

    def rest(self, seconds: float) -> bool:
        """Wait; return False, and early, if the client is closed meanwhile."""
        return self._pace.rest(seconds)

    def _deadline(self) -> float:
        return self._clock.monotonic() + self._settings.deadline

    def _attempt(self, request: Request, deadline: float) -> dict[str, Any] | Failure:
        for may_renew in (True, False):
            self._pace.pass_by(deadline)
            token = self._tokens.get(deadline)
            answer = self._answer(request, token, deadline)
            # A request that was not let in had no effect: every kind is repeated, once.
            if not (
                may_renew
                and isinstance(answer, Answer)
                and self._reader.may_renew(answer)
                and self._tokens.refuse(token)
            ):
                break
        if isinstance(answer, Settled):
            return answer.answer
        if isinstance(answer, Answer) and request.budget and not request.budget.spend(answer.body):
            return self._reader.unreadable(request.call, "more pages than fit into memory")
        return self._read(answer)

    def _answer(
        self, request: Request, token: access_tokens.Token, deadline: float
    ) -> Answer | Failure | Settled:
        """Return the answer to one attempt: to the look, if that fails, else to the request."""
        look = request.look
        if look is None:
            whole = self._with_token(request, request.body, token)
            return self._exchanges.send(request.call, whole, deadline)
        for _ in range(_MOST_LOOKS):
            self._pace.pass_by(deadline)
            seen = self._see(look, token, deadline)
            value = self._read(seen)
            if isinstance(value, Failure):
                return seen
            body = look.decide(value)
            if isinstance(body, Settled):
                return body
            if self._pace.is_held():
                continue
            whole = self._with_token(request, body, token)
            guard = partial(self._look_again, look, body, token, deadline, self._clock.monotonic())
            try:
                return self._exchanges.send(request.call, whole, deadline, guard)
            except _StaleError as stale:
                if stale.failed is not None:
                    return stale.failed
        return self._reader.unsettled(request.call)

    def _look_again(
        self,
        look: Look,
        body: object,
        token: access_tokens.Token,
        deadline: float,
        seen_at: float,
        is_new: bool,
    ) -> None:
        """Let a write whose connection is ready pass only if its look is younger than any wait."""
        if is_new or self._clock.monotonic() - seen_at > _FRESH_SECONDS:
            seen = self._see(look, token, deadline)
            value = self._read(seen)
            if isinstance(value, Failure):
                raise _StaleError(seen)
            if look.decide(value) != body:
                raise _StaleError
        if self._pace.is_held():
            raise _StaleError

    def _see(self, look: Look, token: access_tokens.Token, deadline: float) -> Answer | Failure:
        whole = self._with_token(Request(look.call), None, token)
        return self._exchanges.send(look.call, whole, deadline)

    def _with_token(
        self, request: Request, body: object, token: access_tokens.Token
    ) -> httpx.Request:
        headers = {"Authorization": f"Bearer {token.secret.reveal()}"}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            # ASCII, because the text may contain what UTF-8 cannot encode; the tenant then reports
            # it.
            content = json.dumps(body, allow_nan=False).encode("ascii")
        return self._exchanges.request(
            request.call.method,
            f"{self._settings.server_url}{request.call.path}",
            params=request.params or None,
            content=content,
            headers=headers,
        )

    def _token_source(self, credential: credentials.Credential) -> access_tokens.TokenSource:
        if isinstance(credential, credentials.AccessToken):
            return access_tokens.StaticToken(credential.token)
        fetch = partial(self._fetch_token, credential)
        return access_tokens.TokenCache(fetch, self._clock, self._closed)

    def _fetch_token(
        self, credential: credentials.OidcExchange | credentials.ClientSecret, deadline: float
    ) -> access_tokens.Token:
        call = Call(Kind.TOKEN, "POST", "/auth/v1/token")

        def attempt() -> access_tokens.Token | Failure:
            self._pace.pass_by(deadline)
            form = credentials.make_token_form(
                credential, self._settings.audience, self._clock.wall()
            )
            self._cleaner.hide(form.get("client_assertion", ""))
            asked_at = self._clock.monotonic()
            request = self._exchanges.request("POST", self._settings.token_url, data=form)
            value = self._read(self._exchanges.send(call, request, deadline))
            if isinstance(value, Failure):
                return value
            if dpop.is_bound(value):
                return self._reader.bound_token(call)
            try:
                answer = envelopes.TokenAnswer.model_validate(value)
            except pydantic.ValidationError:
                return self._reader.unreadable(call, "JSON without a usable access token")
            self._cleaner.hide(answer.access_token)
            lifetime = answer.expires_in
            if lifetime is None:
                lifetime = _DEFAULT_TOKEN_SECONDS
            return access_tokens.Token.issued(answer.access_token, asked_at, lifetime)

        return _or_raise(retries.repeat(attempt, deadline, self._clock, self._pace))

    def _read(self, answer: Answer | Failure) -> dict[str, Any] | Failure:
        if isinstance(answer, Failure):
            return answer
        return self._reader.read(answer, self._clock.wall())


class Stopwatch:
    """Blocks whose requests share one deadline; the time between the blocks does not count."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._left = seconds

    @contextmanager
    def running(self) -> Iterator[None]:
        """End the requests of a block when the remaining time is over."""
        begun, outer = self._clock.monotonic(), _ENDS_AT.get()
        token = _ENDS_AT.set(min(begun + self._left, outer))
        try:
            yield
        finally:
            _ENDS_AT.reset(token)
            self._left -= self._clock.monotonic() - begun


class _StaleError(Exception):
    """A look is older than a wait, and nothing was sent.

    Attributes:
        failed: The answer to a newer look, if it is an error.
    """

    def __init__(self, failed: Answer | Failure | None = None) -> None:
        super().__init__()
        self.failed = failed


def may_be_under_way(error: APIError) -> bool:
    """Return whether the tenant may still be working on a request that ended with this error.

    It may if this client, or a gateway, stopped waiting, and after a status that does not tell.
    """
    timed_out = isinstance(error.__cause__, httpx.TimeoutException)
    return timed_out or statuses.may_still_happen(error.status, error.code)


def _or_raise(result: _Value | Failure) -> _Value:
    if isinstance(result, Failure):
        raise result.error
    return result
