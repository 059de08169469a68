"""A credential that demands DPoP (RFC 9449) raises one error, and no request follows."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors

OK = httpx.Response(200, json={"policy": {"id": "p1"}})
NONCE = {"DPoP-Nonce": "eyJ7S_zG.eyJH0-Z.HX4w-7v"}


def build_oauth_error(
    status: int, error: str, description: str = "", **headers: str
) -> httpx.Response:
    body = {"error": error, "error_description": description}
    return httpx.Response(status, json=body, headers=headers)


def build_challenge(value: str, **body: object) -> httpx.Response:
    return httpx.Response(401, json=body, headers={"WWW-Authenticate": value})


@pytest.mark.parametrize(
    "reply",
    [
        build_oauth_error(
            400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof", **NONCE
        ),
        build_oauth_error(400, "invalid_dpop_proof"),
        build_oauth_error(401, "invalid_dpop_proof"),
        build_oauth_error(400, "invalid_request", "The DPoP proof JWT header is missing"),
        build_challenge('DPoP error="use_dpop_nonce"'),
        httpx.Response(
            200, json={"access_token": "canary-token", "token_type": "DPoP", "expires_in": 600}
        ),
        httpx.Response(200, json={"access_token": "canary-token", "token_type": "dpop"}),
    ],
)
def test_a_token_endpoint_that_demands_dpop_gets_one_request(
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
        build_challenge('DPoP algs="ES256 PS256"'),
        build_challenge("DPoP"),
        build_challenge('dpop error="use_dpop_nonce", error_description="say, Bearer , no"'),
        build_challenge(
            'Bearer error="invalid_token", DPoP algs="ES256"', error="invalid_dpop_proof"
        ),
        httpx.Response(401, json={"code": 16, "message": "a DPoP proof is required"}),
    ],
)
@pytest.mark.parametrize("config", [{}, {"accessToken": "mine"}, {"oidcToken": "oidc"}])
def test_an_api_that_demands_dpop_gets_one_request(
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
        build_challenge('Bearer error="invalid_token"'),
        build_challenge('Bearer error="invalid_token", DPoP algs="ES256"'),
        build_challenge('DPoP algs="ES256", Bearer'),
        build_challenge('Bearer realm="a, DPoP b", error="invalid_token"'),
        httpx.Response(
            401, headers=[("WWW-Authenticate", "Bearer"), ("WWW-Authenticate", 'DPoP algs="ES256"')]
        ),
    ],
)
def test_a_server_that_also_accepts_bearer_tokens_gets_a_new_token(
    reply: httpx.Response, connect: Any
) -> None:
    client, tenant = connect(reply, OK)
    client.get("p1")
    assert len(tenant.requests) == len(tenant.token_requests) == 2


def test_an_error_about_a_policy_named_dpop_does_not_demand_dpop(connect: Any) -> None:
    client, _ = connect(httpx.Response(400, json={"code": 3, "message": "bad name `DPoP`"}))
    with pytest.raises(errors.InvalidRequestError, match="bad name"):
        client.create({})
