"""Fixtures of the emulator's tests: a fresh tenant and an authorised HTTP client."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator
from tests.emulator.api_description import judge

# Plain HTTP needs no authorities, and loading them takes longer than most tests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
Policy = dict[str, Any]


@pytest.fixture
def http(c1_tenant: Emulator) -> Iterator[httpx.Client]:
    """Provide an HTTP client with the tenant's fixed access token."""
    with httpx.Client(
        base_url=c1_tenant.url, headers=c1_tenant.headers, verify=NO_AUTHORITIES
    ) as client:
        yield client


@pytest.fixture
def ask(http: httpx.Client) -> Callable[..., Any]:
    """Return a function that sends a request and returns the JSON of a valid 200."""

    def send(path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
        found = http.request(method or ("GET" if body is None else "POST"), path, json=body)
        assert found.status_code == 200, found.text
        judge(path, found.request.method.lower(), found.json())
        return found.json()

    return send


@pytest.fixture
def create(http: httpx.Client) -> Callable[..., Policy]:
    """Return a function that creates a policy from fields that differ from a plain grant policy."""

    def create_policy(**fields: object) -> Policy:
        plain = {
            "displayName": "Plain",
            "policyType": "POLICY_TYPE_GRANT",
            "policySteps": {"grant": {"steps": [{"accept": {}}]}},
        }
        answer = http.post("/api/v1/policies", json={**plain, **fields})
        assert answer.status_code == 200, answer.text
        policy: Policy = answer.json()["policy"]
        return policy

    return create_policy


@pytest.fixture
def update(http: httpx.Client) -> Callable[..., httpx.Response]:
    """Return a function that sends an update of a policy, with a mask if there is one."""

    def update_policy(
        policy_id: str, fields: dict[str, Any], mask: str | None = None
    ) -> httpx.Response:
        body: dict[str, Any] = {"policy": fields}
        if mask is not None:
            body["updateMask"] = mask
        return http.post(f"/api/v1/policies/{policy_id}", json=body)

    return update_policy
