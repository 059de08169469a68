"""An HTTP answer that was read to its end. It sends nothing."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from pulumi_c1policy._client import text_cleaner
from pulumi_c1policy._client.outcomes import Call, Failure, Outcome
from pulumi_c1policy.errors import AnswerError

NOT_THE_API = (
    "This answer does not come from the ConductorOne API. Check c1policy:serverUrl and the proxy "
    "settings (HTTPS_PROXY, NO_PROXY)."
)
"""The advice after an answer that the API never sends."""

_MAX_REQUEST_ID_LENGTH = 128
_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "x-amzn-trace-id",
    "x-trace-id",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, and the call that it answers."""

    call: Call
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def is_html(self) -> bool:
        """Return whether the body is a page for a browser."""
        return text_cleaner.is_html(self.headers.get("content-type", ""), self.body)

    def find_request_id(self, cleaner: text_cleaner.Cleaner) -> str | None:
        """Return the tenant's id of the request, if a header has one."""
        found = (self.headers.get(name) for name in _REQUEST_ID_HEADERS)
        text = cleaner.clean(next((value for value in found if value), ""))
        return text[:_MAX_REQUEST_ID_LENGTH] or None


def describe_unreadable(
    call: Call, what: str, *, status: int | None = None, request_id: str | None = None
) -> Failure:
    """Return the failure for an answer that the API never sends.

    Args:
        call: The request.
        what: The content of the answer, as a noun phrase.
        status: The HTTP status, if it tells something.
        request_id: The tenant's id of the request, if the answer has one.
    """
    content = what if status is None else f"status {status} and {what}"
    return Failure(
        AnswerError,
        f"{call} was answered with {content}, which the API never sends."
        f"{format_request_id(request_id)}",
        NOT_THE_API,
        Outcome.UNREADABLE,
        call,
        status=status,
        request_id=request_id,
    )


def format_request_id(request_id: str | None) -> str:
    """Return the request id as the end of a summary."""
    return f" (request id {request_id})" if request_id else ""
