"""The models of the API's answers. Policies inside them stay JSON trees.

The models ignore unknown fields, because the tenant may be newer than this package. They treat null
as absent, because protobuf JSON sends either. This module must not import httpx.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from pulumi_c1policy._client import answer_shapes

_Row = TypeVar("_Row")
_Text = Annotated[str, answer_shapes.read_text]
_Number = Annotated[int, answer_shapes.read_number]
# An error body of another shape is still useful: a field of a wrong type counts as absent.
_TextIfText = Annotated[str | None, answer_shapes.find_text]
_NumberIfNumber = Annotated[int | None, answer_shapes.find_number]
# Other characters break the header, or add another one.
_USABLE_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class PolicyEnvelope:
    """The answer to a create, get or update."""

    policy: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AppEnvelope:
    """The answer to a get or update of an app."""

    app: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EntitlementAnswer:
    """An entitlement in an answer; the objects that belong to it are not read."""

    app_entitlement: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EntitlementEnvelope:
    """The answer to a get or update of an entitlement."""

    app_entitlement_view: EntitlementAnswer


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """One page of a list or a search."""

    rows: list[_Row] | None = field(default=None, metadata={"name": "list"})
    next_page_token: _Text = ""


@dataclass(frozen=True, slots=True)
class AccountProvisionResult:
    """The value of an account provisioning expression."""

    type: _Text = ""
    value: _Text = ""


@dataclass(frozen=True, slots=True)
class EditorMarker:
    """One remark on an expression, with its range; lines and columns count from 1."""

    severity: _Text = "UNKNOWN"
    message: _Text = ""
    start_line_number: _Number = 0
    start_column: _Number = 0
    end_line_number: _Number = 0
    end_column: _Number = 0


@dataclass(frozen=True, slots=True)
class CelValidation:
    """The answer to the validation of an expression."""

    markers: list[EditorMarker] | None = None


def _read_access_token(value: object) -> str:
    if not isinstance(value, str) or not _USABLE_TOKEN.fullmatch(value):
        raise ValueError
    return value


def _read_bearer(value: object) -> str:
    if not isinstance(value, str) or value.lower() != "bearer":
        raise ValueError
    return value


def _read_seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    seconds = float(value)
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError
    return seconds


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The answer of the token endpoint, with the field names of OAuth."""

    access_token: Annotated[str, _read_access_token] = field(repr=False)
    token_type: Annotated[str, _read_bearer] = "Bearer"  # noqa: S105 (a type)
    expires_in: Annotated[float | None, _read_seconds] = None


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The body of an error: of the gRPC gateway, or of the token endpoint (OAuth)."""

    code: _NumberIfNumber = None
    message: _TextIfText = None
    error: _TextIfText = None
    error_description: _TextIfText = None
    details: Any = None

    def list_violations(self) -> list[str]:
        """Return `field: description` for each violation in google.rpc.BadRequest details."""
        found = []
        for detail in self.details if isinstance(self.details, list) else ():
            violations = detail.get("fieldViolations") if isinstance(detail, dict) else None
            for each in violations if isinstance(violations, list) else ():
                if isinstance(each, dict) and each.get("description"):
                    found.append(
                        f"{each.get('field', '')}: {each['description']}".removeprefix(": ")
                    )
        return found
