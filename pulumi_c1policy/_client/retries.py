"""What is tried again, when, and when no more: one table by kind of request and outcome.

A create is never sent twice unless the first cannot have taken effect; who wants to go on after an
ambiguous outcome looks first. This module must not import httpx.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final, Generic, TypeVar

import tenacity

from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy.errors import APIError, NoAnswerError

LOOK_FIRST: Final = (
    "The change may have been made: run `pulumi up --refresh` to see before trying again."
)
"""What to do after an ambiguous outcome."""

_Value = TypeVar("_Value")
_MOST_ATTEMPTS = 4
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")


class Kind(Enum):
    """What a request does, as far as repeating it goes."""

    READ = auto()
    DELETE = auto()
    UPDATE = auto()
    CREATE = auto()
    TOKEN = auto()

    @property
    def writes_policy(self) -> bool:
        """Whether an outcome that is unclear leaves a policy in an unclear state."""
        return self in (Kind.UPDATE, Kind.CREATE, Kind.DELETE)


class Outcome(Enum):
    """How an attempt failed."""

    NOT_SENT = auto()
    NO_ANSWER = auto()
    THROTTLED = auto()
    UNAVAILABLE = auto()
    SERVER_FAILED = auto()
    UNREADABLE = auto()
    REFUSED = auto()
    """Refused for what the request holds: each earlier attempt was refused, too."""
    FINAL = auto()


_ANY_TIME = frozenset(
    {
        Outcome.NOT_SENT,
        Outcome.NO_ANSWER,
        Outcome.THROTTLED,
        Outcome.UNAVAILABLE,
        Outcome.SERVER_FAILED,
    }
)
REPEATED: Final[Mapping[Kind, frozenset[Outcome]]] = {
    Kind.READ: _ANY_TIME,
    Kind.TOKEN: _ANY_TIME,
    Kind.DELETE: _ANY_TIME,
    # The values of an update are absolute, so that a 503 after it was stored does no harm. Whether
    # they are still right after the wait is for its `recheck` to say.
    Kind.UPDATE: frozenset({Outcome.NOT_SENT, Outcome.THROTTLED, Outcome.UNAVAILABLE}),
    # A gateway also answers 503 when it lost the backend half-way: the policy may exist.
    Kind.CREATE: frozenset({Outcome.NOT_SENT, Outcome.THROTTLED}),
}
"""The outcomes after which a request of a kind is sent again."""

_SLOWING = frozenset({Outcome.THROTTLED, Outcome.UNAVAILABLE})
_UNCLEAR = frozenset(
    {Outcome.NO_ANSWER, Outcome.UNAVAILABLE, Outcome.SERVER_FAILED, Outcome.UNREADABLE}
)


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed.

    Attributes:
        outcome: How, for the table.
        error: What to raise if it was the last attempt.
        retry_after: Seconds that the server asked to wait, if it did.
    """

    outcome: Outcome
    error: APIError
    retry_after: float | None = None


def is_ambiguous(kind: Kind, outcome: Outcome) -> bool:
    """Return whether a request of that kind may have changed a policy although it failed so."""
    return kind.writes_policy and outcome in _UNCLEAR


def retry_after(value: str | None, date: str | None, now: float) -> float | None:
    """Return the seconds that a `Retry-After` header asks to wait, or None.

    Args:
        value: The header: a number of seconds or an HTTP date.
        date: The `Date` header of the same answer. A date is relative to the server's clock,
            which need not be ours.
        now: Seconds since 1970, for an answer without a date.
    """
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return float(value)
    until = _timestamp(value)
    if until is None:
        return None
    said = _timestamp(date)
    return max(0.0, until - (now if said is None else said))


def _timestamp(text: str | None) -> float | None:
    try:
        return None if text is None else parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


