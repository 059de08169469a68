"""The meaning of an error status: the class of the error, and the outcome of the attempt.

This module alone decides which statuses are certain and which are ambiguous for a write, so that
one table in the tests covers them all. It must not import httpx.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pulumi_c1policy import errors
from pulumi_c1policy._client import answer_models, rejections
from pulumi_c1policy._client.outcomes import Outcome, OutcomeKind
from pulumi_c1policy._client.rejections import Rejection

_GRPC_CODES: Final[Mapping[int, str]] = {
    1: "CANCELLED",
    2: "UNKNOWN",
    3: "INVALID_ARGUMENT",
    4: "DEADLINE_EXCEEDED",
    5: "NOT_FOUND",
    6: "ALREADY_EXISTS",
    7: "PERMISSION_DENIED",
    8: "RESOURCE_EXHAUSTED",
    9: "FAILED_PRECONDITION",
    10: "ABORTED",
    11: "OUT_OF_RANGE",
    12: "UNIMPLEMENTED",
    13: "INTERNAL",
    14: "UNAVAILABLE",
    15: "DATA_LOSS",
    16: "UNAUTHENTICATED",
}
_CANCELLED, _DEADLINE_EXCEEDED, _NOT_FOUND, _UNIMPLEMENTED, _UNAVAILABLE = 1, 4, 5, 12, 14
_CONFLICT_CODES = frozenset({6, 9, 10})
_GAVE_UP_WAITING = frozenset({408, 499, 504})
# The server has ended its work on the request. Any other 5xx (such as 520 to 530, 598 and 599 of
# proxies) may come from a gateway that only stopped waiting.
_ENDED = frozenset({500, 502, 503})
_ERRORS: Final[Mapping[int, type[errors.StatusError]]] = {
    400: errors.InvalidRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    429: errors.RateLimitError,
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of an error answer.

    Attributes:
        error: The class of the error.
        outcome: The way in which the attempt failed, for the retry table.
        rejection: The text in the body that is known to be final, if it has one.
    """

    error: type[errors.APIError]
    outcome: Outcome = Outcome.FINAL
    rejection: Rejection | None = None


def interpret(kind: OutcomeKind, status: int, body: answer_models.ErrorBody) -> Meaning:
    """Return the meaning of an answer with a status of 400 or above."""
    if kind is OutcomeKind.TOKEN:
        if status in (400, 401, 403):
            # OAuth answers 400 to a wrong credential.
            return Meaning(errors.AuthenticationError)
    elif rejection := rejections.find(status, body.message):
        return Meaning(errors.InvalidRequestError, Outcome.REJECTED, rejection)
    if status == 429:
        return Meaning(errors.RateLimitError, Outcome.THROTTLED)
    if status in (401, 403):
        # The request was not let in, so it had no effect. The body cannot change that.
        return Meaning(_ERRORS[status])
    if status == 501 and body.code == _UNIMPLEMENTED:
        return Meaning(errors.ServerError)
    is_failure = status >= 500 or status in _GAVE_UP_WAITING
    if is_failure or body.code in (_DEADLINE_EXCEEDED, _UNAVAILABLE):
        return Meaning(errors.ServerError, _outcome_of_failure(status, body.code))
    if status == 404 and (body.code != _NOT_FOUND or kind is OutcomeKind.TOKEN):
        # Only the API's own 404 is about the policy: not that of a gateway, nor that of the token
        # endpoint.
        return Meaning(errors.AnswerError, Outcome.NOT_ROUTED)
    if status in (400, 412) and body.code in _CONFLICT_CODES:
        return Meaning(errors.ConflictError)
    return Meaning(_ERRORS.get(status, errors.StatusError))


def _outcome_of_failure(status: int, code: int | None) -> Outcome:
    gave_up = status in _GAVE_UP_WAITING or code == _DEADLINE_EXCEEDED
    is_unavailable = status == 503 or code == _UNAVAILABLE
    return Outcome.UNAVAILABLE if is_unavailable and not gave_up else Outcome.SERVER_FAILED


def may_be_in_progress(status: int, code: int | None) -> bool:
    """Return whether the tenant may still be at work on a request with such an answer."""
    if status in _GAVE_UP_WAITING or code in (_CANCELLED, _DEADLINE_EXCEEDED):
        return True
    return status >= 500 and status not in _ENDED


def describe(status: int, code: int | None) -> str:
    """Return the name of the gRPC code of an error, or else that of its status."""
    if code is not None and code in _GRPC_CODES:
        return f"{_GRPC_CODES[code]} (code {code})"
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "(a status that HTTP does not define)"
