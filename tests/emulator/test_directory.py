"""The emulated tenant's objects around policies: searches, updates, defaults and rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator

Ask = Callable[..., Any]


def list_names(found: dict[str, Any], wrapper: str = "") -> list[str]:
    """List the display names of the rows of an answer."""
    return [(row[wrapper] if wrapper else row)["displayName"] for row in found["list"]]


def test_users_are_found_by_each_filter(c1_tenant: Emulator, ask: Ask) -> None:
    ada = c1_tenant.add_user("ada@example.com", "Ada")
    bob = c1_tenant.add_user("bob@example.com", "Bob", status="DISABLED", department="Sales")
    users = "/api/v1/search/users"
    assert list_names(ask(users, {"email": "ada@example.com"}), "user") == ["Ada"]
    assert list_names(ask(users, {"query": "BOB"}), "user") == ["Bob"]
    assert list_names(ask(users, {"refs": [{"id": ada}, {"id": "gone"}]}), "user") == ["Ada"]
    assert list_names(ask(users, {"userStatuses": ["ENABLED"]}), "user") == ["Ada"]
    assert list_names(ask(users, {"excludeIds": [ada]}), "user") == ["Bob"]
    assert ask(f"/api/v1/users/{bob}")["userView"]["user"]["department"] == "Sales"
    c1_tenant.remove_user(bob)
    assert list_names(ask(users, {}), "user") == ["Ada"]


def test_entitlements_are_known_by_their_app_and_id(c1_tenant: Emulator, ask: Ask) -> None:
    crm, erp = c1_tenant.add_app("CRM"), c1_tenant.add_app("ERP")
    for app_id in (crm, erp):
        c1_tenant.add_entitlement(app_id, "Admin", id="admin", alias=f"admin-{app_id}")
    group = c1_tenant.add_group(crm, "Sales")
    path = "/api/v1/search/entitlements"
    assert len(ask(path, {"displayName": "Admin"})["list"]) == 2
    assert list_names(ask(path, {"appIds": [crm]}), "appEntitlement") == ["Admin", "Sales"]
    [found] = ask(path, {"alias": f"admin-{erp}"})["list"]
    assert found["appEntitlement"]["appId"] == erp
    [found] = ask(path, {"refs": [{"appId": crm, "id": "admin"}]})["list"]
    assert found["appEntitlement"]["appId"] == crm
    view = ask(f"/api/v1/apps/{crm}/entitlements/{group}")["appEntitlementView"]
    assert view["appEntitlement"]["appResourceId"] not in ("", group)


def test_apps_are_found_by_name_in_any_case(c1_tenant: Emulator, ask: Ask) -> None:
    crm = c1_tenant.add_app("CRM")
    c1_tenant.add_app("ERP")
    assert list_names(ask("/api/v1/search/apps", {"displayName": "crm"})) == ["CRM"]
    assert list_names(ask("/api/v1/search/apps", {"excludeAppIds": [crm]})) == ["ERP"]
    assert list_names(ask("/api/v1/apps?page_size=10")) == ["CRM", "ERP"]


def test_lists_have_pages(c1_tenant: Emulator, ask: Ask) -> None:
    for number in range(23):
        c1_tenant.add_user(f"u{number}@example.com", f"U{number}")
    found, token, pages = [], "", 0
    while True:
        page = ask("/api/v1/search/users", {"pageSize": 10, "pageToken": token})
        found += list_names(page, "user")
        pages, token = pages + 1, page["nextPageToken"]
        if not token:
            break
    assert found == [f"U{number}" for number in range(23)]
    assert pages == 3


def attach(tenant: Emulator, policy_type: str = "POLICY_TYPE_GRANT") -> str:
    """Add a policy; return its id."""
    key = policy_type.rpartition("_")[2].lower()
    steps: dict[str, Any] = {key: {"steps": [{"accept": {}}]}}
    policy = {"displayName": "P", "policyType": policy_type, "policySteps": steps}
    return str(tenant.add_policy(policy)["id"])


def test_users_of_a_policy_are_found_and_survive_its_deletion(
    c1_tenant: Emulator, ask: Ask, http: httpx.Client
) -> None:
    policy = attach(c1_tenant)
    app = c1_tenant.add_app("CRM", grantPolicyId=policy)
    c1_tenant.add_entitlement(app, "Admin", emergencyGrantPolicyId=policy, grantCount="7")
    c1_tenant.add_entitlement(app, "Reader")
    asked = {"policyRefs": [{"id": policy}]}
    assert list_names(ask("/api/v1/search/apps", asked)) == ["CRM"]
    [found] = ask("/api/v1/search/entitlements", asked)["list"]
    assert found["appEntitlement"]["grantCount"] == "7"
    assert http.delete(f"/api/v1/policies/{policy}").status_code == 200
    assert ask(f"/api/v1/apps/{app}")["app"]["grantPolicyId"] == policy


def test_an_update_changes_the_fields_of_its_mask(c1_tenant: Emulator, ask: Ask) -> None:
    policy, revoke = attach(c1_tenant), attach(c1_tenant, "POLICY_TYPE_REVOKE")
    app = c1_tenant.add_app("CRM", description="Kept.", annotations={"a": "1"})
    path = f"/api/v1/apps/{app}"
    sent = {"grantPolicyId": policy, "description": "Not named.", "annotations": {"b": "2"}}
    found = ask(path, {"app": sent, "updateMask": "grantPolicyId,annotations"})["app"]
    assert (found["grantPolicyId"], found["description"]) == (policy, "Kept.")
    assert found["annotations"] == {"a": "1", "b": "2"}
    entitlement = c1_tenant.add_entitlement(app, "Admin", revokePolicyId=revoke)
    path = f"/api/v1/apps/{app}/entitlements/{entitlement}"
    body = {"entitlement": {"revokePolicyId": ""}, "updateMask": "revokePolicyId"}
    found = ask(path, {**body, "overrideAccessRequestsDefaults": True})["appEntitlementView"]
    assert found["appEntitlement"]["revokePolicyId"] == ""
    assert found["appEntitlement"]["overrideAccessRequestsDefaults"] is True
    assert "revokePolicyId" not in c1_tenant.entitlement(app, entitlement)


def test_an_update_without_a_mask_rewrites_the_fields_that_can_be_written(
    c1_tenant: Emulator, ask: Ask
) -> None:
    app = c1_tenant.add_app("CRM", userCount="3", description="Reset.")
    group = c1_tenant.add_group(app, "Sales", grantCount="7", slug="reset")
    held = c1_tenant.entitlement(app, group)
    assert ask(f"/api/v1/apps/{app}", {"app": {"displayName": "ERP"}})["app"]["description"] == ""
    assert c1_tenant.app(app)["userCount"] == "3"
    sent = {"displayName": "Sales", "grantCount": "9", "appResourceId": "other"}
    ask(f"/api/v1/apps/{app}/entitlements/{group}", {"entitlement": sent})
    del held["slug"]
    found = c1_tenant.entitlement(app, group)
    assert {**found, "updatedAt": ""} == {**held, "updatedAt": ""}


def test_an_update_of_another_field_accepts_a_dangling_policy(
    c1_tenant: Emulator, ask: Ask, http: httpx.Client
) -> None:
    app = c1_tenant.add_app("CRM", grantPolicyId="gone")
    path, mask = f"/api/v1/apps/{app}", "description"
    ask(path, {"app": {"grantPolicyId": "gone", "description": "New."}, "updateMask": mask})
    assert c1_tenant.app(app)["grantPolicyId"] == "gone"
    assert http.post(path, json={"app": c1_tenant.app(app)}).status_code == 400


def test_a_person_changes_objects_in_the_product(c1_tenant: Emulator, ask: Ask) -> None:
    app = c1_tenant.add_app("CRM", grantPolicyId="p1", revokePolicyId="p2")
    c1_tenant.edit_app(app, {"grant_policy_id": "p3", "revokePolicyId": None})
    found = ask(f"/api/v1/apps/{app}")["app"]
    assert (found["grantPolicyId"], found["revokePolicyId"]) == ("p3", "")
    ada = c1_tenant.add_user("ada@example.com")
    c1_tenant.edit_user(ada, {"displayName": "Ada L."})
    assert ask(f"/api/v1/users/{ada}")["userView"]["user"]["displayName"] == "Ada L."
    assert not [entry for entry in c1_tenant.requests if entry.method == "POST"]


@pytest.mark.parametrize(
    ("sent", "mask", "text"),
    [
        ({"grantPolicyId": "gone"}, "grantPolicyId", "not found"),
        ({"revokePolicyId": "{grant}"}, "revokePolicyId", "another type"),
        ({"id": "x"}, "id", "output-only"),
        ({"grantPolicyId": ""}, "grant_policy_id", "not lowerCamelCase"),
        ({}, "nothing", "not a field of an app"),
    ],
    ids=["gone", "other-type", "output-only", "snake-case", "not-a-field"],
)
def test_a_wrong_update_is_rejected(
    sent: dict[str, str], mask: str, text: str, c1_tenant: Emulator, http: httpx.Client
) -> None:
    policy = attach(c1_tenant)
    app = c1_tenant.add_app("CRM")
    body = json.loads(json.dumps({"app": sent, "updateMask": mask}).replace("{grant}", policy))
    found = http.post(f"/api/v1/apps/{app}", json=body)
    assert found.status_code == 400
    assert text in found.json()["message"]


def test_a_missing_object_is_answered_with_404(c1_tenant: Emulator, http: httpx.Client) -> None:
    app = c1_tenant.add_app("CRM")
    for path in ("/apps/gone", f"/apps/{app}/entitlements/gone", "/users/gone"):
        found = http.get(f"/api/v1{path}")
        assert (found.status_code, found.json()["code"]) == (404, 5)


def test_request_defaults_and_rules_of_an_app_are_stored(c1_tenant: Emulator, ask: Ask) -> None:
    policy, app = attach(c1_tenant), c1_tenant.add_app("CRM")
    path = f"/api/v1/apps/{app}/access_request_defaults"
    assert ask(path)["requestPolicyId"] == ""
    assert ask(path, {"requestPolicyId": policy})["state"].endswith("_RUNNING")
    assert ask(path)["requestPolicyId"] == policy
    assert ask(path)["state"].endswith("_SUCCESS")
    rules = f"/api/v1/apps/{app}/entitlement_configuration_rules"
    settings = {"settings": {"requestPolicyId": policy}}
    ids = [ask(rules, {"displayName": n, **settings})["routingRule"]["id"] for n in "AB"]
    assert list_names(ask(rules)) == ["A", "B"]
    ask(f"{rules}/reorder", {"ruleIds": ids[::-1]})
    assert list_names(ask(rules)) == ["B", "A"]
    assert ask(f"{rules}/{ids[0]}")["routingRule"]["priority"] == 1
    ask(f"{rules}/{ids[0]}", {"displayName": "C"})
    assert ask(f"{rules}/{ids[0]}")["routingRule"]["settings"] is None
    ask(f"{rules}/{ids[1]}", {}, "DELETE")
    assert list_names(ask(rules)) == ["C"]


@pytest.mark.parametrize("ids", [[0], [0, 0], [0, 1, 1], [0, "gone"]], ids=str)
def test_an_order_must_contain_each_rule_once(
    ids: list[Any], c1_tenant: Emulator, ask: Ask, http: httpx.Client
) -> None:
    rules = f"/api/v1/apps/{c1_tenant.add_app('CRM')}/entitlement_configuration_rules"
    held = [ask(rules, {"displayName": name})["routingRule"]["id"] for name in "AB"]
    order = [held[each] if isinstance(each, int) else each for each in ids]
    assert http.post(f"{rules}/reorder", json={"ruleIds": order}).status_code == 400
    assert list_names(ask(rules)) == ["A", "B"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("access_request_defaults", {"emergencyGrantPolicyId": "gone"}),
        ("entitlement_configuration_rules", {"settings": {"requestPolicyId": "gone"}}),
    ],
    ids=["defaults", "rule"],
)
def test_defaults_and_rules_name_existing_policies(
    path: str, body: dict[str, Any], c1_tenant: Emulator, http: httpx.Client
) -> None:
    found = http.post(f"/api/v1/apps/{c1_tenant.add_app('CRM')}/{path}", json=body)
    assert (found.status_code, "gone not found" in found.json()["message"]) == (400, True)


def test_webhooks_and_providers_are_found_by_name(c1_tenant: Emulator, ask: Ask) -> None:
    c1_tenant.add_webhook("Checks", url="https://example.com")
    c1_tenant.add_step_up_provider("Keys")
    assert list_names(ask("/api/v1/search/webhooks", {"query": "check"})) == ["Checks"]
    assert list_names(ask("/api/v1/search/step-up/providers", {"query": "key"})) == ["Keys"]
    assert ask("/api/v1/auth/introspect")["roles"]
