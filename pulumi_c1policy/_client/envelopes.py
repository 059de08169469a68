"""The envelopes of the API's answers; the policies in them stay plain JSON trees.

Unknown fields are accepted, because the tenant may be newer than this package. Null means absent,
because protobuf JSON may send either. This module must not import httpx.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

_Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
_Number = Annotated[int, BeforeValidator(lambda value: 0 if value is None else value)]


# An error of another shape is still useful: a field of a wrong type counts as absent.
_AnyText = Annotated[str | None, BeforeValidator(lambda value: _only(value, str))]
_AnyNumber = Annotated[int | None, BeforeValidator(lambda value: _only(value, int))]


def _only(value: object, kind: type) -> object:
    return value if isinstance(value, kind) else None


class _Message(BaseModel):
    # A validation error that shows its input would show tokens.
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )


class PolicyEnvelope(_Message):
    """The answer to create, get and update."""

    policy: dict[str, Any]


class PolicyPage(_Message):
    """One page of list or search."""

    policies: list[dict[str, Any]] | None = Field(default=None, alias="list")
    next_page_token: _Text = ""


class AccountProvisionResult(_Message):
    """The result of an account provisioning expression."""

    type: _Text = ""
    value: _Text = ""


class EditorMarker(_Message):
    """One remark about an expression, at its place in an editor; lines and columns count from 1."""

    severity: _Text = "UNKNOWN"
    message: _Text = ""
    start_line_number: _Number = 0
    start_column: _Number = 0
    end_line_number: _Number = 0
    end_column: _Number = 0


class CelValidation(_Message):
    """The answer to an expression's validation."""

    markers: list[EditorMarker] | None = None


class TokenAnswer(BaseModel):
    """The answer of the token endpoint, in OAuth's spelling."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    # Printable ASCII only: other characters cannot be part of a header, or would add one.
    access_token: str = Field(pattern=r"^[\x21-\x7e]+$", repr=False)
    token_type: str = Field(default="Bearer", pattern=r"(?i)^bearer$")
    expires_in: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class ErrorBody(BaseModel):
    """An error of the gRPC gateway, or of the token endpoint, which speaks OAuth."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    code: _AnyNumber = None
    message: _AnyText = None
    error: _AnyText = None
    error_description: _AnyText = None
    details: Any = None

    def violations(self) -> list[str]:
        """The invalid fields and their problems, if the details are google.rpc.BadRequest's."""
        found = []
        for detail in self.details if isinstance(self.details, list) else ():
            named = detail.get("fieldViolations") if isinstance(detail, dict) else None
            for each in named if isinstance(named, list) else ():
                if isinstance(each, dict) and each.get("description"):
                    found.append(
                        f"{each.get('field', '')}: {each['description']}".removeprefix(": ")
                    )
        return found
