"""The token endpoint verifies credentials, and the API accepts its tokens only."""

from __future__ import annotations

import base64
import json
import ssl
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pulumi_c1policy._emulator import Emulator

# Plain HTTP needs no authorities, and loading them takes longer than most tests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt"


def load_private_key(tenant: Emulator) -> Ed25519PrivateKey:
    """Load the key in a client secret, as the reference describes it."""
    scheme, vendor, version, encoded = tenant.client_secret.split(":")
    assert (scheme, vendor, version) == ("secret-token", "conductorone.com", "v1")
    assert "=" not in encoded
    jwk = json.loads(base64.urlsafe_b64decode(encoded + "=="))
    assert (jwk["kty"], jwk["crv"], sorted(jwk)) == ("OKP", "Ed25519", ["crv", "d", "kty", "x"])
    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(jwk["d"] + "=="))


def make_claims(tenant: Emulator, **changes: object) -> dict[str, Any]:
    """Return the claims that the reference asks for."""
    now = int(time.time())
    right = {
        "iss": tenant.client_id,
        "sub": tenant.client_id,
        "aud": "127.0.0.1",
        "exp": now + 120,
        "iat": now,
        "nbf": now - 120,
    }
    return {key: value for key, value in {**right, **changes}.items() if value is not None}


def sign(tenant: Emulator, **changes: object) -> str:
    """Sign a client assertion."""
    payload = make_claims(tenant, **changes)
    return jwt.encode(payload, load_private_key(tenant), "EdDSA", headers={"nonce": "n-1"})


def request_token(
    tenant: Emulator, authorization: str | None = None, **form: str
) -> httpx.Response:
    """Send a token request."""
    headers = {"Authorization": authorization} if authorization else None
    right = {
        "grant_type": "client_credentials",
        "client_id": tenant.client_id,
        "client_assertion_type": ASSERTION_TYPE,
    }
    return httpx.post(
        f"{tenant.url}/auth/v1/token",
        data={**right, **form},
        headers=headers,
        verify=NO_AUTHORITIES,
    )


