"""The token endpoint: this tenant's client, and its access tokens.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import base64
import json
import math
import secrets
import threading
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pulumi_c1policy._emulator.api_errors import StatusCode, TenantError, TokenError
from pulumi_c1policy._emulator.tenant_clock import TenantClock

CLIENT_CREDENTIALS = "client_credentials"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 (a URN)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SUBJECT_TYPE = "urn:ietf:params:oauth:token-type:jwt"
LONGEST_ASSERTION = 300
# For a client with a skewed clock: applies to `exp`, `nbf` and `iat`, not to the lifetime.
LEEWAY = 10
OIDC_ISSUER = "https://oidc.emulator.invalid"


def _encode_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class TokenIssuer:
    """An issuer of access tokens. Thread-safe."""

    def __init__(self, host: str, clock: TenantClock, expires_in: int = 3600) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._issued: dict[str, float] = {}
        self._key = Ed25519PrivateKey.generate()
        self._oidc_key = Ed25519PrivateKey.generate()
        name, _, _ = host.partition(":")
        self._audiences = {name, "127.0.0.1", "localhost"}
        self.client_id = f"clever-fox-42195@{host}/spc"
        self.access_token = f"emulated-{secrets.token_urlsafe(24)}"
        self.expires_in = expires_in

    @property
    def client_secret(self) -> str:
        """The client secret in the vendor's form, with the private key as a JWK."""
        private = self._key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        jwk = {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": _encode_base64url(public),
            "d": _encode_base64url(private),
        }
        return f"secret-token:conductorone.com:v1:{_encode_base64url(json.dumps(jwk).encode())}"

    def oidc_token(self, lifetime: float = 600) -> str:
        """Return an OIDC token that this tenant trusts in an exchange."""
        now = self._clock.seconds()
        claims = {
            "iss": OIDC_ISSUER,
            "sub": "repo:acme/policies",
            "iat": int(now),
            "exp": int(now + lifetime),
        }
        return jwt.encode(claims, self._oidc_key, algorithm="EdDSA")

    def issue(self, form: Mapping[str, str], *, credentials_in_header: bool) -> dict[str, Any]:
        """Answer a token request.

        Raises:
            TokenError: The request does not prove its identity.
        """
        if credentials_in_header:
            raise TokenError("invalid_client", "credentials belong in the body, not in a header")
        grant = form.get("grant_type", "")
        if grant not in {CLIENT_CREDENTIALS, TOKEN_EXCHANGE}:
            raise TokenError("unsupported_grant_type", f"grant_type {grant!r} is not supported")
        if form.get("client_id") != self.client_id:
            raise TokenError("invalid_client", "client_id is unknown")
        if grant == CLIENT_CREDENTIALS:
            self._check_assertion(form)
        else:
            self._check_subject(form)
        token = f"emulated-{secrets.token_urlsafe(24)}"
        with self._lock:
            self._issued[token] = self._clock.seconds() + self.expires_in
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}

    def check(self, authorization: str | None) -> None:
        """Reject a request without a valid access token.

        Raises:
            TenantError: 401; the token is absent, unknown or expired.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TenantError(StatusCode.UNAUTHENTICATED, "missing bearer token")
        if secrets.compare_digest(token.encode(), self.access_token.encode()):
            return
        with self._lock:
            expiry = self._issued.get(token, -math.inf)
        if expiry <= self._clock.seconds():
            raise TenantError(StatusCode.UNAUTHENTICATED, "invalid or expired token")

    def revoke_issued(self) -> None:
        """Make every issued token unknown; the fixed access token stays."""
        with self._lock:
            self._issued.clear()

    def _check_assertion(self, form: Mapping[str, str]) -> None:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise TokenError("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
        claims = self._decode(form.get("client_assertion", ""), self._key, "client_assertion")
        if not jwt.get_unverified_header(form["client_assertion"]).get("nonce"):
            raise TokenError("invalid_client", "client_assertion: its header must hold a nonce")
        if claims.get("iss") != self.client_id or claims.get("sub") != self.client_id:
            raise TokenError(
                "invalid_client", "client_assertion: iss and sub must be the client id"
            )
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if not any(isinstance(name, str) and name in self._audiences for name in named):
            raise TokenError(
                "invalid_client", "client_assertion: aud must be the tenant host without a port"
            )
        self._check_times(claims, "client_assertion", ("exp", "nbf", "iat"))
        if claims["exp"] > self._clock.seconds() + LONGEST_ASSERTION:
            raise TokenError("invalid_client", "client_assertion: exp is more than 5 minutes ahead")

    def _check_subject(self, form: Mapping[str, str]) -> None:
        if form.get("subject_token_type") != SUBJECT_TYPE:
            raise TokenError("invalid_request", f"subject_token_type must be {SUBJECT_TYPE}")
        claims = self._decode(form.get("subject_token", ""), self._oidc_key, "subject_token")
        if claims.get("iss") != OIDC_ISSUER:
            raise TokenError("invalid_client", "subject_token: the issuer is not trusted")
        self._check_times(claims, "subject_token", ("exp", "iat"))

    def _decode(self, token: str, key: Ed25519PrivateKey, what: str) -> dict[str, Any]:
        # Times are compared with the tenant's clock later, because PyJWT cannot be given a clock.
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public_key(),
                algorithms=["EdDSA"],
                options={
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "verify_aud": False,
                },
            )
        except jwt.InvalidTokenError as error:
            raise TokenError("invalid_client", f"{what}: {error}") from error
        return claims

    def _check_times(self, claims: Mapping[str, Any], what: str, required: tuple[str, ...]) -> None:
        now = self._clock.seconds()
        for name in required:
            value = claims.get(name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise TokenError("invalid_client", f"{what}: {name} must be a number of seconds")
        if claims["exp"] <= now - LEEWAY:
            raise TokenError("invalid_client", f"{what}: expired")
        for name in ("nbf", "iat"):
            if claims.get(name, now) > now + LEEWAY:
                raise TokenError("invalid_client", f"{what}: {name} is in the future")
