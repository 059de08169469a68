"""No error and no log shows a credential, even if a server echoes it."""

from __future__ import annotations

import logging
import pickle
import traceback
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client import credentials, settings

KINDS = [{"accessToken": "canary-access-token"}, {"oidcToken": "canary-oidc-token"}, {}]


def echo(request: httpx.Request) -> httpx.Response:
    """Answer with the whole request, as a debugging server does."""
    said = f"{request.headers.get('authorization')} {request.content.decode()}"
    form = parse_qs(request.content.decode())
    said += " ".join(value for values in form.values() for value in values)
    return httpx.Response(401, json={"code": 16, "message": said}, headers={"x-request-id": said})


def issue(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"access_token": "canary-issued-token"})


@pytest.mark.parametrize("config", KINDS, ids=["access token", "oidc token", "client secret"])
@pytest.mark.parametrize("token_reply", [issue, echo], ids=["issued", "rejected"])
def test_an_echoed_credential_is_masked_in_errors_and_logs(
    config: dict[str, str],
    token_reply: Any,
    connect: Any,
    client_id: str,
    client_secret: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client, tenant = connect(echo, token_replies=(token_reply,), **config)
    with caplog.at_level(logging.DEBUG), pytest.raises(errors.APIError) as caught:
        client.create({"displayName": "One"})
    error = caught.value
    shown = " ".join(
        [
            *traceback.format_exception(error),
            repr(error),
            repr(vars(error)),
            repr(pickle.dumps(error)),
            repr(error.__cause__),
            repr(vars(client)),
            caplog.text,
        ]
    )
    credential = settings.load(
        {"clientId": client_id, **(config or {"clientSecret": client_secret})}, {}
    ).credential
    secrets = [*credentials.list_secrets(credential), "canary-"]
    for request in tenant.token_requests:
        secrets += parse_qs(request.content.decode()).get("client_assertion", [])
    for secret in secrets:
        assert secret not in shown
    assert "***" in shown


def test_credentials_of_netrc_are_not_sent(
    connect: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine acme.conductor.one login canary password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    client, tenant = connect(httpx.Response(200, json={"policy": {"id": "p1"}}))
    client.get("p1")
    assert tenant.requests[0].headers["authorization"] == "Bearer token-number-1"


def test_cookies_are_not_stored_or_sent(connect: Any) -> None:
    client, tenant = connect(
        httpx.Response(
            200, json={"policy": {"id": "p1"}}, headers={"Set-Cookie": "session=1; Path=/"}
        )
    )
    client.get("p1")
    client.get("p1")
    assert "cookie" not in tenant.requests[1].headers
