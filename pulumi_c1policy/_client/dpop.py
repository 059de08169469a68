"""Detection of credentials that demand DPoP (RFC 9449), which this client does not support.

The client sends bearer tokens only. Without this check it would renew its token, or report a
malformed answer, and hide the cause from the user. This module must not import httpx.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pulumi_c1policy._client.answer_models import ErrorBody
from pulumi_c1policy._client.outcomes import OutcomeKind

ADVICE: Final = "Use a credential that does not demand DPoP: this client sends bearer tokens only."
"""The advice for a credential that demands DPoP."""

_CODES = frozenset({"use_dpop_nonce", "invalid_dpop_proof"})
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_SCHEME = re.compile(r"(?:^|,)\s*(dpop|bearer)(?=[\s,]|$)", re.IGNORECASE)


def is_demanded(kind: OutcomeKind, status: int, challenges: Iterable[str], body: ErrorBody) -> bool:
    """Return whether an error answer demands DPoP instead of a bearer token.

    Args:
        kind: The kind of request.
        status: The HTTP status.
        challenges: The values of `WWW-Authenticate`.
        body: The body of the error.
    """
    if not 400 <= status < 500:
        return False
    if body.error in _CODES:
        return True
    schemes = {
        scheme.lower() for text in challenges for scheme in _SCHEME.findall(_QUOTED.sub('""', text))
    }
    # A server that accepts both kinds of tokens offers both schemes.
    if "dpop" in schemes and "bearer" not in schemes:
        return True
    # A gateway may drop the header, so the text counts too. It does not count for other requests:
    # their error may quote a policy about DPoP.
    about_credential = status == 401 or (kind is OutcomeKind.TOKEN and status in (400, 403))
    text = f"{body.message or ''} {body.error_description or ''}"
    return about_credential and "dpop" in text.lower()


def is_bound(token_answer: Mapping[str, Any]) -> bool:
    """Return whether a token answer holds a token that works with DPoP only."""
    return str(token_answer.get("token_type")).strip().lower() == "dpop"
