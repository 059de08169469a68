"""The questions about the credential itself. This module must not import httpx."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator

from pulumi_c1policy._client import decoding
from pulumi_c1policy._client.answer_models import AnswerModel
from pulumi_c1policy._client.api_requests import ApiRequest
from pulumi_c1policy._client.outcomes import Call, OutcomeKind
from pulumi_c1policy._client.transport import Transport

_CALL: Final = Call(OutcomeKind.HELP, "GET", "/api/v1/auth/introspect")
_Text = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]


def _keep_texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else ()
    return tuple(each for each in items if isinstance(each, str))


_Texts = Annotated[tuple[str, ...], BeforeValidator(_keep_texts)]


class Identity(AnswerModel):
    """The client, its user and its rights, as the tenant tells them."""

    # The API spells it so.
    principle_id: _Text = ""
    user_id: _Text = ""
    tenant_id: _Text = ""
    roles: _Texts = ()
    permissions: _Texts = ()
    features: _Texts = ()


def introspect(transport: Transport) -> Identity:
    """Return the identity of the credential; its texts contain no secret of the client.

    Raises:
        APIError: The tenant does not tell it.
    """
    told = decoding.request_model(transport, Identity, ApiRequest(_CALL))
    cleaned = {
        name: transport.clean(value) if isinstance(value, str) else [*map(transport.clean, value)]
        for name, value in told
    }
    return Identity.model_validate(cleaned)
