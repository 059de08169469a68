"""Answers of a gRPC gateway around the API's own answers."""

from __future__ import annotations

import socket

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, 5),
        ("GET", "/api/v1/nothing", 404, 5),
        ("GET", "/api/v1/policies/a/b", 404, 5),
        ("POST", "/api/v1/search/policies/", 404, 5),
        ("POST", "/auth/v1/token/", 404, 5),
        ("PUT", "/api/v1/policies", 501, 12),
        ("GET", "/api/v1/search/policies", 501, 12),
        ("GET", "/auth/v1/token", 501, 12),
        ("GET", "/api/v1/policies/unknown", 404, 5),
        ("DELETE", "/api/v1/policies/unknown", 404, 5),
    ],
)
def test_an_error_is_a_grpc_status(
    http: httpx.Client, method: str, path: str, status: int, code: int
) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert sorted(answer.json()) == ["code", "details", "message"]
    assert (answer.json()["code"], answer.json()["details"]) == (code, [])
    assert answer.json()["message"]


@pytest.mark.parametrize("path", ["/api/v1/policies", "/api/v1/policies/a", "/_emulator/policies"])
def test_head_is_not_implemented(http: httpx.Client, path: str) -> None:
    answer = http.head(path)
    assert (answer.status_code, answer.content) == (501, b"")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v1/policies"), ("POST", "/auth/v1/token")]
)
def test_a_401_names_the_bearer_scheme(c1_tenant: Emulator, method: str, path: str) -> None:
    form = {"grant_type": "client_credentials"} if method == "POST" else None
    answer = httpx.request(method, f"{c1_tenant.url}{path}", data=form)
    assert (answer.status_code, answer.json()["code"]) == (401, 16)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_internal_error_is_answered_before_the_connection_ends(
    c1_tenant: Emulator, http: httpx.Client
) -> None:
    unwritable = {"displayName": "\ud800", "policyType": "POLICY_TYPE_GRANT"}
    policy_id = c1_tenant.policies.create(unwritable).id
    answer = http.get(f"/api/v1/policies/{policy_id}")
    assert (answer.status_code, answer.json()["code"]) == (500, 13)
    assert answer.headers["connection"] == "close"
    assert http.get("/api/v1/policies/unknown").status_code == 404


def test_every_answer_has_its_own_request_id(http: httpx.Client) -> None:
    answers = [http.get("/api/v1/policies"), http.get("/nowhere"), http.get("/_emulator/policies")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("policy_id", ["", "/", ".", "%2F"])
def test_an_empty_id_is_redirected_to_the_collection(
    c1_tenant: Emulator, method: str, policy_id: str
) -> None:
    with socket.create_connection(("127.0.0.1", httpx.URL(c1_tenant.url).port or 0)) as raw:
        # Clients clean such a path before they send it.
        head = f"{method} /api/v1/policies/{policy_id} HTTP/1.1\r\nHost: x\r\n"
        raw.sendall(f"{head}Connection: close\r\n\r\n".encode())
        answer = raw.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 301 ")
    assert "location: /api/v1/policies\r\n" in answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("'text'", {"type": "string", "value": "text"}),
        ('"text"', {"type": "string", "value": "text"}),
        ("true", {"type": "bool", "value": "true"}),
        ("42", {"type": "int", "value": "42"}),
        ("1.5", {"type": "double", "value": "1.5"}),
        ("[1, 2]", {"type": "list", "value": "[1, 2]"}),
        ("{'a': 1}", {"type": "map", "value": "{'a': 1}"}),
        ("subject.email", {"type": "string", "value": "subject.email"}),
    ],
)
def test_an_account_provision_expression_is_evaluated(
    http: httpx.Client, text: str, answer: dict[str, str]
) -> None:
    path = "/api/v1/policies/test-account-provision-policy"
    assert http.post(path, json={"cel": text}).json() == answer
    assert http.post(path, json={"cel": f"({text}"}).status_code == 400
