"""The access token that all threads of a client share.

The engine calls from several threads at once. One thread renews the token and the others wait for
its result; no lock is held during a request. This module must not import httpx.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Protocol

from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.credentials import Secret
from pulumi_c1policy._client.outcomes import Failure
from pulumi_c1policy.errors import NoAnswerError

_MAX_AHEAD_SECONDS = 60.0
_AHEAD_SHARE = 0.2
_MAX_LIFETIME_SECONDS = 86_400.0
_POLL_SECONDS = 0.2
_TOO_SLOW = Failure(
    NoAnswerError,
    "No access token came in time: another thread is still waiting for it.",
    "Try again; if the tenant is slow, raise c1policy:requestDeadline.",
)
_log = logging.getLogger("pulumi_c1policy")


@dataclass(frozen=True, slots=True, eq=False)
class AccessToken:
    """An access token and its times; compared by identity.

    Attributes:
        secret: The token itself.
        renew_at: The moment to renew it, on the monotonic clock.
        ends_at: The moment at which the tenant stops accepting it.
    """

    secret: Secret
    renew_at: float = float("inf")
    ends_at: float = float("inf")

    @classmethod
    def from_answer(cls, text: str, requested_at: float, lifetime: float) -> AccessToken:
        """Return a token that was requested at this moment and lives for `lifetime` seconds."""
        life = min(lifetime, _MAX_LIFETIME_SECONDS)
        ahead = min(_MAX_AHEAD_SECONDS, life * _AHEAD_SHARE)
        return cls(Secret(text), renew_at=requested_at + life - ahead, ends_at=requested_at + life)


class TokenSource(Protocol):
    """The source of the tokens of a transport."""

    def get(self, deadline: float) -> AccessToken | Failure:
        """Return a token that is valid now."""

    def discard(self, token: AccessToken) -> bool:
        """Forget a token that the tenant does not accept; return whether `get` gets another."""


class StaticToken:
    """An access token from the settings, which cannot be renewed."""

    def __init__(self, secret: Secret) -> None:
        self._token = AccessToken(secret)

    def get(self, deadline: float) -> AccessToken:  # noqa: ARG002 (the protocol's signature)
        """Return the token."""
        return self._token

    def discard(self, token: AccessToken) -> bool:  # noqa: ARG002 (the protocol's signature)
        """Return False: there is no other token."""
        return False


class TokenCache:
    """The current token, renewed by one thread for all."""

    def __init__(
        self,
        fetch: Callable[[float], AccessToken | Failure],
        clock: ClientClock,
        closed: threading.Event,
    ) -> None:
        """Start without a token; the first `get` fetches one.

        Args:
            fetch: Requests a token from the tenant, until a deadline.
            clock: The clock of the deadlines.
            closed: Set when the client is closed; it ends every wait.
        """
        self._fetch = fetch
        self._clock = clock
        self._closed = closed
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._renewal: Future[AccessToken | Failure] | None = None

    def get(self, deadline: float) -> AccessToken | Failure:
        """Return a valid token: the cached one, that of a renewal under way, or a new one."""
        while True:
            with self._lock:
                token, renewal, now = self._token, self._renewal, self._clock.monotonic()
                if token is not None and now < token.renew_at:
                    return token
                if renewal is None:
                    own = self._renewal = Future()
                elif token is not None and now < token.ends_at:
                    # Another thread renews the token; the old one is still valid.
                    return token
            if renewal is None:
                return self._renew(own, token, deadline)
            result = self._await(renewal, deadline)
            if result is not None:
                return result

    def discard(self, token: AccessToken) -> bool:
        """Forget a token that the tenant does not accept; keep a newer one."""
        with self._lock:
            if self._token is token:
                self._token = None
        return True

    def _renew(
        self, own: Future[AccessToken | Failure], old: AccessToken | None, deadline: float
    ) -> AccessToken | Failure:
        try:
            result = self._fetch(deadline)
        except BaseException:
            # Ctrl-C or a bug in this thread: let another thread renew the token.
            self._finish(None)
            own.cancel()
            raise
        if isinstance(result, Failure):
            self._finish(None)
            if old is not None and self._clock.monotonic() < old.ends_at:
                _log.debug("Cannot renew the access token; using the old: %s", result.summary)
                result = old
        else:
            self._finish(result)
        own.set_result(result)
        return result

    def _finish(self, token: AccessToken | None) -> None:
        with self._lock:
            self._renewal = None
            if token is not None:
                self._token = token

    def _await(
        self, renewal: Future[AccessToken | Failure], deadline: float
    ) -> AccessToken | Failure | None:
        """Return the result of another thread's renewal; None if that thread was interrupted."""
        while not self._closed.is_set() and self._clock.monotonic() < deadline:
            try:
                return renewal.result(timeout=_POLL_SECONDS)
            except TimeoutError:
                continue
            except CancelledError:
                return None
        return _TOO_SLOW
