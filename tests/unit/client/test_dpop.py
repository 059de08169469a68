"""A credential that demands DPoP (RFC 9449) ends in one clear error, and in no further request."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors

OK = httpx.Response(200, json={"policy": {"id": "p1"}})
NONCE = {"DPoP-Nonce": "eyJ7S_zG.eyJH0-Z.HX4w-7v"}


def oauth(status: int, error: str, description: str = "", **headers: str) -> httpx.Response:
    body = {"error": error, "error_description": description}
    return httpx.Response(status, json=body, headers=headers)


def challenge(value: str, **body: object) -> httpx.Response:
    return httpx.Response(401, json=body, headers={"WWW-Authenticate": value})


@pytest.mark.parametrize(
    "reply",
    [
        oauth(400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof", **NONCE),
        oauth(400, "invalid_dpop_proof"),
        oauth(401, "invalid_dpop_proof"),
        oauth(400, "invalid_request", "The DPoP proof JWT header is missing"),
        challenge('DPoP error="use_dpop_nonce"'),
        httpx.Response(
            200, json={"access_token": "canary-token", "token_type": "DPoP", "expires_in": 600}
        ),
        httpx.Response(200, json={"access_token": "canary-token", "token_type": "dpop"}),
    ],
)
def test_a_token_endpoint_that_demands_dpop_is_asked_once(
    reply: httpx.Response, connect: Any
) -> None:
    client, tenant = connect(OK, token_replies=(reply,))
    with pytest.raises(errors.AuthenticationError, match="DPoP") as caught:
        client.create({})
    assert caught.value.advice == (
        "Use a credential that does not demand DPoP: this client sends bearer tokens only."
    )
    assert not caught.value.ambiguous
    assert "canary" not in f"{caught.value} {caught.value!r}"
    assert len(tenant.token_requests) == 1
    assert tenant.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        challenge('DPoP algs="ES256 PS256"'),
        challenge("DPoP"),
        challenge('dpop error="use_dpop_nonce", error_description="say, Bearer , no"'),
        challenge('Bearer error="invalid_token", DPoP algs="ES256"', error="invalid_dpop_proof"),
        httpx.Response(401, json={"code": 16, "message": "a DPoP proof is required"}),
    ],
)
@pytest.mark.parametrize("config", [{}, {"accessToken": "mine"}, {"oidcToken": "oidc"}])
def test_an_api_that_demands_dpop_is_asked_once(
    config: dict[str, str], reply: httpx.Response, connect: Any
) -> None:
    client, tenant = connect(reply, **config)
    for call, argument in ((client.get, "p1"), (client.create, {})):
        with pytest.raises(errors.AuthenticationError, match="demands DPoP") as caught:
            call(argument)
        assert "bearer tokens only" in caught.value.advice
        assert not caught.value.ambiguous
    assert len(tenant.requests) == 2
    assert len(tenant.token_requests) == (0 if "accessToken" in config else 1)


@pytest.mark.parametrize(
    "reply",
    [
        challenge('Bearer error="invalid_token"'),
        challenge('Bearer error="invalid_token", DPoP algs="ES256"'),
        challenge('DPoP algs="ES256", Bearer'),
        challenge('Bearer realm="a, DPoP b", error="invalid_token"'),
        httpx.Response(
            401, headers=[("WWW-Authenticate", "Bearer"), ("WWW-Authenticate", 'DPoP algs="ES256"')]
        ),
    ],
)
def test_a_server_that_takes_bearer_tokens_too_gets_a_new_one(
    reply: httpx.Response, connect: Any
) -> None:
    client, tenant = connect(reply, OK)
    client.get("p1")
    assert len(tenant.requests) == len(tenant.token_requests) == 2


def test_a_policy_about_dpop_is_no_demand(connect: Any) -> None:
    client, _ = connect(httpx.Response(400, json={"code": 3, "message": "bad name `DPoP`"}))
    with pytest.raises(errors.InvalidRequestError, match="bad name"):
        client.create({})
