"""An edit in the product removes the ownership annotations; an API edit does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

Create = Callable[..., dict[str, Any]]
BUILTINS = 3
OWNED = {
    "managed_by": "pulumi",
    "iac_workspace": "prod/c1-config",
    "iac_resource_address": "urn:pulumi:prod::p::Policy::a",
    "iac_tool_version": "1.0",
    "team": "security",
}


@pytest.mark.parametrize("over", ["python", "http"])
def test_a_product_edit_removes_the_ownership_annotations(
    c1_tenant: Emulator, http: httpx.Client, create: Create, over: str
) -> None:
    created = create(annotations=OWNED)
    change = {"description": "By hand"}
    if over == "python":
        c1_tenant.product_edit(created["id"], change)
    else:
        http.post(f"/_emulator/product-edit/{created['id']}", json=change)
    shown = http.get(f"/api/v1/policies/{created['id']}").json()["policy"]
    assert shown["description"] == "By hand"
    assert shown["annotations"] == {"team": "security"}
    assert shown["displayName"] == created["displayName"]


@pytest.mark.parametrize("over", ["python", "http"])
def test_an_api_edit_keeps_the_ownership_annotations(
    c1_tenant: Emulator, http: httpx.Client, create: Create, over: str
) -> None:
    created = create(annotations=OWNED)
    change = {"description": "By a script", "rules": None}
    if over == "python":
        c1_tenant.api_edit(created["id"], change)
    else:
        http.post(f"/_emulator/api-edit/{created['id']}", json=change)
    shown = http.get(f"/api/v1/policies/{created['id']}").json()["policy"]
    assert shown["description"] == "By a script"
    assert shown["annotations"] == OWNED


def test_a_product_edit_is_checked_like_an_update(http: httpx.Client, create: Create) -> None:
    path = f"/_emulator/product-edit/{create()['id']}"
    for change in ({"nothing": 1}, {"policyType": "POLICY_TYPE_REVOKE"}, {"displayName": ""}):
        assert http.post(path, json=change).status_code == 400


@pytest.mark.parametrize("over", ["python", "http"])
def test_a_product_delete_deletes_the_policy(
    c1_tenant: Emulator, http: httpx.Client, create: Create, over: str
) -> None:
    created = create()
    if over == "python":
        c1_tenant.product_delete(created["id"])
    else:
        http.post(f"/_emulator/product-delete/{created['id']}")
    assert http.get("/api/v1/policies").json()["list"][BUILTINS:] == []
    assert c1_tenant.policy(created["id"])["deletedAt"]
