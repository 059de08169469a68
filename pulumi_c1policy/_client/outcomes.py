"""The outcome of a request, and the table of the outcomes after which it is sent again.

A failure stays a value until the last attempt. Threads can share it, and each caller raises an
error of its own. This module must not import httpx.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final, Self, TypeVar

from pulumi_c1policy.errors import APIError

LOOK_FIRST: Final = (
    "The change may have been made. Run `pulumi up --refresh` to find out before you try again."
)
"""The advice after an ambiguous outcome."""

_Value = TypeVar("_Value")


class OutcomeKind(Enum):
    """The kind of a request; it decides after which outcomes the request is sent again."""

    READ = auto()
    HELP = auto()
    """A read that the caller can do without."""
    DELETE = auto()
    UPDATE = auto()
    CREATE = auto()
    TOKEN = auto()


class Outcome(Enum):
    """The way in which an attempt failed."""

    NOT_SENT = auto()
    NO_ANSWER = auto()
    THROTTLED = auto()
    UNAVAILABLE = auto()
    SERVER_FAILED = auto()
    NOT_ROUTED = auto()
    """A 404 that a gateway wrote: it did not pass the request on to the tenant."""
    UNREADABLE = auto()
    REJECTED = auto()
    """Rejected for the content of the request, as each earlier attempt of it was."""
    FINAL = auto()


_TRANSIENT = frozenset(
    {
        Outcome.NOT_SENT,
        Outcome.NO_ANSWER,
        Outcome.THROTTLED,
        Outcome.UNAVAILABLE,
        Outcome.SERVER_FAILED,
        Outcome.NOT_ROUTED,
    }
)
RETRIED: Final[Mapping[OutcomeKind, frozenset[Outcome]]] = {
    OutcomeKind.READ: _TRANSIENT,
    OutcomeKind.HELP: _TRANSIENT,
    OutcomeKind.TOKEN: _TRANSIENT,
    # A look precedes each attempt of these two, so a repetition cannot overwrite an edit.
    OutcomeKind.DELETE: _TRANSIENT,
    OutcomeKind.UPDATE: _TRANSIENT,
    # A gateway also answers 503 when it lost its backend half-way: the policy may exist.
    OutcomeKind.CREATE: frozenset({Outcome.NOT_SENT, Outcome.THROTTLED}),
}
"""The outcomes after which a request of each kind is sent again."""

_SLOWING = frozenset({Outcome.THROTTLED, Outcome.UNAVAILABLE})
_WRITES = frozenset({OutcomeKind.CREATE, OutcomeKind.UPDATE, OutcomeKind.DELETE})
_AMBIGUOUS = frozenset(
    {Outcome.NO_ANSWER, Outcome.UNAVAILABLE, Outcome.SERVER_FAILED, Outcome.UNREADABLE}
)


@dataclass(frozen=True, slots=True)
class Call:
    """The facts of a request that its errors name.

    Attributes:
        kind: The kind of the request.
        method: The HTTP method.
        path: The path, without its query.
        has_id: The path holds the id of a policy.
    """

    kind: OutcomeKind
    method: str
    path: str
    has_id: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt: the facts for the retry table, and those of the error to raise.

    Attributes:
        error_type: The class of the error.
        summary: The sentence that tells what happened.
        advice: The sentence that tells what to do; an ambiguous failure has `LOOK_FIRST` instead.
        outcome: The way in which the attempt failed.
        call: The request; None if the failure does not belong to one.
        status: The HTTP status of the answer, if there is one.
        code: The gRPC code in the body of the answer, if it has one.
        request_id: The tenant's id of the request, if the answer has one.
        retry_after: The seconds that the server asks to wait, if it does.
        in_progress: The tenant may still be at work on the request.
        follows_ambiguous: An earlier attempt of the same write was ambiguous.
        cause: The exception that explains the failure, for the traceback.
    """

    error_type: type[APIError]
    summary: str
    advice: str
    outcome: Outcome = Outcome.FINAL
    call: Call | None = None
    status: int | None = None
    code: int | None = None
    request_id: str | None = None
    retry_after: float | None = None
    in_progress: bool = False
    follows_ambiguous: bool = False
    cause: Exception | None = None

    @property
    def is_ambiguous(self) -> bool:
        """Return whether the request is a write that may have taken effect."""
        is_write = self.call is not None and self.call.kind in _WRITES
        return self.follows_ambiguous or (is_write and self.outcome in _AMBIGUOUS)

    @property
    def is_retried(self) -> bool:
        """Return whether the table allows another attempt."""
        return self.call is not None and self.outcome in RETRIED[self.call.kind]

    @property
    def is_retried_until_deadline(self) -> bool:
        """Return whether only the deadline limits the attempts.

        A request that only helps does not wait for an endpoint that is unavailable.
        """
        is_help = self.call is not None and self.call.kind is OutcomeKind.HELP
        return self.is_slowing and not (is_help and self.outcome is Outcome.UNAVAILABLE)

    @property
    def is_slowing(self) -> bool:
        """Return whether the tenant asks every thread to slow down."""
        return self.outcome in _SLOWING

    def as_final(self) -> Self:
        """Return the failure as one that the caller does not retry."""
        return replace(self, outcome=Outcome.FINAL)

    def to_error(self) -> APIError:
        """Return a new error with these facts; raise it `from` the cause."""
        return self.error_type(
            self.summary,
            LOOK_FIRST if self.is_ambiguous else self.advice,
            method=self.call.method if self.call else None,
            path=self.call.path if self.call else None,
            status=self.status,
            code=self.code,
            request_id=self.request_id,
            ambiguous=self.is_ambiguous,
            in_progress=self.in_progress,
        )


def unwrap(result: _Value | Failure) -> _Value:
    """Return the value of a result.

    Raises:
        APIError: The result is a failure.
    """
    if isinstance(result, Failure):
        raise result.to_error() from result.cause
    return result
