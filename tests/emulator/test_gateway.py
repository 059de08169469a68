"""What a gRPC gateway answers around the API's own answers."""

from __future__ import annotations

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, 5),
        ("GET", "/api/v1/nothing", 404, 5),
        ("GET", "/api/v1/policies/a/b", 404, 5),
        ("GET", "/api/v1/policies/", 404, 5),
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
def test_a_401_says_how_to_be_let_in(c1_tenant: Emulator, method: str, path: str) -> None:
    form = {"grant_type": "client_credentials"} if method == "POST" else None
    answer = httpx.request(method, f"{c1_tenant.url}{path}", data=form)
    assert (answer.status_code, answer.json()["code"]) == (401, 16)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_bug_is_told_before_the_connection_ends(c1_tenant: Emulator, http: httpx.Client) -> None:
    unwritable = {"displayName": "\ud800", "policyType": "POLICY_TYPE_GRANT"}
    policy_id = c1_tenant.policies.create(unwritable).id
    answer = http.get(f"/api/v1/policies/{policy_id}")
    assert (answer.status_code, answer.json()["code"]) == (500, 13)
    assert answer.headers["connection"] == "close"
    assert http.get("/api/v1/policies/unknown").status_code == 404


def test_every_answer_has_its_own_request_id(http: httpx.Client) -> None:
    answers = [http.get("/api/v1/policies"), http.get("/nowhere"), http.get("/_emulator/policies")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("subject.department == 'Sales'", []),
        ("f([1, {'a': (2)}])[0]", []),
        ("'it\\'s' + \"(\" + r'\\' + '''a\n'b'''", []),
        ("true // (", []),
        ("", [(1, 1, "empty")]),
        ("  ", [(1, 1, "empty")]),
        ("f(", [(1, 2, "never closed")]),
        ("a\n  ]", [(2, 3, "unexpected")]),
        ("(]", [(1, 1, "never closed"), (1, 2, "unexpected")]),
        ("x == 'open", [(1, 6, "not terminated")]),
        ("'a\nb'", [(1, 1, "not terminated")]),
    ],
)
def test_markers_name_the_place_of_a_fault(
    http: httpx.Client, text: str, found: list[tuple[int, int, str]]
) -> None:
    answer = http.post("/api/v1/policies/validate/cel", json={"text": text})
    markers = answer.json()["markers"]
    assert len(markers) == len(found)
    for marker, (line, column, said) in zip(markers, found, strict=True):
        assert (marker["startLineNumber"], marker["startColumn"]) == (line, column)
        assert (marker["endLineNumber"], marker["endColumn"]) >= (line, column)
        assert marker["severity"] == "ERROR"
        assert said in marker["message"]


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
def test_an_account_provision_expression_is_tried(
    http: httpx.Client, text: str, answer: dict[str, str]
) -> None:
    path = "/api/v1/policies/test-account-provision-policy"
    assert http.post(path, json={"cel": text}).json() == answer
    assert http.post(path, json={"cel": f"({text}"}).status_code == 400
