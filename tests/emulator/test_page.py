"""The page of the emulator over HTTP: what it shows, and who may use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._emulator_page.edits import EDITS
from pulumi_c1policy._emulator_page.routes import list_routes

STEPS: dict[str, Any] = {
    "grant": {"steps": [{"approval": {"manager": {}}}, {"approval": {"appOwners": {}}}]}
}


@pytest.fixture
def tenant() -> Iterator[Emulator]:
    with Emulator(page=partial(list_routes, directory={})) as running:
        yield running


@pytest.fixture
def policy_id(tenant: Emulator) -> str:
    fields = {"displayName": "Temps", "policyType": "POLICY_TYPE_GRANT", "policySteps": STEPS}
    return str(tenant.add_policy(fields)["id"])


def post(tenant: Emulator, action: str, headers: dict[str, str], **form: str) -> httpx.Response:
    return httpx.post(f"{tenant.url}/_emulator/page/{action}", data=form, headers=headers)


def test_the_page_shows_policies_but_no_secret(tenant: Emulator, policy_id: str) -> None:
    httpx.get(f"{tenant.url}/api/v1/policies/{policy_id}", headers=tenant.headers)
    answer = httpx.get(f"{tenant.url}/")
    assert "Temps" in answer.text
    assert f"/api/v1/policies/{policy_id}" in answer.text
    for secret in (tenant.client_secret, tenant.access_token, tenant.client_id):
        assert secret not in answer.text
    assert "'unsafe" not in answer.headers["content-security-policy"]


def test_the_page_is_not_among_the_requests_and_meets_no_fault(tenant: Emulator) -> None:
    post(tenant, "fault", {}, fault="slow")
    post(tenant, "fault", {}, fault="proxy")
    assert "An emulated ConductorOne tenant" in httpx.get(f"{tenant.url}/").text
    assert tenant.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
    ],
    ids=str,
)
def test_other_sites_change_and_read_nothing(
    tenant: Emulator, policy_id: str, headers: dict[str, str]
) -> None:
    answer = post(tenant, "edit", headers, policy=policy_id, edit="rename", actor="client")
    assert answer.status_code == 403
    assert httpx.get(f"{tenant.url}/", headers=headers).status_code == 403
    assert tenant.policy(policy_id)["displayName"] == "Temps"


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_changes_the_policy_or_says_why_not(
    tenant: Emulator, policy_id: str, name: str
) -> None:
    before = tenant.policy(policy_id)
    answer = post(tenant, "edit", {}, policy=policy_id, edit=name, actor="client")
    changed = tenant.policy(policy_id) != before
    assert answer.status_code == (303 if changed else 400)
    if not changed:
        assert "The policy has fewer than two rules." in answer.text


@pytest.mark.parametrize(
    ("action", "form", "sentence"),
    [
        ("edit", {"edit": "rename", "policy": "x"}, "The policy does not exist any more."),
        ("edit", {"edit": "x"}, "There is no such change."),
        ("json", {"json": "{"}, "The change was refused"),
        ("json", {"json": "[]"}, "The change was refused"),
        ("json", {"json": "[" * 20_000}, "The change was refused"),
        ("json", {"json": '{"displayName": "a\\ud800b"}'}, "The change was refused"),
        ("json", {"json": "{}"}, "The change was refused"),
        ("fault", {"fault": "x"}, "There is no such fault."),
        ("delete", {"policy": "x"}, "The policy does not exist any more."),
    ],
    ids=str,
)
def test_a_wrong_form_is_refused_with_a_sentence(
    tenant: Emulator, policy_id: str, action: str, form: dict[str, Any], sentence: str
) -> None:
    answer = post(tenant, action, {}, **{"policy": policy_id, **form})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert tenant.policy(policy_id)["displayName"] == "Temps"


def test_a_policy_that_cannot_be_read_is_counted(tenant: Emulator, policy_id: str) -> None:
    tenant.api_edit(policy_id, {"displayName": "a\u202eb"})
    tenant.add_policy({"displayName": "Odd"})
    text = httpx.get(f"{tenant.url}/").text
    assert "1 of them cannot be read" in text
    assert "\u202e" not in text


def test_refused_json_is_shown_again(tenant: Emulator, policy_id: str) -> None:
    answer = post(tenant, "json", {}, policy=policy_id, json='{"mine": 1,\r\n')
    assert '{"mine": 1,\n</textarea>' in answer.text


def test_an_annotation_that_the_json_lacks_is_deleted(tenant: Emulator, policy_id: str) -> None:
    tenant.api_edit(policy_id, {"annotations": {"team": "a", "tier": "0"}})
    wanted = {**tenant.policy(policy_id), "annotations": {"tier": "1"}}
    form = {"policy": policy_id, "json": json.dumps(wanted), "actor": "client"}
    assert post(tenant, "json", {}, **form).status_code == 303
    assert tenant.policy(policy_id)["annotations"] == {"tier": "1"}


def test_a_further_fault_does_not_restart_the_others(tenant: Emulator) -> None:
    post(tenant, "fault", {}, fault="unavailable")
    for _ in range(3):
        httpx.get(f"{tenant.url}/api/v1/policies", headers=tenant.headers)
    post(tenant, "fault", {}, fault="slow")
    page = httpx.get(f"{tenant.url}/").text
    assert "<li>answer 503 before" not in page
    assert "<li>delay 2s before" in page


def test_removing_the_last_step_is_refused(tenant: Emulator, policy_id: str) -> None:
    form = {"policy": policy_id, "edit": "remove-step", "actor": "client"}
    assert post(tenant, "edit", {}, **form).status_code == 303
    answer = post(tenant, "edit", {}, **form)
    assert "A list of steps needs at least one step." in answer.text


def test_a_tenant_without_a_page_has_none() -> None:
    with Emulator() as tenant:
        assert httpx.get(f"{tenant.url}/").status_code == 404
