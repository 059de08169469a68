"""The errors that this package raises, in one tree.

The class tells a caller what happened; the last line of the text tells a reader what to do.
This module imports nothing of this package.

    C1PolicyError
    ├── SettingsError                 a credential or another setting is missing or malformed
    ├── RefusedError                  this package refuses an operation on a policy
    │   └── StateError                a recorded state is damaged, or a later release wrote it
    └── APIError                      a request failed
        ├── NoAnswerError             no connection, a cut connection, or no answer in time
        ├── AnswerError               an answer that the API never sends, such as HTML
        └── StatusError               an answer with an error status
            ├── InvalidRequestError   400, and any 4xx or 500 with a text that is known to be final
            ├── AuthenticationError   401, a denied access token, or a demand for DPoP
            ├── PermissionDeniedError 403
            ├── NotFoundError         404 of the API itself
            ├── ConflictError         409, and 400 or 412 with a gRPC code of a conflict
            ├── RateLimitError        429
            └── ServerError           500 and above, 408, 499, and gRPC codes 4 and 14
"""

from __future__ import annotations

from typing import Self

__all__ = [
    "APIError",
    "AnswerError",
    "AuthenticationError",
    "C1PolicyError",
    "ConflictError",
    "InvalidRequestError",
    "NoAnswerError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RefusedError",
    "ServerError",
    "SettingsError",
    "StateError",
    "StatusError",
]


class C1PolicyError(Exception):
    """Base class of every error of this package.

    The text of an error has two parts: the summary, then, on the last line, the advice. The engine
    and many terminals show only the last line, so the advice reads alone.

    Attributes:
        summary: One sentence that tells what happened.
        advice: One sentence that tells what to do.
    """

    def __init__(self, summary: str, advice: str) -> None:
        """Store the two parts of the text."""
        # `copy` and `pickle` call the class with `args`, then restore the other attributes.
        super().__init__(summary, advice)
        self.summary = summary
        self.advice = advice

    def __str__(self) -> str:
        """Return both parts, each on its line."""
        return f"{self.summary}\n{self.advice}"

    def replace(self, **changes: object) -> Self:
        """Return a new error of the same class, with some attributes changed.

        Use it instead of assigning to an attribute, and in each thread that raises an error of
        another thread: one exception object holds only one traceback.

        Args:
            changes: New values by attribute name, as for the constructor.
        """
        facts: dict[str, object] = {
            name: value for name, value in vars(self).items() if not name.startswith("__")
        }
        return type(self)(**facts | changes)  # type: ignore[arg-type]


class SettingsError(C1PolicyError):
    """A credential or another setting is missing or malformed.

    The text names the setting. It never holds the value, except the name of a tenant.
    """


class RefusedError(C1PolicyError):
    """This package refuses an operation, such as a write to a builtin policy."""


class StateError(RefusedError):
    """The recorded state of a policy is damaged, or a later release of this package wrote it.

    The text names paths of the state. It never holds a value.
    """


class APIError(C1PolicyError):
    """A request failed.

    Attributes:
        method: The HTTP method of the request.
        path: The path of the request, without its query.
        status: The HTTP status of the answer; None without an answer.
        code: The gRPC code in the body of the answer, if it has one.
        request_id: The tenant's id of the request, for ConductorOne's support.
        ambiguous: The request was a write, and it may have taken effect.
        in_progress: The tenant may still be at work on the request.
    """

    def __init__(
        self,
        summary: str,
        advice: str,
        *,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        code: int | None = None,
        request_id: str | None = None,
        ambiguous: bool = False,
        in_progress: bool = False,
    ) -> None:
        """Store the text and the facts of the request."""
        super().__init__(summary, advice)
        self.method = method
        self.path = path
        self.status = status
        self.code = code
        self.request_id = request_id
        self.ambiguous = ambiguous
        self.in_progress = in_progress


class NoAnswerError(APIError):
    """A request got no answer: no connection, a cut connection, or no answer in time."""


class AnswerError(APIError):
    """The API never sends such an answer: HTML, cut off, a redirect, or of another shape."""


class StatusError(APIError):
    """The tenant answered with an error status."""


class InvalidRequestError(StatusError):
    """The tenant rejects the content of the request; sending it again cannot help."""


class AuthenticationError(StatusError):
    """The tenant does not accept the credential."""


class PermissionDeniedError(StatusError):
    """The credential has no permission for the request."""


class NotFoundError(StatusError):
    """The tenant has no such policy."""


class ConflictError(StatusError):
    """The state of the policy, or of another policy that uses it, forbids the request."""


class RateLimitError(StatusError):
    """The tenant accepts no more requests for now."""


class ServerError(StatusError):
    """The tenant, or a gateway in front of it, failed."""
