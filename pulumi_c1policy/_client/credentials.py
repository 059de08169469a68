"""The three kinds of credential; none of them can be shown or pickled.

Pulumi pickles the provider of a dynamic resource into the state, and errors reach logs, so a
credential hides itself. PyJWT, which loads cryptography, is imported only to sign an assertion.
This module must not import httpx.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from pulumi_c1policy.errors import SettingsError

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt"
_LEEWAY_SECONDS = 120
_KEY_BYTES = 32


class Secret:
    """A text that repr, format, copy and pickle do not show."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, to send it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token of the user, which this package cannot renew."""

    token: Secret


@dataclass(frozen=True, slots=True)
class OidcExchange:
    """An OIDC token of a workload, exchanged for an access token (RFC 8693)."""

    client_id: str
    token: Secret


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A client id and its private Ed25519 key, which signs an assertion (RFC 7523).

    Attributes:
        client_id: The client id, `<random-id>@<host>/<use>`.
        text: The client secret as the tenant shows it.
        key: The private key in the secret, a JWK in JSON.
    """

    client_id: str
    text: Secret
    key: Secret


Credential: TypeAlias = AccessToken | OidcExchange | ClientSecret


def parse_client_secret(client_id: str, text: str) -> ClientSecret:
    """Return a client id and its secret as a credential.

    Args:
        client_id: The client id.
        text: The secret, `secret-token:conductorone.com:v1:<base64url of a JWK>`.

    Raises:
        SettingsError: The secret has another form. The error does not quote it.
    """
    items = text.split(":")
    if len(items) != 4 or items[:2] != ["secret-token", "conductorone.com"]:
        raise _build_malformed_error(
            "it does not have the form `secret-token:conductorone.com:v1:...`"
        )
    if items[2] != "v1":
        raise _build_malformed_error("its version is not v1")
    try:
        jwk = json.loads(_decode_base64url(items[3]))
    except (ValueError, RecursionError):
        jwk = None
    if not _is_private_ed25519(jwk):
        raise _build_malformed_error(
            "its last part is not a private Ed25519 key; it may be cut off"
        )
    key = {name: jwk[name] for name in ("kty", "crv", "x", "d")}
    return ClientSecret(client_id, Secret(text), Secret(json.dumps(key)))


def build_token_form(
    credential: OidcExchange | ClientSecret, audience: str, now: float
) -> dict[str, str]:
    """Return the form that requests an access token from the token endpoint.

    Args:
        credential: The credential to exchange.
        audience: The tenant's host, without a port.
        now: Seconds since 1970.
    """
    match credential:
        case OidcExchange():
            return {
                "grant_type": _EXCHANGE_GRANT,
                "client_id": credential.client_id,
                "subject_token": credential.token.reveal(),
                "subject_token_type": _JWT_TYPE,
            }
        case ClientSecret():
            return {
                "grant_type": "client_credentials",
                "client_id": credential.client_id,
                "client_assertion_type": _ASSERTION_TYPE,
                "client_assertion": sign_assertion(credential, audience, now),
            }


def sign_assertion(credential: ClientSecret, audience: str, now: float) -> str:
    """Return a signed JWT, which proves that the client has its key (RFC 7523).

    Args:
        credential: The client.
        audience: The tenant's host, without a port; other servers do not accept the JWT.
        now: Seconds since 1970.
    """
    import jwt

    key = jwt.algorithms.OKPAlgorithm.from_jwk(credential.key.reveal())
    claims = {
        "iss": credential.client_id,
        "sub": credential.client_id,
        "aud": audience,
        "iat": int(now),
        # The server rejects an end more than 5 minutes ahead. Clocks may differ by 2 minutes.
        "exp": int(now) + _LEEWAY_SECONDS,
        "nbf": int(now) - _LEEWAY_SECONDS,
    }
    headers = {"nonce": secrets.token_urlsafe(16)}
    return jwt.encode(claims, key, algorithm="EdDSA", headers=headers)  # type: ignore[arg-type]


def list_secrets(credential: Credential) -> tuple[str, ...]:
    """Return every text of a credential to mask, because a server may echo it."""
    if isinstance(credential, ClientSecret):
        whole = credential.text.reveal()
        return whole, whole.rpartition(":")[2], json.loads(credential.key.reveal())["d"]
    return (credential.token.reveal(),)


def _is_private_ed25519(jwk: object) -> bool:
    if not isinstance(jwk, Mapping) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        return False
    try:
        return all(len(_decode_base64url(jwk[name])) == _KEY_BYTES for name in ("x", "d"))
    except (KeyError, TypeError, AttributeError, ValueError):
        return False


def _decode_base64url(text: str) -> bytes:
    try:
        padded = text.rstrip("=").encode("ascii") + b"=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _build_malformed_error(why: str) -> SettingsError:
    return SettingsError(
        f"The client secret is malformed: {why}.",
        "Copy the whole client secret again and set it with "
        "`pulumi config set --secret c1policy:clientSecret` "
        "(environment: CONDUCTORONE_CLIENT_SECRET).",
    )