class Pace:
    """The moment before which no thread sends anything, after the tenant asked one to slow down."""

    def __init__(self, clock: Clock, closed: threading.Event) -> None:
        self._clock = clock
        self._closed = closed
        self._lock = threading.Lock()
        self._not_before = 0.0

    def hold(self, seconds: float) -> None:
        """Let every thread wait for so many seconds from now."""
        until = self._clock.monotonic() + seconds
        with self._lock:
            self._not_before = max(self._not_before, until)

    def pass_by(self, deadline: float) -> None:
        """Wait until requests may be sent.

        Raises:
            NoAnswerError: That is after the deadline, or the client was closed.
        """
        waited = False
        while (left := self._not_before - self._clock.monotonic()) > 0:
            if self._not_before > deadline:
                raise NoAnswerError(
                    f"Nothing was sent: the tenant asked to wait for another {left:.0f} seconds.",
                    "Try again later, or raise c1policy:requestDeadline.",
                )
            if not self.rest(left):
                raise closed_error()
            waited = True
        if waited:
            # Threads that waited for the same moment shall not all come at that moment.
            spread = random.uniform(0, 0.25)  # noqa: S311 (no cryptography)
            self.rest(min(spread, max(0.0, deadline - self._clock.monotonic())))

    def rest(self, seconds: float) -> bool:
        """Wait; return False, and early, if the client is closed meanwhile."""
        return not self._clock.wait(self._closed, seconds)


def closed_error() -> NoAnswerError:
    """Return the error for a request of a client that was closed."""
    return NoAnswerError(
        "Nothing was sent: the run was interrupted.",
        "Run the command again to go on.",
    )


def repeat(
    attempt: Callable[[], _Value | Failure],
    kind: Kind,
    deadline: float,
    clock: Clock,
    pace: Pace,
) -> _Value | Failure:
    """Return the result of the first attempt that succeeds, or the failure of the last one.

    Args:
        attempt: One try; it returns a `Failure` instead of raising one.
        kind: What the request does.
        deadline: When to stop, on the monotonic clock.
        clock: That clock.
        pace: What the attempts of all threads share.
    """
    backoff = tenacity.wait_exponential(multiplier=0.25, max=8) + tenacity.wait_random(0, 0.25)

    def delay(state: tenacity.RetryCallState) -> float:
        failure = _failure(state)
        if failure.retry_after is None:
            return backoff(state)
        # Never earlier than asked for; a little later, as others were asked the same.
        jitter = random.uniform(0, min(1.0, 0.1 * failure.retry_after))  # noqa: S311 (as above)
        return failure.retry_after + jitter

    def is_over(state: tenacity.RetryCallState) -> bool:
        slowed = _failure(state).outcome in _SLOWING
        enough = not slowed and state.attempt_number >= _MOST_ATTEMPTS
        return enough or clock.monotonic() + state.upcoming_sleep >= deadline

    def rest(state: tenacity.RetryCallState) -> None:
        failure = _failure(state)
        if failure.outcome in _SLOWING:
            pace.hold(state.upcoming_sleep)
        if not pace.rest(state.upcoming_sleep):
            raise failure.error

    def last(state: tenacity.RetryCallState) -> Failure:
        failure = _failure(state)
        if state.attempt_number > 1:
            failure.error.summary += f" (The last of {state.attempt_number} attempts.)"
        return failure

    result = tenacity.Retrying(
        retry=tenacity.retry_if_result(
            lambda result: isinstance(result, Failure) and result.outcome in REPEATED[kind]
        ),
        wait=delay,
        stop=is_over,
        before_sleep=rest,
        # Rested already: tenacity's sleep would not know which failure to end with.
        sleep=lambda _: None,
        retry_error_callback=last,
    )(_Doubt(attempt))
    if isinstance(result, Failure) and result.outcome in _SLOWING:
        # What is not sent again here may be looked for by the caller, who shall wait as well.
        pace.hold(result.retry_after or 0.0)
    return result


class _Doubt(Generic[_Value]):
    """Attempts, where each inherits the doubt of those before it.

    Once an attempt is ambiguous, later failures stay ambiguous. A refusal of what the request holds
    ends the doubt: the tenant has refused the same request before.
    """

    def __init__(self, attempt: Callable[[], _Value | Failure]) -> None:
        self._attempt = attempt
        self._unclear = False

    def __call__(self) -> _Value | Failure:
        try:
            result = self._attempt()
        except APIError as error:
            self._inherit(error)
            raise
        if isinstance(result, Failure) and result.outcome is not Outcome.REFUSED:
            self._inherit(result.error)
        return result

    def _inherit(self, error: APIError) -> None:
        if self._unclear:
            error.ambiguous, error.advice = True, LOOK_FIRST
        self._unclear = error.ambiguous


def _failure(state: tenacity.RetryCallState) -> Failure:
    if state.outcome is None:
        raise AssertionError("tenacity asks only after an attempt")
    failure: Failure = state.outcome.result()
    return failure
