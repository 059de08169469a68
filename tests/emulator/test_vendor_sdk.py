"""The vendor's SDK works on the tenant with each set of quirks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from conductorone_sdk import SDK
from conductorone_sdk.models import errors, operations, shared

from pulumi_c1policy._emulator import Emulator, Quirks

QUIRKS: list[dict[str, Any]] = [
    {},
    {"unset_fields": "omitted", "rule_key": "both"},
    {"unset_fields": "null", "duration_style": "padded"},
    {"timestamp_precision": "seconds", "rule_key": "policy_key"},
    {"newer_api": True, "server_fills": True, "shuffle_sets": True},
]
POLICY: dict[str, Any] = {
    "display_name": "By the SDK",
    "policy_type": shared.PolicyType.POLICY_TYPE_GRANT,
    "policy_steps": {
        "grant": {
            "steps": [
                {"approval": {"user_approval": {"user_ids": ["user-1", "user-2"]}}},
                {"wait": {"name": "Cool down", "wait_duration": {"duration": "3600s"}}},
            ]
        }
    },
    "rules": [{"condition": "true", "policy_key": "grant"}],
}


@pytest.fixture(params=QUIRKS, ids=str)
def tenant(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """Provide a tenant with one set of quirks."""
    with Emulator(Quirks(**request.param)) as emulator:
        yield emulator


@pytest.fixture
def sdk(tenant: Emulator) -> Iterator[SDK]:
    """Provide the vendor's SDK with the tenant's access token."""
    token = tenant.access_token
    security = shared.Security(bearer_auth=token, oauth=token)
    with SDK(server_url=tenant.url, security=security) as client:
        yield client


def create(sdk: SDK) -> shared.Policy:
    """Create a policy with the SDK."""
    answer = sdk.policies.create(request=shared.CreatePolicyRequest.model_validate(POLICY))
    assert answer.create_policy_response
    assert answer.create_policy_response.policy
    return answer.create_policy_response.policy


def test_the_sdk_creates_and_gets_a_policy(sdk: SDK) -> None:
    created = create(sdk)
    assert created.id
    assert isinstance(created.created_at, datetime)
    answer = sdk.policies.get(request={"id": created.id})
    assert answer.get_policy_response
    held = answer.get_policy_response.policy
    assert held == created
    assert held.policy_steps
    first, second = held.policy_steps["grant"].steps or []
    assert first.approval
    assert second.wait


def test_the_sdk_lists_and_searches_in_pages(sdk: SDK) -> None:
    for _ in range(12):
        create(sdk)
    listed = sdk.policies.list(request={"page_size": 10}).list_policy_response
    assert listed
    assert len(listed.list or []) == 10
    page = sdk.policy_search.search(request={"query": "by the sdk", "page_size": 10})
    sizes = []
    while page:
        assert page.search_policies_response
        sizes.append(len(page.search_policies_response.list or []))
        page = page.next()
    assert sizes == [10, 2]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"refs": "mine"}, 1),
        ({"exclude_policy_ids": "mine", "query": "by the"}, 0),
        ({"display_name": "BY THE SDK"}, 1),
        ({"query": "nobody"}, 0),
        ({"include_deleted": True, "query": "by the"}, 1),
    ],
    ids=str,
)
def test_the_sdk_searches_with_each_filter(sdk: SDK, asked: dict[str, Any], found: int) -> None:
    policy_id = create(sdk).id
    mine = {"refs": [{"id": policy_id}], "exclude_policy_ids": [policy_id]}
    body: Any = {key: mine[key] if value == "mine" else value for key, value in asked.items()}
    answer = sdk.policy_search.search(request=body)
    assert answer
    assert answer.search_policies_response
    assert len(answer.search_policies_response.list or []) == found


def test_the_sdk_updates_without_a_mask(sdk: SDK) -> None:
    created = create(sdk)
    assert created.id
    whole = {**POLICY, "display_name": "Rewritten", "rules": []}
    body: Any = {"policy": whole}
    answer = sdk.policies.update(request={"id": created.id, "update_policy_request": body})
    assert answer.update_policy_response
    updated = answer.update_policy_response.policy
    assert updated
    assert (updated.display_name, updated.rules or []) == ("Rewritten", [])
    assert updated.policy_type == created.policy_type


def test_the_sdk_updates_with_a_mask(sdk: SDK, tenant: Emulator) -> None:
    created = create(sdk)
    assert created.id
    body: Any = {"policy": {"display_name": "Renamed"}, "update_mask": "displayName"}
    answer = sdk.policies.update(request={"id": created.id, "update_policy_request": body})
    assert answer.update_policy_response
    updated = answer.update_policy_response.policy
    assert updated
    assert updated.display_name == "Renamed"
    assert updated.policy_steps == created.policy_steps
    assert tenant.requests[-1].update_mask == "displayName"


def test_the_sdk_deletes_a_policy(sdk: SDK) -> None:
    created = create(sdk)
    assert created.id
    assert sdk.policies.delete(request={"id": created.id}).status_code == 200
    answer = sdk.policies.get(request={"id": created.id}).get_policy_response
    assert answer
    assert answer.policy
    assert answer.policy.deleted_at
    with pytest.raises(errors.SDKError, match="not found") as caught:
        sdk.policies.delete(request={"id": created.id})
    assert caught.value.status_code == 404


def test_the_sdk_raises_an_error_for_rejected_provision_steps(sdk: SDK) -> None:
    provisioning: dict[str, Any] = {
        "steps": [{"provision": {"provision_policy": {"connector": {}}}}]
    }
    body = {**POLICY, "policy_steps": {"grant": provisioning}, "rules": []}
    with pytest.raises(errors.SDKError, match="provision steps are not allowed") as caught:
        sdk.policies.create(request=shared.CreatePolicyRequest.model_validate(body))
    assert caught.value.status_code == 500


def test_the_sdk_validates_and_evaluates_expressions(sdk: SDK) -> None:
    validated = sdk.policy_validate.validate_cel(request={"text": "f("}).editor_validate_response
    assert validated
    assert [marker.start_column for marker in validated.markers or []] == [3]
    tried = sdk.account_provision_policy_test.test(
        request=shared.TestAccountProvisionPolicyRequest(cel="'x'")
    )
    assert tried.test_account_provision_policy_response
    assert tried.test_account_provision_policy_response.value == "x"


def test_the_sdk_reads_and_writes_the_objects_around_policies(sdk: SDK, tenant: Emulator) -> None:
    ada = tenant.add_user("ada@example.com", "Ada")
    app = tenant.add_app("CRM")
    group = tenant.add_group(app, "Sales", grantCount="3")
    policy = create(sdk)
    asked = shared.SearchUsersRequest(email="ada@example.com")
    answer = sdk.user_search.search(request=asked)
    assert answer
    users = answer.search_users_response
    assert users
    assert users.list
    assert [row.user and row.user.id for row in users.list] == [ada]
    request = shared.AppEntitlementSearchServiceSearchRequest(app_ids=[app], display_name="Sales")
    found = sdk.app_entitlement_search.search(request=request)
    assert found
    page = found.app_entitlement_search_service_search_response
    assert page
    assert page.list
    [row] = page.list
    assert row.app_entitlement
    assert (row.app_entitlement.id, row.app_entitlement.grant_count) == (group, 3)
    change = shared.AppInput(grant_policy_id=policy.id)
    body = shared.UpdateAppRequest(app=change, update_mask="grantPolicyId")
    sdk.apps.update(request=operations.C1APIAppV1AppsUpdateRequest(id=app, update_app_request=body))
    assert tenant.app(app)["grantPolicyId"] == policy.id


def test_the_sdk_updates_an_entitlement(sdk: SDK, tenant: Emulator) -> None:
    app = tenant.add_app("CRM", userCount="12")
    group = tenant.add_group(app, "Sales", grantCount="3", annotations={"team": "sales"})
    policy = create(sdk)
    ids: Any = {"app_id": app, "id": group}
    change: Any = {
        "entitlement": {"grant_policy_id": policy.id},
        "override_access_requests_defaults": True,
        "update_mask": "grantPolicyId",
    }
    asked: Any = {**ids, "update_app_entitlement_request": change}
    updated = sdk.app_entitlements.update(request=asked)
    assert updated.update_app_entitlement_response
    got = sdk.app_entitlements.get(request=ids).get_app_entitlement_response
    assert got
    assert got.app_entitlement_view
    held = got.app_entitlement_view.app_entitlement
    assert held
    assert (held.grant_policy_id, held.grant_count) == (policy.id, 3)
    assert (held.display_name, held.override_access_requests_defaults) == ("Sales", True)
    answer = sdk.apps.get(request={"id": app}).get_app_response
    assert answer
    assert answer.app
    assert answer.app.user_count == 12


def test_the_sdk_searches_the_objects_around_policies(sdk: SDK, tenant: Emulator) -> None:
    policy = create(sdk)
    app = tenant.add_app("CRM", grantPolicyId=policy.id)
    webhook, provider = tenant.add_webhook("Checks"), tenant.add_step_up_provider("Keys")
    apps = sdk.app_search.search(request={"policy_refs": [{"id": policy.id or ""}]})
    assert apps
    assert apps.search_apps_response
    assert [each.id for each in apps.search_apps_response.list or []] == [app]
    webhooks = sdk.webhooks_search.search(request={"refs": [{"id": webhook}]})
    assert webhooks
    assert webhooks.webhooks_search_response
    assert [each.id for each in webhooks.webhooks_search_response.list or []] == [webhook]
    providers = sdk.step_up_provider.search(request={"query": "keys"})
    assert providers.search_step_up_providers_response
    found = providers.search_step_up_providers_response.list
    assert [each.id for each in found or []] == [provider]
    assert sdk.auth.introspect().introspect_response


def test_the_sdk_sets_request_defaults(sdk: SDK, tenant: Emulator) -> None:
    app, policy = tenant.add_app("CRM"), create(sdk)
    defaults = sdk.app_access_requests_defaults
    body: Any = {"request_policy_id": policy.id, "duration_grant": "3600s"}
    asked: Any = {"app_id": app, "app_access_request_defaults": body}
    assert defaults.create_app_access_requests_defaults(request=asked).app_access_request_defaults
    held = defaults.get_app_access_requests_defaults(request={"app_id": app})
    assert held.app_access_request_defaults
    assert held.app_access_request_defaults.request_policy_id == policy.id
    assert held.app_access_request_defaults.duration_grant in ("3600s", "3600.000s")
