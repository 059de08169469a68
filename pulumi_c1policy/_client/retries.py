"""The table of repetitions by kind of request and outcome, and the loop that follows it.

A create is sent again only if the first one cannot have taken effect. Each attempt of an update or
a delete follows a look at the policy, so these are repeated after an ambiguous outcome as well.
This module must not import httpx.
"""

from __future__ import annotations

import itertools
import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final, TypeVar

from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy.errors import APIError, NoAnswerError

LOOK_FIRST: Final = (
    "The change may have been made: run `pulumi up --refresh` to see before trying again."
)
"""The advice after an ambiguous outcome."""

_Value = TypeVar("_Value")
_MOST_ATTEMPTS = 4
# After outcomes that ask to slow down, which may last until the deadline.
_MOST_SLOWED_ATTEMPTS = 30
_FIRST_DELAY_SECONDS, _LONGEST_DELAY_SECONDS = 0.25, 8.0
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")


class Kind(Enum):
    """The kind of a request, for the table of repetitions."""

    READ = auto()
    DELETE = auto()
    UPDATE = auto()
    CREATE = auto()
    TOKEN = auto()

    @property
    def writes_policy(self) -> bool:
        """True if an ambiguous outcome leaves a policy in an unknown state."""
        return self in (Kind.UPDATE, Kind.CREATE, Kind.DELETE)


class Outcome(Enum):
    """The way an attempt failed."""

    NOT_SENT = auto()
    NO_ANSWER = auto()
    THROTTLED = auto()
    UNAVAILABLE = auto()
    SERVER_FAILED = auto()
    NOT_ROUTED = auto()
    """A 404 that is not the API's: a gateway did not pass the request on."""
    UNREADABLE = auto()
    REFUSED = auto()
    """Rejected because of the request's content: each earlier attempt was rejected as well."""
    FINAL = auto()


_ANY_TIME = frozenset(
    {
        Outcome.NOT_SENT,
        Outcome.NO_ANSWER,
        Outcome.THROTTLED,
        Outcome.UNAVAILABLE,
        Outcome.SERVER_FAILED,
        Outcome.NOT_ROUTED,
    }
)
REPEATED: Final[Mapping[Kind, frozenset[Outcome]]] = {
    Kind.READ: _ANY_TIME,
    Kind.TOKEN: _ANY_TIME,
    Kind.DELETE: _ANY_TIME,
    Kind.UPDATE: _ANY_TIME,
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
        kind: The kind of the request that failed. The look before a write is a read.
        outcome: The way it failed, for the table.
        error: The error to raise if it was the last attempt.
        retry_after: Seconds that the server asked to wait, if it did.
    """

    kind: Kind
    outcome: Outcome
    error: APIError
    retry_after: float | None = None

    @property
    def is_slowing(self) -> bool:
        """True if the tenant asks every thread to slow down."""
        return self.outcome in _SLOWING

    @property
    def may_repeat(self) -> bool:
        """True if the table allows another attempt."""
        return self.outcome in REPEATED[self.kind]


def is_ambiguous(kind: Kind, outcome: Outcome) -> bool:
    """Return whether a failed request of this kind may have changed a policy nevertheless."""
    return kind.writes_policy and outcome in _UNCLEAR


def parse_retry_after(value: str | None, date: str | None, now: float) -> float | None:
    """Return the seconds that a `Retry-After` header asks to wait, or None.

    Args:
        value: The header: a number of seconds or an HTTP date.
        date: The `Date` header of the same answer. A date is relative to the server's clock,
            which may differ from ours.
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
    """The time before which no thread sends anything, after the tenant asked one to slow down."""

    def __init__(self, clock: Clock, closed: threading.Event) -> None:
        self._clock = clock
        self._closed = closed
        self._lock = threading.Lock()
        self._not_before = 0.0

    def hold(self, seconds: float) -> None:
        """Make every thread wait for this many seconds from now."""
        until = self._clock.monotonic() + seconds
        with self._lock:
            self._not_before = max(self._not_before, until)

    def is_held(self) -> bool:
        """Return whether a thread that wants to send has to wait."""
        return self._not_before > self._clock.monotonic()

    def pass_by(self, deadline: float) -> None:
        """Wait until requests may be sent.

        Raises:
            NoAnswerError: The deadline comes first, or the client was closed.
        """
        waited = False
        while (left := self._not_before - self._clock.monotonic()) > 0:
            if self._not_before > deadline:
                raise NoAnswerError(
                    f"Nothing was sent: the tenant asked to wait for another {left:.0f} seconds.",
                    "Try again later, or raise c1policy:requestDeadline.",
                )
            if not self.rest(left):
                raise make_closed_error()
            waited = True
        if waited:
            # Spread the threads that waited for the same time.
            spread = random.uniform(0, 0.25)  # noqa: S311 (no cryptography)
            self.rest(min(spread, max(0.0, deadline - self._clock.monotonic())))

    def rest(self, seconds: float) -> bool:
        """Wait; return False, and early, if the client is closed meanwhile."""
        return not self._clock.wait(self._closed, seconds)


def make_closed_error() -> NoAnswerError:
    """Return the error for a request of a client that was closed."""
    return NoAnswerError(
        "Nothing was sent: the run was interrupted.",
        "Run the command again to go on.",
    )


def repeat(
    attempt: Callable[[], _Value | Failure], deadline: float, clock: Clock, pace: Pace
) -> _Value | Failure:
    """Return the result of the first attempt that succeeds, or the failure of the last one.

    Once an attempt is ambiguous, later failures stay ambiguous. A rejection of the request's
    content ends the ambiguity, because the tenant has rejected the same request before.

    Args:
        attempt: Try once; return a `Failure` instead of raising one.
        deadline: The end, on the monotonic clock.
        clock: That clock.
        pace: The pace of all threads.
    """
    is_unclear = False
    for number in itertools.count(1):
        try:
            result = attempt()
        except APIError as error:
            if is_unclear:
                _leave_unclear(error)
            raise
        if not isinstance(result, Failure):
            return result
        if is_unclear and result.outcome is not Outcome.REFUSED:
            _leave_unclear(result.error)
        is_unclear = result.error.ambiguous
        delay = _choose_delay(result, number)
        most = _MOST_SLOWED_ATTEMPTS if result.is_slowing else _MOST_ATTEMPTS
        is_last = number >= most or clock.monotonic() + delay >= deadline
        if is_last or not result.may_repeat:
            if number > 1 and result.may_repeat:
                result.error.summary += f" (The last of {number} attempts.)"
            if result.is_slowing:
                # The caller may look for the effect of a request that is not repeated here, and has
                # to wait too.
                pace.hold(result.retry_after or 0.0)
            return result
        if result.is_slowing:
            pace.hold(delay)
        if not pace.rest(delay):
            raise result.error
    raise AssertionError("unreachable: the loop has no end of its own")


def _choose_delay(failure: Failure, number: int) -> float:
    """Return the seconds to wait after this many attempts, at least what the server asked for."""
    doubled = min(_FIRST_DELAY_SECONDS * 2.0 ** (number - 1), _LONGEST_DELAY_SECONDS)
    asked = failure.retry_after or 0.0
    # Other clients were asked to wait as well: spread the requests.
    spread = min(1.0, 0.1 * asked) if asked > doubled else _FIRST_DELAY_SECONDS
    return max(asked, doubled) + random.uniform(0, spread)  # noqa: S311 (no cryptography)


def _leave_unclear(error: APIError) -> None:
    error.ambiguous, error.advice = True, LOOK_FIRST
