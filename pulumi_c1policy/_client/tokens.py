"""The access token that every thread shares, renewed once for all of them.

The engine calls from several threads at the same moment. One of them renews, the others wait for
its result, and no lock is held while the network is. This module must not import httpx.
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
    """An access token and when it ends; compared by identity.

    Attributes:
        secret: The token itself.
        renew_at: When to get the next one, on the monotonic clock.
        ends_at: When the tenant stops to accept it.
    """

    secret: Secret
    renew_at: float = float("inf")
    ends_at: float = float("inf")

    @classmethod
    def issued(cls, text: str, now: float, lifetime: float) -> Token:
        """Return a token that was asked for at `now` and lives for so many seconds."""
        life = min(lifetime, _LONGEST_LIFE_SECONDS)
        ahead = min(_AHEAD_SECONDS, life * _AHEAD_SHARE)
        return cls(Secret(text), renew_at=now + life - ahead, ends_at=now + life)


class TokenSource(Protocol):
    """Where the transport gets its tokens."""

    def get(self, deadline: float) -> Token:
        """Return a token to use now."""

    def refuse(self, token: Token) -> bool:
        """Take note that the tenant refused a token; return whether another can be had."""


class StaticToken:
    """An access token that somebody else got: there is no second one."""

    def __init__(self, secret: Secret) -> None:
        self._token = Token(secret)

    def get(self, deadline: float) -> Token:  # noqa: ARG002 (the protocol's signature)
        """Return the one token."""
        return self._token

    def refuse(self, token: Token) -> bool:  # noqa: ARG002 (the protocol's signature)
        """Return that there is no other."""
        return False


class TokenCache:
    """Gets a token when there is none that lasts, once for all threads that want one."""

    def __init__(
        self, fetch: Callable[[float], Token], clock: Clock, closed: threading.Event
    ) -> None:
        """Remember how to get a token; the first `get` does it.

        Args:
            fetch: Asks the tenant for a token, until a deadline.
            clock: The clock of the deadlines.
            closed: Set when nobody shall wait any more.
        """
        self._fetch = fetch
        self._clock = clock
        self._closed = closed
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._renewal: Future[Token] | None = None

    def get(self, deadline: float) -> Token:
        """Return a token that lasts, from the cache, from another thread or from the tenant."""
        while True:
            with self._lock:
                token, renewal, now = self._token, self._renewal, self._clock.monotonic()
                if token is not None and now < token.renew_at:
                    return token
                if renewal is None:
                    mine = self._renewal = Future()
                elif token is not None and now < token.ends_at:
                    # Another thread is at it, and the old one still serves: nobody waits.
                    return token
            if renewal is None:
                return self._renew(mine, token, deadline)
            result = self._await(renewal, deadline)
            if result is not None:
                return result

    def refuse(self, token: Token) -> bool:
        """Forget the token that the tenant refused, but not one that replaced it since."""
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
                # A copy: each thread that gets it writes the name of its own policy into the text.
                mine.set_exception(copy.copy(error))
                raise
            _log.debug("The access token was not renewed and serves on: %s", error.summary)
            mine.set_result(old)
            return old
        except BaseException:
            # Ctrl-C, or a bug, in this thread: another one may take over.
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
        """Return the token that another thread gets; None if that thread gave up."""
        while not self._closed.is_set() and self._clock.monotonic() < deadline:
            try:
                return renewal.result(timeout=_POLL_SECONDS)
            except TimeoutError:
                continue
            except CancelledError:
                return None
            except C1PolicyError as error:
                # A copy: one exception raised by many threads mixes up their tracebacks.
                raise copy.copy(error) from error
        raise NoAnswerError(
            "No access token came in time: another thread is still waiting for it.",
            "Try again; if the tenant is slow, raise c1policy:requestDeadline.",
        )
