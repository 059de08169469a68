"""The client with an emulated tenant: each call, each credential, and many threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._emulator import Emulator

NEW = {
    "displayName": "Engineering access",
    "policyType": "POLICY_TYPE_GRANT",
    "policySteps": {"grant": {"steps": [{"accept": {}}]}},
}
Connect = Callable[..., PolicyClient]


def list_requests(tenant: Emulator) -> list[tuple[str, str]]:
    return [(request.method, request.path) for request in tenant.requests]


def test_a_policy_is_created_updated_and_deleted(client: PolicyClient, c1_tenant: Emulator) -> None:
    created = client.create(NEW)
    assert client.get(created["id"])["displayName"] == "Engineering access"
    updated = client.update(created["id"], ["description"], lambda _: {"description": "new"})
    assert updated["description"] == "new"
    assert updated["displayName"] == "Engineering access"
    client.delete(created["id"], lambda _: True)
    assert client.get(created["id"])["deletedAt"]
    path = f"/api/v1/policies/{created['id']}"
    assert list_requests(c1_tenant) == [
        ("POST", "/auth/v1/token"),
        ("POST", "/api/v1/policies"),
        ("GET", path),
        ("GET", path),
        ("POST", path),
        ("GET", path),
        ("DELETE", path),
        ("GET", path),
    ]
    assert [request.update_mask for request in c1_tenant.requests][4] == "description"


@pytest.mark.parametrize("unset", ["emitted", "omitted", "null", "null_everywhere"])
@pytest.mark.parametrize("pages", ["exact", "over_full", "empty"])
def test_list_and_search_return_all_pages(
    unset: str, pages: str, client: PolicyClient, c1_tenant: Emulator
) -> None:
    c1_tenant.set_quirks(unset_fields=unset, pages=pages)
    ids = {client.create(NEW | {"displayName": f"Policy {n}"})["id"] for n in range(23)}
    assert ids < {policy["id"] for policy in client.list(page_size=10)}
    assert ids < {policy["id"] for policy in client.search(page_size=10)}
    assert {policy["id"] for policy in client.search(refs=sorted(ids), page_size=10)} == ids
    assert len([*client.search(query="Policy 2", page_size=10)]) >= 4


def test_expressions_are_validated_and_evaluated(client: PolicyClient) -> None:
    assert client.validate_cel("true") == []
    (marker, *_) = client.validate_cel("(")
    assert marker.severity == "ERROR"
    assert client.test_account_provision("subject.email").type


def choose_credential(kind: str, tenant: Emulator) -> dict[str, str]:
    return {
        "access token": {"accessToken": tenant.access_token},
        "oidc token": {"oidcToken": tenant.oidc_token, "clientId": tenant.client_id},
        "client secret": {"clientSecret": tenant.client_secret, "clientId": tenant.client_id},
    }[kind]


@pytest.mark.parametrize("kind", ["access token", "oidc token", "client secret"])
def test_each_kind_of_credential_is_accepted(
    kind: str, connect: Connect, c1_tenant: Emulator
) -> None:
    client = connect(serverUrl=f"{c1_tenant.url}/api/v1/", **choose_credential(kind, c1_tenant))
    assert [*client.list()]


@pytest.mark.parametrize("kind", ["oidc token", "client secret"])
def test_a_token_that_expired_early_is_replaced(
    kind: str, connect: Connect, c1_tenant: Emulator
) -> None:
    client = connect(serverUrl=c1_tenant.url, **choose_credential(kind, c1_tenant))
    client.create(NEW)
    c1_tenant.expire_tokens()
    client.create(NEW)
    assert [request.status for request in c1_tenant.requests] == [200, 200, 401, 200, 200]


@pytest.mark.parametrize(
    ("config", "setting"),
    [
        ({"accessToken": "canary-wrong"}, "c1policy:accessToken"),
        ({"oidcToken": "canary-wrong", "clientId": "x@127.0.0.1/y"}, "c1policy:oidcToken"),
    ],
)
def test_the_advice_names_the_setting_of_a_wrong_credential(
    config: dict[str, str], setting: str, connect: Connect, c1_tenant: Emulator
) -> None:
    client = connect(serverUrl=c1_tenant.url, **config)
    with pytest.raises(errors.AuthenticationError) as caught:
        client.create(NEW)
    assert setting in caught.value.advice
    assert "canary" not in str(caught.value)


def test_threads_share_one_token_and_one_pool(client: PolicyClient, c1_tenant: Emulator) -> None:
    def work(number: int) -> Any:
        return client.get(client.create(NEW | {"displayName": f"Policy {number}"})["id"])

    with ThreadPoolExecutor(8) as threads:
        policies = [*threads.map(work, range(40))]
    assert len({policy["id"] for policy in policies}) == 40
    assert list_requests(c1_tenant).count(("POST", "/auth/v1/token")) == 1
    assert len(c1_tenant.requests) == 81


def test_threads_share_the_renewal_of_an_expired_token(
    client: PolicyClient, c1_tenant: Emulator
) -> None:
    created = client.create(NEW)
    c1_tenant.expire_tokens()
    c1_tenant.clear_requests()
    with ThreadPoolExecutor(8) as threads:
        assert len([*threads.map(client.get, [created["id"]] * 40)]) == 40
    assert list_requests(c1_tenant).count(("POST", "/auth/v1/token")) == 1


def test_the_error_for_a_rejected_delete_quotes_the_tenant(client: PolicyClient) -> None:
    builtin = next(policy for policy in client.list() if policy.get("systemBuiltin"))
    with pytest.raises(errors.StatusError, match="built") as caught:
        client.delete(builtin["id"], lambda _: True)
    assert caught.value.code is not None
    assert not caught.value.ambiguous
