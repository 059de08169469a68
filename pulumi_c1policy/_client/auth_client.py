"""The questions about the credential itself. This module must not import httpx."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Final

from pulumi_c1policy._client import answer_shapes, decoding
from pulumi_c1policy._client.api_requests import ApiRequest
from pulumi_c1policy._client.outcomes import Call, OutcomeKind
from pulumi_c1policy._client.transport import Transport

_CALL: Final = Call(OutcomeKind.HELP, "GET", "/api/v1/auth/introspect")
_Text = Annotated[str, answer_shapes.keep_text]
_Texts = Annotated[tuple[str, ...], answer_shapes.keep_texts]


@dataclass(frozen=True, slots=True)
class Identity:
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
    cleaned = {}
    for name, value in asdict(told).items():
        is_text = isinstance(value, str)
        cleaned[name] = transport.clean(value) if is_text else [*map(transport.clean, value)]
    return answer_shapes.read_model(Identity, cleaned)