def get_list_status(tenant: Emulator, authorization: str | None) -> int:
    """Return the status of a list request with that Authorization header."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = httpx.get(f"{tenant.url}/api/v1/policies", headers=headers, verify=NO_AUTHORITIES)
    return answer.status_code


def test_a_client_id_names_its_host(c1_tenant: Emulator) -> None:
    host = c1_tenant.url.removeprefix("http://")
    name, _, rest = c1_tenant.client_id.partition("@")
    assert name
    assert rest == f"{host}/spc"


def test_a_signed_assertion_is_exchanged_for_a_token(c1_tenant: Emulator) -> None:
    answer = request_token(c1_tenant, client_assertion=sign(c1_tenant))
    assert answer.status_code == 200
    assert sorted(answer.json()) == ["access_token", "expires_in", "token_type"]
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3600
    assert get_list_status(c1_tenant, f"Bearer {answer.json()['access_token']}") == 200


def test_an_assertion_may_be_replayed(c1_tenant: Emulator) -> None:
    assertion = sign(c1_tenant)
    statuses = [request_token(c1_tenant, client_assertion=assertion).status_code for _ in range(2)]
    assert statuses == [200, 200]


@pytest.mark.parametrize("audience", ["127.0.0.1", "localhost", ["other", "127.0.0.1"]])
def test_an_audience_without_a_port_is_accepted(c1_tenant: Emulator, audience: object) -> None:
    assert (
        request_token(c1_tenant, client_assertion=sign(c1_tenant, aud=audience)).status_code == 200
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"iss": "someone@else/spc"}, "iss and sub", id="iss"),
        pytest.param({"sub": "someone@else/spc"}, "iss and sub", id="sub"),
        pytest.param({"aud": "acme.conductor.one"}, "aud", id="aud-of-another-tenant"),
        pytest.param({"aud": None}, "aud", id="no-aud"),
        pytest.param({"exp": int(time.time()) - 3600}, "expired", id="expired"),
        pytest.param({"exp": time.time() + 3600}, "5 minutes", id="exp-too-far"),
        pytest.param({"exp": None}, "exp", id="no-exp"),
        pytest.param({"exp": "soon"}, "exp", id="exp-is-text"),
        pytest.param({"nbf": int(time.time()) + 3600}, "nbf", id="nbf-ahead"),
        pytest.param({"iat": int(time.time()) + 3600}, "iat", id="iat-ahead"),
        pytest.param({"nbf": None}, "nbf", id="no-nbf"),
    ],
)
def test_a_wrong_claim_is_rejected(c1_tenant: Emulator, changes: Any, said: str) -> None:
    answer = request_token(c1_tenant, client_assertion=sign(c1_tenant, **changes))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert said in answer.json()["message"]


@pytest.mark.parametrize(("ahead", "status"), [(290, 200), (305, 401), (309, 401)])
def test_an_assertion_lasts_at_most_5_minutes(c1_tenant: Emulator, ahead: int, status: int) -> None:
    assertion = sign(c1_tenant, exp=int(time.time()) + ahead)
    assert request_token(c1_tenant, client_assertion=assertion).status_code == status


@pytest.mark.parametrize("seconds", [5, -5])
def test_a_small_clock_skew_is_accepted(c1_tenant: Emulator, seconds: int) -> None:
    c1_tenant.advance(seconds)
    assert request_token(c1_tenant, client_assertion=sign(c1_tenant)).status_code == 200


@pytest.mark.parametrize("headers", [None, {"nonce": ""}], ids=["none", "empty"])
def test_an_assertion_needs_a_nonce(c1_tenant: Emulator, headers: dict[str, str] | None) -> None:
    key = load_private_key(c1_tenant)
    assertion = jwt.encode(make_claims(c1_tenant), key, "EdDSA", headers=headers)
    answer = request_token(c1_tenant, client_assertion=assertion)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "nonce" in answer.json()["message"]


def test_an_audience_with_a_port_is_rejected(c1_tenant: Emulator) -> None:
    with_port = c1_tenant.url.removeprefix("http://")
    assert (
        request_token(c1_tenant, client_assertion=sign(c1_tenant, aud=with_port)).status_code == 401
    )


def test_another_key_is_rejected(c1_tenant: Emulator) -> None:
    forged = jwt.encode(make_claims(c1_tenant), Ed25519PrivateKey.generate(), "EdDSA")
    assert request_token(c1_tenant, client_assertion=forged).status_code == 401


def test_another_algorithm_is_rejected(c1_tenant: Emulator) -> None:
    forged = jwt.encode(make_claims(c1_tenant), "k" * 32, "HS256")
    assert request_token(c1_tenant, client_assertion=forged).status_code == 401


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_assertion": "not.a.jwt"}, 401, "invalid_client"),
        ({}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "other@127.0.0.1/spc"}, 401, "invalid_client"),
        ({"client_assertion_type": "jwt"}, 400, "invalid_request"),
    ],
    ids=["malformed", "no-assertion", "grant-type", "client-id", "assertion-type"],
)
def test_a_wrong_form_is_rejected(
    c1_tenant: Emulator, form: dict[str, str], status: int, error: str
) -> None:
    answer = request_token(c1_tenant, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_credentials_in_a_header_are_rejected(c1_tenant: Emulator) -> None:
    basic = base64.b64encode(b"id:secret").decode()
    answer = request_token(c1_tenant, f"Basic {basic}", client_assertion=sign(c1_tenant))
    assert answer.status_code == 401
    assert "body" in answer.json()["message"]


def test_the_content_type_is_case_insensitive(c1_tenant: Emulator) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": c1_tenant.client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": sign(c1_tenant),
    }
    headers = {"content-type": "Application/X-WWW-Form-URLEncoded; Charset=UTF-8"}
    answer = httpx.post(f"{c1_tenant.url}/auth/v1/token", data=form, headers=headers)
    assert answer.status_code == 200


def test_a_json_body_is_rejected(c1_tenant: Emulator) -> None:
    answer = httpx.post(f"{c1_tenant.url}/auth/v1/token", json={"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_trusted_oidc_token_is_exchanged(c1_tenant: Emulator) -> None:
    answer = request_token(
        c1_tenant,
        grant_type=TOKEN_EXCHANGE,
        subject_token=c1_tenant.oidc_token,
        subject_token_type=JWT_TYPE,
    )
    assert answer.status_code == 200
    assert get_list_status(c1_tenant, f"Bearer {answer.json()['access_token']}") == 200


def test_an_untrusted_oidc_token_is_rejected(c1_tenant: Emulator) -> None:
    forged = jwt.encode({"iss": "x", "exp": 1}, Ed25519PrivateKey.generate(), "EdDSA")
    answer = request_token(
        c1_tenant, grant_type=TOKEN_EXCHANGE, subject_token=forged, subject_token_type=JWT_TYPE
    )
    assert answer.status_code == 401


def test_an_expired_oidc_token_is_rejected(c1_tenant: Emulator) -> None:
    token = c1_tenant.oidc_token
    c1_tenant.advance(3600)
    answer = request_token(
        c1_tenant, grant_type=TOKEN_EXCHANGE, subject_token=token, subject_token_type=JWT_TYPE
    )
    assert answer.status_code == 401


def test_an_access_token_expires(c1_tenant: Emulator) -> None:
    token = request_token(c1_tenant, client_assertion=sign(c1_tenant)).json()["access_token"]
    c1_tenant.advance(3601)
    assert get_list_status(c1_tenant, f"Bearer {token}") == 401
    assert get_list_status(c1_tenant, f"Bearer {c1_tenant.access_token}") == 200


def test_issued_tokens_can_be_expired_at_once(c1_tenant: Emulator) -> None:
    token = request_token(c1_tenant, client_assertion=sign(c1_tenant)).json()["access_token"]
    c1_tenant.expire_tokens()
    assert get_list_status(c1_tenant, f"Bearer {token}") == 401


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer nope", "Basic YTpi"])
def test_a_request_without_a_valid_token_is_answered_with_401(
    c1_tenant: Emulator, authorization: str | None
) -> None:
    assert get_list_status(c1_tenant, authorization) == 401
