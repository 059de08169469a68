"""The errors that this package raises, in one tree.

Their types tell a caller, the provider and the command line what happened. The last line of their
text tells a reader what to do. This module imports nothing of ours.

    C1PolicyError
    ├── SettingsError                 a credential or another setting is missing or malformed
    ├── RefusedError                  a plan refused to touch a policy
    │   └── StateError                a recorded state is damaged, or a later release wrote it
    └── APIError                      a request did not end as the API promises
        ├── NoAnswerError             no connection, a cut connection, or no answer in time
        ├── AnswerError               an answer that the API never sends: HTML, cut off, wrong shape
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

    Its text has two parts: what happened, and on the last line what to do. The last line reads
    alone, because the engine and many terminals show nothing else.

    Attributes:
        summary: What happened, in a sentence.
        advice: What to do about it, in a sentence.
    """

    def __init__(self, summary: str, advice: str) -> None:
        """Take the two parts of the text."""
        # Both go to `args`, and all else is an attribute, so that copy and pickle work unchanged.
        super().__init__(summary, advice)
        self.summary = summary
        self.advice = advice

    def __str__(self) -> str:
        """Return both parts, each on its line."""
        return f"{self.summary}\n{self.advice}"


class SettingsError(C1PolicyError):
    """A credential or another setting is missing or malformed.

    The text names the setting. It never contains its value, except the name of a tenant.
    """


class RefusedError(C1PolicyError):
    """A plan refused to touch a policy: builtin, taken over, in conflict, or still in use."""


class StateError(RefusedError):
    """The recorded state of a policy is damaged, or a later release of this package wrote it.

    The text names paths of the state. It never contains a value.
    """


class APIError(C1PolicyError):
    """A request did not end as the API promises.

    Attributes:
        method: The HTTP method of the request.
        path: The path of the request, without its query.
        status: The HTTP status of the answer, if there was one.
        code: The gRPC code in the body of the answer, if it had one.
        request_id: The id that the tenant gave the request, for its support.
        ambiguous: The request was a write, and it may have taken effect nevertheless.
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
        """Set the text and the known facts about the request."""
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
    """The API never sends such an answer: HTML, cut off, a redirect, or a wrong shape."""


class StatusError(APIError):
    """The tenant answered with an error status."""


class InvalidRequestError(StatusError):
    """The tenant rejects the content of the request; a repetition cannot help."""


class AuthenticationError(StatusError):
    """The tenant does not accept the credential."""


class PermissionDeniedError(StatusError):
    """The credential has no permission for the request."""


class NotFoundError(StatusError):
    """The tenant has no such policy."""


class ConflictError(StatusError):
    """The state of the policy, or of others that use it, forbids the request."""


class RateLimitError(StatusError):
    """The tenant answers no more requests for now."""


class ServerError(StatusError):
    """The tenant, or a gateway on the way to it, failed."""
