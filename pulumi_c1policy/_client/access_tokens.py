"""The access token that all threads share, renewed once for all of them.

The engine calls from several threads at the same time. One of them renews the token, the others
wait for its result, and no lock is held during the request. This module must not import httpx.
"""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Protocol

from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.credentials import Secret
from pulumi_c1policy.errors import C1PolicyError, NoAnswerError

_AHEAD_SECONDS = 60.0
_AHEAD_SHARE = 0.2
_LONGEST_LIFE_SECONDS = 86_400.0
_POLL_SECONDS = 0.2
_log = logging.getLogger("pulumi_c1policy")


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """An access token and the end of its life; compared by identity.

    Attributes:
        secret: The token itself.
        renew_at: The time to get the next one, on the monotonic clock.
        ends_at: The time at which the tenant stops accepting it.
    """

    secret: Secret
    renew_at: float = float("inf")
    ends_at: float = float("inf")

    @classmethod
    def issued(cls, text: str, now: float, lifetime: float) -> Token:
        """Return a token that was requested at `now` and lives for this many seconds."""
        life = min(lifetime, _LONGEST_LIFE_SECONDS)
        ahead = min(_AHEAD_SECONDS, life * _AHEAD_SHARE)
        return cls(Secret(text), renew_at=now + life - ahead, ends_at=now + life)


class TokenSource(Protocol):
    """A source of tokens for the transport."""

    def get(self, deadline: float) -> Token:
        """Return a token to use now."""

    def refuse(self, token: Token) -> bool:
        """Record that the tenant rejected a token; return whether another one can be had."""


class StaticToken:
    """An access token that was obtained elsewhere and cannot be renewed."""

    def __init__(self, secret: Secret) -> None:
        self._token = Token(secret)

    def get(self, deadline: float) -> Token:  # noqa: ARG002 (the protocol's signature)
        """Return the one token."""
        return self._token

    def refuse(self, token: Token) -> bool:  # noqa: ARG002 (the protocol's signature)
        """Return False: there is no other token."""
        return False


class TokenCache:
    """A cache that gets a token when none is valid, once for all threads that need one."""

    def __init__(
        self, fetch: Callable[[float], Token], clock: Clock, closed: threading.Event
    ) -> None:
        """Store how to get a token; the first `get` gets it.

        Args:
            fetch: Ask the tenant for a token, until a deadline.
            clock: The clock of the deadlines.
            closed: Set when no thread may wait any more.
        """
        self._fetch = fetch
        self._clock = clock
        self._closed = closed
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._renewal: Future[Token] | None = None

    def get(self, deadline: float) -> Token:
        """Return a valid token, from the cache, from another thread or from the tenant."""
        while True:
            with self._lock:
                token, renewal, now = self._token, self._renewal, self._clock.monotonic()
                if token is not None and now < token.renew_at:
                    return token
                if renewal is None:
                    mine = self._renewal = Future()
                elif token is not None and now < token.ends_at:
                    # Another thread renews the token, and the old one is still valid.
                    return token
            if renewal is None:
                return self._renew(mine, token, deadline)
            result = self._await(renewal, deadline)
            if result is not None:
                return result

    def refuse(self, token: Token) -> bool:
        """Forget a token that the tenant rejected, unless it was replaced meanwhile."""
        with self._lock:
            if self._token is token:
                self._token = None
        return True

    def _renew(self, mine: Future[Token], old: Token | None, deadline: float) -> Token:
        try:
            token = self._fetch(deadline)
        except C1PolicyError as error:
            self._finish(None)
            if old is None or self._clock.monotonic() >= old.ends_at:
                # A copy: each thread adds the name of its own policy to the text.
                mine.set_exception(copy.copy(error))
                raise
            _log.debug("The access token was not renewed and serves on: %s", error.summary)
            mine.set_result(old)
            return old
        except BaseException:
            # Ctrl-C, or a bug, in this thread: another thread may renew the token.
            self._finish(None)
            mine.cancel()
            raise
        self._finish(token)
        mine.set_result(token)
        return token

    def _finish(self, token: Token | None) -> None:
        with self._lock:
            self._renewal = None
            if token is not None:
                self._token = token

    def _await(self, renewal: Future[Token], deadline: float) -> Token | None:
        """Return the token that another thread gets, or None if that thread gave up."""
        while not self._closed.is_set() and self._clock.monotonic() < deadline:
            try:
                return renewal.result(timeout=_POLL_SECONDS)
            except TimeoutError:
                continue
            except CancelledError:
                return None
            except C1PolicyError as error:
                # A copy: several threads raising one exception would mix up their tracebacks.
                raise copy.copy(error) from error
        raise NoAnswerError(
            "No access token came in time: another thread is still waiting for it.",
            "Try again; if the tenant is slow, raise c1policy:requestDeadline.",
        )
