"""A redirect is never followed; the error names the server URL, and the id if there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient

WITH_ID: dict[str, Callable[[PolicyClient], Any]] = {
    "get": lambda client: client.get("p1"),
    "update": lambda client: client.update("p1", ["rules"], lambda _: {}),
    "delete": lambda client: client.delete("p1", lambda _: True),
}
WITHOUT_ID: dict[str, Callable[[PolicyClient], Any]] = {
    "create": lambda client: client.create({}),
    "list": lambda client: list(client.list()),
    "search": lambda client: list(client.search()),
    "list_all": lambda client: list(client.list_all()),
    "test": lambda client: client.test_account_provision("x"),
    "validate": lambda client: client.validate_cel("x"),
}


def build_redirect(status: int, location: str) -> httpx.Response:
    return httpx.Response(status, headers={"Location": location})


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://evil.example/canary?canary#canary", "to evil.example."),
        ("https://user:canary@evil.example/", "to evil.example."),
        ("/login?next=canary", "to another path."),
        ("", "to another path."),
        ("https://[canary", "to an invalid address."),
    ],
)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
def test_a_redirect_is_reported_and_not_followed(
    status: int, location: str, shown: str, connect: Any
) -> None:
    client, tenant = connect(build_redirect(status, location))
    with pytest.raises(errors.AnswerError) as caught:
        client.get("p1")
    assert f"GET /api/v1/policies/p1 was answered with a redirect ({status}) {shown}" in str(
        caught.value
    )
    assert "canary" not in str(caught.value)
    assert caught.value.status == status
    assert len(tenant.requests) == 1


@pytest.mark.parametrize("call", WITH_ID | WITHOUT_ID)
def test_the_advice_names_the_server_url_and_the_id_of_the_call(call: str, connect: Any) -> None:
    client, tenant = connect(build_redirect(301, "/api/v1/policies"))
    with pytest.raises(errors.AnswerError, match="redirect") as caught:
        (WITH_ID | WITHOUT_ID)[call](client)
    assert "c1policy:serverUrl" in caught.value.advice
    assert ("the policy's id" in caught.value.advice) is (call in WITH_ID)
    assert not caught.value.ambiguous
    assert len(tenant.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_the_token_endpoint_is_not_followed(status: int, connect: Any) -> None:
    client, tenant = connect(
        httpx.Response(200), token_replies=(build_redirect(status, "https://evil.example/auth"),)
    )
    with pytest.raises(errors.AnswerError, match="redirect") as caught:
        client.create({})
    assert caught.value.path == "/auth/v1/token"
    assert "c1policy:serverUrl" in caught.value.advice
    assert [request.url.host for request in tenant.token_requests] == ["acme.conductor.one"]
    assert tenant.requests == []
