"""Credentials hide their secrets, and sign the assertion that the tenant verifies."""

from __future__ import annotations

import base64
import copy
import dataclasses
import json
import pickle

import dill
import jwt
import pytest

from pulumi_c1policy._client import credentials
from pulumi_c1policy._client.credentials import AccessToken, OidcExchange, Secret
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy.errors import SettingsError

NOW = 1_700_000_000.0


def encode(jwk: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(jwk).encode()).decode().rstrip("=")


@pytest.fixture
def all_kinds(client_id: str, client_secret: str) -> list[credentials.Credential]:
    return [
        AccessToken(Secret("canary-access")),
        OidcExchange(client_id, Secret("canary-oidc")),
        credentials.parse_client_secret(client_id, client_secret),
    ]


def test_no_credential_shows_its_secret(all_kinds: list[credentials.Credential]) -> None:
    for credential in all_kinds:
        holder = Settings("https://acme.conductor.one", credential)
        shown = f"{credential!r} {credential!s} {holder!r} {holder} {[credential]}"
        for text in credentials.list_secrets(credential):
            assert text not in shown


@pytest.mark.parametrize("pickler", [pickle.dumps, dill.dumps, copy.deepcopy])
def test_no_credential_can_be_pickled_or_copied(
    pickler: object, all_kinds: list[credentials.Credential]
) -> None:
    assert callable(pickler)
    for credential in all_kinds:
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            pickler(credential)
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            dataclasses.asdict(credential)


def test_secrets_with_the_same_text_are_equal() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_the_assertion_has_the_claims_that_the_tenant_checks(
    client_id: str, client_secret: str
) -> None:
    credential = credentials.parse_client_secret(client_id, client_secret)
    assertion = credentials.sign_assertion(credential, "acme.conductor.one", NOW)
    key = jwt.PyJWK(json.loads(credential.key.reveal()), algorithm="EdDSA").key.public_key()
    claims = jwt.decode(
        assertion,
        key,
        algorithms=["EdDSA"],
        audience="acme.conductor.one",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert claims == {
        "iss": client_id,
        "sub": client_id,
        "aud": "acme.conductor.one",
        "iat": int(NOW),
        "exp": int(NOW) + 120,
        "nbf": int(NOW) - 120,
    }


def test_each_assertion_has_a_new_nonce(client_id: str, client_secret: str) -> None:
    credential = credentials.parse_client_secret(client_id, client_secret)
    headers = [
        jwt.get_unverified_header(credentials.sign_assertion(credential, "a", NOW))
        for _ in range(2)
    ]
    assert headers[0]["alg"] == "EdDSA"
    assert headers[0]["nonce"] != headers[1]["nonce"]


def test_each_credential_has_the_form_of_its_grant(client_id: str, client_secret: str) -> None:
    signed = credentials.build_token_form(
        credentials.parse_client_secret(client_id, client_secret), "a", NOW
    )
    assert signed.pop("client_assertion").count(".") == 2
    assert signed == {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    assert credentials.build_token_form(OidcExchange(client_id, Secret("oidc")), "a", NOW) == {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "client_id": client_id,
        "subject_token": "oidc",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    }


GOOD = {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43, "d": "A" * 43}


@pytest.mark.parametrize(
    "text",
    [
        "canary",
        "",
        f"secret-token:conductorone.com:v2:{encode(GOOD)}",
        f"secret-token:example.com:v1:{encode(GOOD)}",
        f"secret-token:conductorone.com:v1:{encode(GOOD)}:more",
        f"conductorone.com:v1:{encode(GOOD)}",
        "secret-token:conductorone.com:v1:",
        "secret-token:conductorone.com:v1:!canary!",
        "secret-token:conductorone.com:v1:canaryé",
        f"secret-token:conductorone.com:v1:{encode(GOOD)[:-9]}",
        f"secret-token:conductorone.com:v1:{encode([GOOD])}",
        f"secret-token:conductorone.com:v1:{encode(GOOD | {'kty': 'RSA'})}",
        f"secret-token:conductorone.com:v1:{encode(GOOD | {'crv': 'Ed448'})}",
        f"secret-token:conductorone.com:v1:{encode(GOOD | {'d': 'AAAA'})}",
        f"secret-token:conductorone.com:v1:{encode(GOOD | {'d': 7})}",
        f"secret-token:conductorone.com:v1:{encode({k: GOOD[k] for k in ('kty', 'crv', 'x')})}",
        "secret-token:conductorone.com:v1:" + base64.urlsafe_b64encode(b"[" * 60_000).decode(),
    ],
)
def test_the_error_for_a_malformed_secret_does_not_show_it(text: str) -> None:
    with pytest.raises(SettingsError, match="c1policy:clientSecret") as caught:
        credentials.parse_client_secret("fox@acme.conductor.one/spc", text)
    last_part = text.rpartition(":")[2]
    assert "canary" not in str(caught.value)
    assert not last_part or last_part not in str(caught.value)


def test_a_padded_secret_is_accepted(client_id: str) -> None:
    padded = base64.urlsafe_b64encode(json.dumps(GOOD).encode()).decode()
    credentials.parse_client_secret(client_id, f"secret-token:conductorone.com:v1:{padded}")
