"""Three kinds of credential, none of which can be shown or pickled.

Pulumi pickles the provider of a dynamic resource into its state, and errors end in logs. Therefore
a credential hides itself instead of relying on its users. PyJWT, and with it cryptography, is
imported only to sign an assertion. This module must not import httpx.
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
        """Return the text itself, for the one place that sends it."""
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
        raise TypeError("a secret is neither pickled nor copied")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token that was obtained elsewhere; it cannot be renewed here."""

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
        client_id: The name of the client, `<random-id>@<host>/<use>`.
        text: The secret as the tenant gave it.
        key: The private key in it, a JWK in JSON.
    """

    client_id: str
    text: Secret
    key: Secret


Credential: TypeAlias = AccessToken | OidcExchange | ClientSecret


def parse_client_secret(client_id: str, text: str) -> ClientSecret:
    """Return the credential in `secret-token:conductorone.com:v1:<base64url of a JWK>`.

    Raises:
        SettingsError: The text is not such a secret. The error does not contain it.
    """
    items = text.split(":")
    if len(items) != 4 or items[:2] != ["secret-token", "conductorone.com"]:
        raise _malformed("it does not have the form `secret-token:conductorone.com:v1:...`")
    if items[2] != "v1":
        raise _malformed("it is of a version other than v1")
    try:
        jwk = json.loads(_decoded(items[3]))
    except (ValueError, RecursionError):
        jwk = None
    if not _is_private_ed25519(jwk):
        raise _malformed("its last part is not a private Ed25519 key; it may be cut off")
    key = {name: jwk[name] for name in ("kty", "crv", "x", "d")}
    return ClientSecret(client_id, Secret(text), Secret(json.dumps(key)))


def make_token_form(
    credential: OidcExchange | ClientSecret, audience: str, now: float
) -> dict[str, str]:
    """Return the form that asks the token endpoint for an access token."""
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
    """Return a JWT with which the client proves that it has its key.

    Args:
        credential: The client.
        audience: The tenant's host, without a port: no other server accepts the assertion.
        now: Seconds since 1970.
    """
    import jwt

    key = jwt.algorithms.OKPAlgorithm.from_jwk(credential.key.reveal())
    claims = {
        "iss": credential.client_id,
        "sub": credential.client_id,
        "aud": audience,
        "iat": int(now),
        # The server rejects more than five minutes ahead; clocks differ by less than two.
        "exp": int(now) + _LEEWAY_SECONDS,
        "nbf": int(now) - _LEEWAY_SECONDS,
    }
    headers = {"nonce": secrets.token_urlsafe(16)}
    return jwt.encode(claims, key, algorithm="EdDSA", headers=headers)  # type: ignore[arg-type]


def list_secret_texts(credential: Credential) -> tuple[str, ...]:
    """Return every text of a credential that must not be shown if a server echoes it."""
    if isinstance(credential, ClientSecret):
        whole = credential.text.reveal()
        return whole, whole.rpartition(":")[2], json.loads(credential.key.reveal())["d"]
    return (credential.token.reveal(),)


def _is_private_ed25519(jwk: object) -> bool:
    if not isinstance(jwk, Mapping) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        return False
    try:
        return all(len(_decoded(jwk[name])) == _KEY_BYTES for name in ("x", "d"))
    except (KeyError, TypeError, AttributeError, ValueError):
        return False


def _decoded(text: str) -> bytes:
    try:
        padded = text.rstrip("=").encode("ascii") + b"=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _malformed(why: str) -> SettingsError:
    return SettingsError(
        f"The client secret is malformed: {why}.",
        "Copy the whole client secret again and set it with "
        "`pulumi config set --secret c1policy:clientSecret` "
        "(environment: CONDUCTORONE_CLIENT_SECRET).",
    )
