"""Errors of the emulated tenant, in the form of a gRPC gateway.

They are independent of HTTP, so that the state and its rules need no status codes. Must not import
anything of the package outside `_emulator`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any


class StatusCode(IntEnum):
    """A gRPC status code that the tenant uses."""

    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    FAILED_PRECONDITION = 9
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16

    @property
    def http_status(self) -> int:
        """The HTTP status to which grpc-gateway maps this code."""
        return _HTTP_STATUS[self]


_HTTP_STATUS = {
    StatusCode.UNKNOWN: 500,
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.FAILED_PRECONDITION: 400,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.INTERNAL: 500,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.UNAUTHENTICATED: 401,
}


class TenantError(Exception):
    """The tenant rejects a request, with a gRPC code and a sentence."""

    def __init__(self, code: StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return self.code.http_status

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        return {"code": int(self.code), "message": self.message, "details": []}


class TokenError(TenantError):
    """The token endpoint rejects a request, with the two members of OAuth 2.0 (RFC 6749)."""

    def __init__(self, error: str, message: str) -> None:
        refused_client = error == "invalid_client"
        super().__init__(
            StatusCode.UNAUTHENTICATED if refused_client else StatusCode.INVALID_ARGUMENT, message
        )
        self.error = error

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer, in OAuth's and in the gRPC gateway's form."""
        return {**super().body(), "error": self.error, "error_description": self.message}


class HandlerError(TenantError):
    """A plain error of the tenant's handlers, which gRPC calls UNKNOWN: HTTP 500, and final."""

    def __init__(self, message: str) -> None:
        super().__init__(StatusCode.UNKNOWN, message)


def invalid(message: str) -> TenantError:
    """Make an INVALID_ARGUMENT error."""
    return TenantError(StatusCode.INVALID_ARGUMENT, message)
