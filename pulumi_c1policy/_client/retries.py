"""The loop that sends a request again, and the length of its waits.

A create is sent again only if the attempt before cannot have taken effect. A look at the policy
precedes each attempt of an update or a delete, so these are repeated after an ambiguous outcome.
`outcomes.RETRIED` is the table. This module must not import httpx.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TypeVar

from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.outcomes import LOOK_FIRST, Failure, Outcome
from pulumi_c1policy._client.pace import Pace
from pulumi_c1policy.errors import APIError

_Value = TypeVar("_Value")
_MAX_ATTEMPTS = 4
# For the outcomes that ask to slow down: these may last until the deadline.
_MAX_SLOWED_ATTEMPTS = 30
_FIRST_DELAY_SECONDS, _MAX_DELAY_SECONDS = 0.25, 8.0
_MAX_JITTER_SECONDS, _JITTER_SHARE = 1.0, 0.1
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")


def repeat(
    attempt: Callable[[], _Value | Failure], deadline: float, clock: ClientClock, pace: Pace
) -> _Value | Failure:
    """Return the result of the first attempt that succeeds, or the failure of the last one.

    Once an attempt is ambiguous, later failures stay ambiguous. A rejection of the content ends
    the ambiguity, because the tenant rejected each earlier attempt for the same content.

    Args:
        attempt: One attempt. It may raise an error that ends the loop.
        deadline: The end of the last attempt, on the monotonic clock.
        clock: The clock of the deadline.
        pace: The waits that all threads share.

    Raises:
        APIError: The attempt raised it.
    """
    follows_ambiguous = False
    for number in itertools.count(1):
        try:
            result = attempt()
        except APIError as error:
            if follows_ambiguous:
                raise error.replace(ambiguous=True, advice=LOOK_FIRST) from error
            raise
        if not isinstance(result, Failure):
            return result
        if result.outcome is not Outcome.REJECTED:
            result = replace(result, follows_ambiguous=follows_ambiguous)
        follows_ambiguous = result.is_ambiguous
        delay = _compute_delay(result, number)
        is_patient = result.is_retried_until_deadline
        attempts = _MAX_SLOWED_ATTEMPTS if is_patient else _MAX_ATTEMPTS
        is_last = number >= attempts or clock.monotonic() + delay >= deadline
        if is_last or not result.is_retried:
            if result.is_slowing:
                # The other requests of the caller wait, even if this one is not sent again.
                pace.delay(result.retry_after or 0.0)
            return _count_attempts(result, number)
        if result.is_slowing:
            pace.delay(delay)
        if not pace.wait(delay):
            return result
    raise AssertionError("unreachable: the loop has no end of its own")


def _compute_delay(failure: Failure, number: int) -> float:
    """Return the seconds to wait after this attempt; at least those that the server asks for."""
    doubled = min(_FIRST_DELAY_SECONDS * 2.0 ** (number - 1), _MAX_DELAY_SECONDS)
    requested = failure.retry_after or 0.0
    if requested > doubled:
        # The server gave other clients the same moment.
        jitter = min(_MAX_JITTER_SECONDS, _JITTER_SHARE * requested)
    else:
        jitter = _FIRST_DELAY_SECONDS
    return max(requested, doubled) + random.uniform(0, jitter)  # noqa: S311 (no cryptography)


def _count_attempts(failure: Failure, number: int) -> Failure:
    if number == 1 or not failure.is_retried:
        return failure
    return replace(failure, summary=f"{failure.summary} (The last of {number} attempts.)")


def parse_retry_after(value: str | None, date: str | None, now: float) -> float | None:
    """Return the seconds that a `Retry-After` header asks to wait; None if it does not.

    Args:
        value: The header: a number of seconds or an HTTP date.
        date: The `Date` header of the same answer. A date in `value` is relative to the server's
            clock, which may differ from ours.
        now: Seconds since 1970, for an answer without a date.
    """
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return float(value)
    until = _parse_date(value)
    if until is None:
        return None
    server_now = _parse_date(date)
    return max(0.0, until - (now if server_now is None else server_now))


def _parse_date(text: str | None) -> float | None:
    """Return an HTTP date as seconds since 1970; None if it is not one."""
    try:
        return None if text is None else parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
