"""The searches of the guard of deletions: their number, and the effect of each answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from threading import Thread
from typing import Any

import httpx
import pytest

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.settings import load
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.use_guard import MAX_PAGES, InUse, UseGuard
from tests.support.engine import QuickClock

Row = Mapping[str, Any]
STACK = "shop/dev"
FIELDS = ("grantPolicyId", "revokePolicyId", "certifyPolicyId", "emergencyGrantPolicyId")


class Tenant(httpx.BaseTransport):
    """Apps and entitlements behind their searches.

    Attributes:
        rows: The rows by search.
        owned: The ids of the workspace's policies.
        ignores_filter: True answers a search with all rows.
        status: The status of an error by search.
        asked: The search and the ids of each request.
    """

    def __init__(self, **rows: Iterable[Row]) -> None:
        self.rows = {name: [*found] for name, found in rows.items()}
        self.owned: list[str] = []
        self.ignores_filter = False
        self.status: dict[str, int] = {}
        self.asked: list[tuple[str, list[str]]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name, body = request.url.path.rpartition("/")[2], json.loads(request.read())
        ids = [ref["id"] for ref in body.get("policyRefs", [])]
        self.asked.append((name, ids))
        if status := self.status.get(name):
            return httpx.Response(status, json={"code": 7, "message": "No."})
        if name == "policies":
            ownership = {"iac_workspace": STACK}
            found: list[Row] = [{"id": each, "annotations": ownership} for each in self.owned]
        else:
            found = [row for row in self.rows.get(name, []) if self._fits(row, ids)]
        start = int(body.get("pageToken") or 0)
        end = start + body["pageSize"]
        token = str(end) if end < len(found) else ""
        return httpx.Response(200, json={"list": found[start:end], "nextPageToken": token})

    def _fits(self, row: Row, ids: list[str]) -> bool:
        fields = row.get("appEntitlement", row)
        return self.ignores_filter or any(fields.get(name) in ids for name in FIELDS)


class GuardedTenant:
    """A guard over a tenant, with the warnings that it gave."""

    def __init__(self, tenant: Tenant) -> None:
        self.known = KnownState()
        self.warnings: list[str] = []
        settings = load({"accessToken": "made-up", "tenantDomain": "acme.conductor.one"}, {})
        client = PolicyClient(settings, transport=tenant, clock=QuickClock())
        self.guard = UseGuard(client, self.known, self.warnings.append)

    def find(self, policy_id: str) -> InUse | None:
        self.known.note({}, policy_id)
        return self.guard.find(policy_id, STACK)


def make_app(policy_id: str, **fields: str) -> Row:
    return {"id": "a1", "displayName": "GitHub", "grantPolicyId": policy_id, **fields}


def make_entitlements(policy_id: str, count: int) -> list[Row]:
    return [
        {
            "appEntitlement": {
                "id": f"{policy_id}-{number}",
                "appId": "a1",
                "revokePolicyId": policy_id,
                "grantCount": str(number),
            }
        }
        for number in range(count)
    ]


def test_two_requests_answer_for_all_policies_that_the_run_deletes() -> None:
    tenant = Tenant()
    guarded = GuardedTenant(tenant)
    ids = [f"p{number}" for number in range(60)]
    for each in ids:
        guarded.known.note({}, each)
    assert [guarded.find(each) for each in ids] == [None] * 60
    assert tenant.asked == [("apps", sorted(ids)), ("entitlements", sorted(ids))]
    assert guarded.warnings == []


def test_policies_that_the_program_declares_are_not_searched() -> None:
    tenant = Tenant()
    guarded = GuardedTenant(tenant)
    guarded.known.note({}, "kept")
    guarded.known.note_holder("kept", "urn", "diff")
    guarded.find("dropped")
    assert [ids for _, ids in tenant.asked] == [["dropped"]] * 2


def test_policies_that_are_deleted_one_by_one_are_searched_by_workspace() -> None:
    tenant = Tenant()
    tenant.owned = ids = [f"p{number}" for number in range(50)]
    guarded = GuardedTenant(tenant)
    for each in ids:
        assert guarded.find(each) is None
    assert [name for name, _ in tenant.asked] == [
        *["apps", "entitlements"],
        *["policies", "apps", "entitlements"],
    ]


def test_a_policy_in_use_is_searched_again() -> None:
    tenant = Tenant(apps=[make_app("p1")], entitlements=make_entitlements("p1", 3))
    found = GuardedTenant(tenant).find("p1")
    assert found is not None
    assert (len(found.uses), found.is_complete) == (4, True)
    assert len(tenant.asked) == 4


def test_a_policy_that_lost_its_uses_in_the_run_is_free() -> None:
    tenant = Tenant(apps=[make_app("p1"), make_app("p2")])
    guarded = GuardedTenant(tenant)
    guarded.known.note({}, "p1")
    assert guarded.find("p2") is not None
    tenant.rows["apps"] = []
    assert guarded.find("p1") is None


def test_the_first_search_needs_one_row_of_each_used_policy() -> None:
    ids = [f"p{number}" for number in range(5)]
    tenant = Tenant(entitlements=[row for each in ids for row in make_entitlements(each, 300)])
    guarded = GuardedTenant(tenant)
    for each in ids:
        guarded.known.note({}, each)
    guarded.find("p0")
    ahead = [ids for name, ids in tenant.asked if name == "entitlements" and len(ids) > 1]
    assert len(ahead) == 4


def test_the_search_for_one_policy_reports_its_limit() -> None:
    found = GuardedTenant(Tenant(entitlements=make_entitlements("p1", 300))).find("p1")
    assert found is not None
    assert (len(found.uses), found.is_complete) == (10 * MAX_PAGES, False)


def test_unrelated_rows_of_a_tenant_that_ignores_the_filter_are_not_uses() -> None:
    tenant = Tenant(apps=[make_app("other")], entitlements=make_entitlements("other", 30))
    tenant.ignores_filter = True
    guarded = GuardedTenant(tenant)
    assert guarded.find("p1") is None
    assert guarded.warnings == []


def test_a_use_among_unrelated_rows_is_found() -> None:
    tenant = Tenant(entitlements=make_entitlements("other", 30) + make_entitlements("p1", 1))
    tenant.ignores_filter = True
    found = GuardedTenant(tenant).find("p1")
    assert found is not None
    assert [use.id for use in found.uses] == ["p1-0"]


def test_the_search_ends_after_too_many_unrelated_rows() -> None:
    tenant = Tenant(entitlements=make_entitlements("other", 100_000))
    tenant.ignores_filter = True
    guarded = GuardedTenant(tenant)
    assert [guarded.find(f"p{number}") for number in range(20)] == [None] * 20
    assert len(tenant.asked) < 60
    [warning] = guarded.warnings
    assert "which entitlements use the policies" in warning


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_failing_searches_cause_one_warning(status: int) -> None:
    tenant = Tenant()
    tenant.status = {"apps": status, "entitlements": status}
    guarded = GuardedTenant(tenant)
    assert [guarded.find(f"p{number}") for number in range(9)] == [None] * 9
    [warning] = guarded.warnings
    assert "apps and entitlements" in warning
    assert str(status) in warning


def test_the_answer_of_one_endpoint_counts_if_the_other_one_fails() -> None:
    tenant = Tenant(apps=[make_app("p1")])
    tenant.status = {"entitlements": 403}
    guarded = GuardedTenant(tenant)
    found = guarded.find("p1")
    assert found is not None
    assert (len(found.uses), found.is_complete) == (1, False)
    assert "which entitlements use" in guarded.warnings[0]


def test_a_use_of_the_first_search_counts_if_later_searches_fail() -> None:
    tenant = Tenant(apps=[make_app("p1"), make_app("p2")])
    guarded = GuardedTenant(tenant)
    guarded.known.note({}, "p2")
    assert guarded.find("p1") is not None
    tenant.status = {"apps": 503}
    assert guarded.find("p2") is not None


def test_an_unreadable_answer_does_not_refuse_a_deletion() -> None:
    tenant = Tenant()
    tenant.rows["apps"] = [{"id": "a1"}]
    tenant.ignores_filter = True
    odd = httpx.MockTransport(lambda _: httpx.Response(200, json={"list": "?"}))
    settings = load({"accessToken": "made-up", "tenantDomain": "acme.conductor.one"}, {})
    warnings: list[str] = []
    client = PolicyClient(settings, transport=odd, clock=QuickClock())
    assert UseGuard(client, KnownState(), warnings.append).find("p1", STACK) is None
    assert len(warnings) == 1


class HookedTenant(Tenant):
    """A tenant that calls a function before each answer."""

    def __init__(self) -> None:
        super().__init__()
        self.before_answer: Callable[[], None] = lambda: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.before_answer()
        return super().handle_request(request)


def test_a_deletion_does_not_wait_for_the_question_about_another_policy() -> None:
    tenant = HookedTenant()
    guarded = GuardedTenant(tenant)
    guarded.find("p1")
    found: list[InUse | None] = []

    def delete_first_policy() -> None:
        thread = Thread(target=lambda: found.append(guarded.find("p1")), daemon=True)
        thread.start()
        thread.join(5)

    tenant.before_answer = delete_first_policy
    guarded.find("p2")
    assert found
    assert set(found) == {None}
