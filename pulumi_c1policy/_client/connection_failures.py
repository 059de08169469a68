"""The failures of requests that got no answer: what was sent, and what to tell the user.

A create may be sent again after "not sent" and not after "no answer". This module alone makes that
distinction, from httpx's exceptions. It must not send anything.
"""

from __future__ import annotations

import ssl

import httpx

from pulumi_c1policy._client import answers
from pulumi_c1policy._client.outcomes import Call, Failure, Outcome
from pulumi_c1policy.errors import NoAnswerError

_CHECK = "Check the network, the proxy settings and c1policy:serverUrl, and try again."
_AUTHORITIES = (
    "If your network has its own certificate authority, set the environment variable SSL_CERT_FILE "
    "to its file; verification cannot be turned off."
)


def describe(call: Call, cause: Exception) -> Failure:
    """Return the failure of a request to which httpx got no answer.

    Args:
        call: The request.
        cause: The exception of httpx.
    """
    if isinstance(cause, httpx.DecodingError):
        return answers.describe_unreadable(call, "a body in a broken encoding")
    outcome, what, advice = _explain(cause)
    return Failure(
        NoAnswerError,
        f"{call} got no answer: {what}.",
        advice,
        outcome,
        call,
        in_progress=outcome is Outcome.NO_ANSWER and isinstance(cause, httpx.TimeoutException),
        cause=cause,
    )


def _explain(cause: Exception) -> tuple[Outcome, str, str]:
    """Return how the attempt failed, what happened, and what to do."""
    tls = _find_tls_error(cause)
    if isinstance(tls, ssl.SSLCertVerificationError):
        what = f"the server's certificate is not trusted ({tls.verify_message})"
        return Outcome.FINAL, what, _AUTHORITIES
    # A handshake that was cut may succeed the next time; a wrong one never does.
    if tls is not None and not isinstance(tls, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Outcome.FINAL, "the server does not speak valid TLS", _CHECK
    outcome, what = _explain_exception(cause)
    return outcome, what, _CHECK


def _explain_exception(cause: Exception) -> tuple[Outcome, str]:
    if isinstance(cause, httpx.PoolTimeout):
        return Outcome.NOT_SENT, "no connection became free in time"
    if isinstance(cause, httpx.ConnectTimeout):
        return Outcome.NOT_SENT, "the server could not be reached in time"
    if isinstance(cause, httpx.ProxyError):
        return Outcome.NOT_SENT, "the proxy refused the connection"
    if isinstance(cause, httpx.ConnectError):
        return Outcome.NOT_SENT, "the server could not be reached"
    if isinstance(cause, httpx.TimeoutException):
        return Outcome.NO_ANSWER, "the server took too long"
    if isinstance(cause, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Outcome.FINAL, "the request could not be written"
    return Outcome.NO_ANSWER, "the connection was cut"


def _find_tls_error(cause: BaseException | None) -> ssl.SSLError | None:
    # httpcore raises "from None", so the socket's error is in the context only.
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None
