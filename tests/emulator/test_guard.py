"""The control endpoints answer local tools, and no web page."""

from __future__ import annotations

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

REJECTED = {
    "rebinding": {"Host": "evil.example"},
    "rebinding with our port": {"Host": "evil.example:{port}"},
    "no host": {"Host": ""},
    "cross-site post": {"Origin": "https://evil.example"},
    "opaque origin": {"Origin": "null"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "fetch metadata": {"Sec-Fetch-Site": "cross-site"},
    "same site": {"Sec-Fetch-Site": "same-site"},
}
ALLOWED = {
    "plain": {},
    "localhost": {"Host": "localhost:{port}"},
    "IPv6": {"Host": "[::1]:{port}"},
    "same origin": {"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"},
    "typed in a browser": {"Sec-Fetch-Site": "none"},
}
CONTROL = [
    ("GET", "/_emulator/requests"),
    ("DELETE", "/_emulator/requests"),
    ("GET", "/_emulator/policies"),
    ("POST", "/_emulator/faults"),
    ("POST", "/_emulator/quirks"),
]


def ask(tenant: Emulator, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    port = tenant.url.rpartition(":")[2]
    sent = {name: value.format(port=port) for name, value in headers.items()}
    body: dict[str, str] | None = None if method in ("GET", "DELETE") else {}
    return httpx.request(method, f"{tenant.url}{path}", headers=sent, json=body, trust_env=False)


@pytest.mark.parametrize(("method", "path"), CONTROL)
@pytest.mark.parametrize("how", REJECTED)
def test_a_request_that_a_web_page_may_have_sent_is_rejected(
    how: str, method: str, path: str, c1_tenant: Emulator
) -> None:
    answer = ask(c1_tenant, method, path, REJECTED[how])
    assert answer.status_code == 403
    assert "control endpoints" in answer.json()["error"]


@pytest.mark.parametrize("how", ALLOWED)
def test_requests_of_local_tools_are_answered(how: str, c1_tenant: Emulator) -> None:
    assert ask(c1_tenant, "GET", "/_emulator/requests", ALLOWED[how]).status_code == 200


def test_the_api_answers_under_any_host_name(c1_tenant: Emulator) -> None:
    headers = {**c1_tenant.headers, "Host": "tenant.example", "Origin": "https://tenant.example"}
    assert ask(c1_tenant, "GET", "/api/v1/policies", headers).status_code == 200
