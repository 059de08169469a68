"""The meaning of httpx's exceptions: whether anything was sent, and what to tell the user.

Whether a request was sent decides whether a create may be sent again, so one place decides it. This
module sends nothing.
"""

from __future__ import annotations

import ssl

import httpx

from pulumi_c1policy._client.retries import Outcome

_CHECK = "Check the network, the proxy settings and c1policy:serverUrl, and try again."
_AUTHORITIES = (
    "If your network has a certificate authority of its own, name its file in the environment "
    "variable SSL_CERT_FILE; verification cannot be turned off."
)


def explain(cause: Exception) -> tuple[Outcome, str, str]:
    """Return how an attempt failed, what happened in words, and what to do."""
    tls = _tls_error(cause)
    if isinstance(tls, ssl.SSLCertVerificationError):
        what = f"the server's certificate cannot be trusted ({tls.verify_message})"
        return Outcome.FINAL, what, _AUTHORITIES
    # A handshake that was cut may succeed next time; a handshake that was refused will not.
    if tls is not None and not isinstance(tls, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Outcome.FINAL, "the server does not speak TLS as it should", _CHECK
    outcome, what = _meaning(cause)
    return outcome, what, _CHECK


def _meaning(cause: Exception) -> tuple[Outcome, str]:
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
    if isinstance(cause, httpx.DecodingError):
        return Outcome.UNREADABLE, "a body in a broken encoding"
    if isinstance(cause, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Outcome.FINAL, "the request could not be written"
    return Outcome.NO_ANSWER, "the connection was cut"


def _tls_error(cause: BaseException | None) -> ssl.SSLError | None:
    # httpcore raises "from None", which leaves the socket's error in the context only.
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None
