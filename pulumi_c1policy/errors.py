"""The errors that this package raises, in one tree.

They exist so that a caller, the provider or the command line can tell what happened by type, and
a reader what to do from the last line. This module imports nothing of ours.

    C1PolicyError
    ├── SettingsError                 a credential or another setting is missing or malformed
    ├── RefusedError                  a plan refused to touch a policy
    │   └── StateError                a recorded state is damaged, or a later release wrote it
    └── APIError                      a request did not end as the API promises
        ├── NoAnswerError             no connection, a cut connection, or no answer in time
        ├── AnswerError               an answer that cannot be one of the API: HTML, cut off, other shape
        └── StatusError               an answer with an error status
            ├── InvalidRequestError   400, and any 4xx or 500 with a text that is known to be final
            ├── AuthenticationError   401, a token that was not granted, or a demand for DPoP
            ├── PermissionDeniedError 403
            ├── NotFoundError         404
            ├── ConflictError         409, and 400 or 412 with a gRPC code of a conflict
            ├── RateLimitError        429
            └── ServerError           500 and above, 408, 499, and gRPC codes 4 and 14
"""

from __future__ import annotations

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
    """Base of every error of this package.

    Its text is two parts: what happened, then, on the last line, what to do. The last line reads
    alone, because the engine and many terminals show no more.

    Attributes:
        summary: What happened, in a sentence.
        advice: What to do about it, in a sentence.
    """

    def __init__(self, summary: str, advice: str) -> None:
        """Take the two parts of the text."""
        # Both go to `args`, and all else is an attribute, so that copy and pickle work as they are.
        super().__init__(summary, advice)
        self.summary = summary
        self.advice = advice

    def __str__(self) -> str:
        """Return both parts, each on its line."""
        return f"{self.summary}\n{self.advice}"


class SettingsError(C1PolicyError):
    """A credential or another setting is missing or malformed.

    The text names the setting. It never holds its value, except the name of a tenant.
    """


class RefusedError(C1PolicyError):
    """A plan refused to touch a policy: builtin, somebody else's, in conflict, or still in use."""


class StateError(RefusedError):
    """The recorded state of a policy is damaged, or a later release of this package wrote it.

    The text names paths of the state. It never holds a value.
    """


class APIError(C1PolicyError):
    """A request did not end as the API promises.

    Attributes:
        method: The HTTP method of the request.
        path: The path of the request, without its query.
        status: The HTTP status of the answer, if there was one.
        code: The gRPC code in the body of the answer, if it had one.
        request_id: The name that the tenant gave the request, for its support.
        ambiguous: The request was a write, and it may have taken effect all the same.
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
    ) -> None:
        """Take the text and what is known of the request."""
        super().__init__(summary, advice)
        self.method = method
        self.path = path
        self.status = status
        self.code = code
        self.request_id = request_id
        self.ambiguous = ambiguous


class NoAnswerError(APIError):
    """A request got no answer: no connection, a cut connection, or none in time."""


class AnswerError(APIError):
    """An answer cannot be one of the API: HTML, cut off, a redirect, or of another shape."""


class StatusError(APIError):
    """The tenant answered with an error status."""


class InvalidRequestError(StatusError):
    """The tenant refuses what the request holds; to send it again cannot help."""


class AuthenticationError(StatusError):
    """The tenant does not accept the credential."""


class PermissionDeniedError(StatusError):
    """The credential may not do what was asked."""


class NotFoundError(StatusError):
    """The tenant has no such policy."""


class ConflictError(StatusError):
    """The state of the policy, or of others that use it, forbids what was asked."""


class RateLimitError(StatusError):
    """The tenant answers no more requests for now."""


class ServerError(StatusError):
    """The tenant, or a gateway before it, failed."""
