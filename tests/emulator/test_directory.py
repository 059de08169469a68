"""The emulated tenant's objects around policies, over HTTP and by the API's description."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from pulumi_c1policy._emulator import Emulator, Fault

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "reference" / "around-policies.openapi.yaml").read_text("utf-8")
)
Ask = Callable[..., Any]


@pytest.fixture
def ask(http: httpx.Client) -> Ask:
    """Send a request; return the JSON of a 200, judged by the API's description."""

    def send(path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
        found = http.request(method or ("GET" if body is None else "POST"), path, json=body)
        assert found.status_code == 200, found.text
        _validate(path, found.request.method.lower(), found.json())
        return found.json()

    return send


def _validate(path: str, method: str, answer: object) -> None:
    parts = path.partition("?")[0].split("/")
    # A fixed path comes before a template that fits as well.
    for template, methods in sorted(DOCUMENT["paths"].items(), key=lambda x: x[0].count("{")):
        pattern = template.split("/")
        fits = len(pattern) == len(parts) and all(
            a == b or a.startswith("{") for a, b in zip(pattern, parts, strict=True)
        )
        if fits and method in methods:
            schema = methods[method]["responses"]["200"]["content"]["application/json"]["schema"]
            jsonschema.validate(answer, _closed() | schema)
            return
    raise AssertionError(f"{method} {path} is not in the API's description")


def _closed() -> dict[str, Any]:
    """The structure with every object closed, so that an answer cannot have a field too many."""
    # Null fits both sides of a oneOf with a message whose fields are not published.
    text = json.dumps(DOCUMENT["components"]).replace('"oneOf"', '"anyOf"')
    components = json.loads(text)
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return {"components": components}


def names(found: dict[str, Any], wrapper: str = "") -> list[str]:
    """List the display names of the rows of an answer."""
    return [(row[wrapper] if wrapper else row)["displayName"] for row in found["list"]]


def test_users_are_found_by_each_filter(c1_tenant: Emulator, ask: Ask) -> None:
    ada = c1_tenant.add_user("ada@example.com", "Ada")
    bob = c1_tenant.add_user("bob@example.com", "Bob", status="DISABLED", department="Sales")
    users = "/api/v1/search/users"
    assert names(ask(users, {"email": "ada@example.com"}), "user") == ["Ada"]
    assert names(ask(users, {"query": "BOB"}), "user") == ["Bob"]
    assert names(ask(users, {"refs": [{"id": ada}, {"id": "gone"}]}), "user") == ["Ada"]
    assert names(ask(users, {"userStatuses": ["ENABLED"]}), "user") == ["Ada"]
    assert names(ask(users, {"excludeIds": [ada]}), "user") == ["Bob"]
    assert ask(f"/api/v1/users/{bob}")["userView"]["user"]["department"] == "Sales"
    c1_tenant.remove_user(bob)
    assert names(ask(users, {}), "user") == ["Ada"]


def test_entitlements_are_known_by_their_app_and_id(c1_tenant: Emulator, ask: Ask) -> None:
    crm, erp = c1_tenant.add_app("CRM"), c1_tenant.add_app("ERP")
    for app_id in (crm, erp):
        c1_tenant.add_entitlement(app_id, "Admin", id="admin", alias=f"admin-{app_id}")
    group = c1_tenant.add_group(crm, "Sales")
    path = "/api/v1/search/entitlements"
    assert len(ask(path, {"displayName": "Admin"})["list"]) == 2
    assert names(ask(path, {"appIds": [crm]}), "appEntitlement") == ["Admin", "Sales"]
    [found] = ask(path, {"alias": f"admin-{erp}"})["list"]
    assert found["appEntitlement"]["appId"] == erp
    [found] = ask(path, {"refs": [{"appId": crm, "id": "admin"}]})["list"]
    assert found["appEntitlement"]["appId"] == crm
    view = ask(f"/api/v1/apps/{crm}/entitlements/{group}")["appEntitlementView"]
    assert view["appEntitlement"]["appResourceId"] not in ("", group)


def test_apps_are_found_by_name_in_any_case(c1_tenant: Emulator, ask: Ask) -> None:
    crm = c1_tenant.add_app("CRM")
    c1_tenant.add_app("ERP")
    assert names(ask("/api/v1/search/apps", {"displayName": "crm"})) == ["CRM"]
    assert names(ask("/api/v1/search/apps", {"excludeAppIds": [crm]})) == ["ERP"]
    assert names(ask("/api/v1/apps?page_size=10")) == ["CRM", "ERP"]


def test_lists_come_in_pages(c1_tenant: Emulator, ask: Ask) -> None:
    for number in range(23):
        c1_tenant.add_user(f"u{number}@example.com", f"U{number}")
    found, token, pages = [], "", 0
    while True:
        page = ask("/api/v1/search/users", {"pageSize": 10, "pageToken": token})
        found += names(page, "user")
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
    assert names(ask("/api/v1/search/apps", asked)) == ["CRM"]
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


@pytest.mark.parametrize(
    ("sent", "mask", "text"),
    [
        ({"grantPolicyId": "gone"}, "grantPolicyId", "not found"),
        ({"revokePolicyId": "{grant}"}, "revokePolicyId", "another type"),
        ({"id": "x"}, "id", "not a field that can be written"),
        ({"grantPolicyId": ""}, "grant_policy_id", "not a field that can be written"),
    ],
    ids=["gone", "other-type", "output-only", "snake-case"],
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


def test_what_does_not_exist_is_not_found(c1_tenant: Emulator, http: httpx.Client) -> None:
    app = c1_tenant.add_app("CRM")
    for path in ("/apps/gone", f"/apps/{app}/entitlements/gone", "/users/gone"):
        found = http.get(f"/api/v1{path}")
        assert (found.status_code, found.json()["code"]) == (404, 5)


def test_request_defaults_and_rules_of_an_app(c1_tenant: Emulator, ask: Ask) -> None:
    policy, app = attach(c1_tenant), c1_tenant.add_app("CRM")
    path = f"/api/v1/apps/{app}/access_request_defaults"
    assert ask(path)["requestPolicyId"] == ""
    assert ask(path, {"requestPolicyId": policy})["requestPolicyId"] == policy
    rules = f"/api/v1/apps/{app}/entitlement_configuration_rules"
    settings = {"settings": {"requestPolicyId": policy}}
    ids = [ask(rules, {"displayName": n, **settings})["routingRule"]["id"] for n in "AB"]
    assert names(ask(rules)) == ["A", "B"]
    ask(f"{rules}/reorder", {"ruleIds": ids[::-1]})
    assert names(ask(rules)) == ["B", "A"]
    ask(f"{rules}/{ids[0]}", {"displayName": "C"})
    assert ask(f"{rules}/{ids[0]}")["routingRule"]["settings"] is None
    ask(f"{rules}/{ids[1]}", {}, "DELETE")
    assert names(ask(rules)) == ["C"]


def test_webhooks_providers_and_the_client(c1_tenant: Emulator, ask: Ask) -> None:
    c1_tenant.add_webhook("Checks", url="https://example.com")
    c1_tenant.add_step_up_provider("Keys")
    assert names(ask("/api/v1/search/webhooks", {"query": "check"})) == ["Checks"]
    assert names(ask("/api/v1/search/step-up/providers", {"query": "key"})) == ["Keys"]
    assert ask("/api/v1/auth/introspect")["roles"]


def test_faults_and_the_journal_cover_the_directory(
    c1_tenant: Emulator, http: httpx.Client
) -> None:
    c1_tenant.set_faults(Fault(do="answer", status=403, path="/api/v1/search/users"))
    assert http.post("/api/v1/search/users", json={}).status_code == 403
    assert c1_tenant.requests[-1].path == "/api/v1/search/users"


def test_a_directory_file_fills_the_tenant_again_after_a_reset() -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        "users": [{"id": "u1", "email": "ada@example.com", "manager": "u2", "status": 1}],
        "apps": [{"id": "crm", "display_name": "CRM", "owners": ["u1"]}],
        "groups": [{"id": "g", "app_id": "crm", "display_name": "Sales", "members": ["u1"]}],
        "entitlements": [{"id": "e", "appId": "crm", "display_name": "Admin"}],
    }
    with Emulator(directory=tables) as tenant:
        tenant.add_user("bob@example.com")
        tenant.reset()
        url = f"{tenant.url}/api/v1/search/users"
        found = httpx.post(url, json={}, headers=tenant.headers).json()
        assert [row["user"]["id"] for row in found["list"]] == ["u1"]
        assert tenant.app("crm")["displayName"] == "CRM"
        assert tenant.entitlement("crm", "g")["appResourceTypeId"] == "group"
        assert tenant.entitlement("crm", "e")["displayName"] == "Admin"
