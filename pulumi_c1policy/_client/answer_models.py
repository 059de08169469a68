"""The models of the API's answers. Policies inside them stay JSON trees.

The models ignore unknown fields, because the tenant may be newer than this package. They treat null
as absent, because protobuf JSON sends either. This module must not import httpx.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

_Row = TypeVar("_Row")
_Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
_Number = Annotated[int, BeforeValidator(lambda value: 0 if value is None else value)]
# An error body of another shape is still useful: a field of a wrong type counts as absent.
_TextIfText = Annotated[str | None, BeforeValidator(lambda value: _drop_unless(str, value))]
_NumberIfNumber = Annotated[int | None, BeforeValidator(lambda value: _drop_unless(int, value))]


def _drop_unless(kind: type, value: object) -> object:
    return value if isinstance(value, kind) else None


class AnswerModel(BaseModel):
    """The base class of the models of the API's answers."""

    # A validation error that shows its input would show tokens.
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )


class PolicyEnvelope(AnswerModel):
    """The answer to a create, get or update."""

    policy: dict[str, Any]


class AppEnvelope(AnswerModel):
    """The answer to a get or update of an app."""

    app: dict[str, Any]


class EntitlementAnswer(AnswerModel):
    """An entitlement in an answer; the objects that belong to it are not read."""

    app_entitlement: dict[str, Any]


class EntitlementEnvelope(AnswerModel):
    """The answer to a get or update of an entitlement."""

    app_entitlement_view: EntitlementAnswer


class Page(AnswerModel, Generic[_Row]):
    """One page of a list or a search."""

    rows: list[_Row] | None = Field(default=None, alias="list")
    next_page_token: _Text = ""


class AccountProvisionResult(AnswerModel):
    """The value of an account provisioning expression."""

    type: _Text = ""
    value: _Text = ""


class EditorMarker(AnswerModel):
    """One remark on an expression, with its range; lines and columns count from 1."""

    severity: _Text = "UNKNOWN"
    message: _Text = ""
    start_line_number: _Number = 0
    start_column: _Number = 0
    end_line_number: _Number = 0
    end_column: _Number = 0


class CelValidation(AnswerModel):
    """The answer to the validation of an expression."""

    markers: list[EditorMarker] | None = None


class TokenAnswer(BaseModel):
    """The answer of the token endpoint, with the field names of OAuth."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    # Printable ASCII only: other characters break the header, or add another one.
    access_token: str = Field(pattern=r"^[\x21-\x7e]+$", repr=False)
    token_type: str = Field(default="Bearer", pattern=r"(?i)^bearer$")
    expires_in: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class ErrorBody(BaseModel):
    """The body of an error: of the gRPC gateway, or of the token endpoint (OAuth)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

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
