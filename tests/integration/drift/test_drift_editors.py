"""The last editors of drifted policies, from the system log over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy._drift.drift_search import DriftOptions
from pulumi_c1policy._emulator import Emulator, Fault
from tests.support.exports import add_policies, compare_states, make_export, make_policy

LOG = "/api/v1/systemlog/events"
PERSON = "Ada Lovelace"


@pytest.fixture
def policies(module_tenant: Emulator) -> list[dict[str, Any]]:
    """Resources of three policies in a tenant, a minute after their recorded update."""
    module_tenant.reset()
    found = add_policies(module_tenant, "shop/dev", ["one", "two", "three"])
    module_tenant.advance(60)
    return found


def list_editors(
    tenant: Emulator, policies: list[dict[str, Any]], own_client: str = ""
) -> dict[str, str | None]:
    """Return the name of the editor of each finding by the name of its resource."""
    tenant.clear_requests()
    found = compare_states(
        tenant, make_export(*policies), options=DriftOptions(own_client=own_client)
    )
    assert (found.problems, found.notes) == ([], [])
    return {each.name: each.editor.name if each.editor else None for each in found.findings}


def count_log_requests(tenant: Emulator) -> int:
    return sum(request.path == LOG for request in tenant.requests)


@pytest.mark.parametrize("form", ["entities", "calls"])
def test_each_drift_has_its_last_editor(
    form: str, module_tenant: Emulator, policies: list[dict[str, Any]]
) -> None:
    module_tenant.set_quirks(system_log=form)
    one, two, three = (each["id"] for each in policies)
    module_tenant.product_edit(one, {"description": "by hand"})
    module_tenant.advance(60)
    module_tenant.api_edit(one, {"description": "by a client"})
    theirs = make_policy("two", "other/prod")["annotations"]
    module_tenant.api_edit(two, {"annotations": theirs})
    module_tenant.product_delete(three)
    assert list_editors(module_tenant, policies) == {
        "one": "Other client",
        "two": "Other client",
        "three": PERSON,
    }
    assert count_log_requests(module_tenant) == 1


def test_the_time_is_that_of_the_edit(
    module_tenant: Emulator, policies: list[dict[str, Any]]
) -> None:
    live = module_tenant.product_edit(policies[0]["id"], {"description": "by hand"})
    [finding] = compare_states(module_tenant, make_export(*policies)).findings
    assert finding.editor is not None
    assert finding.editor.time == f"{live['updatedAt'][:19]}Z"


def test_without_drift_the_log_is_not_read(
    module_tenant: Emulator, policies: list[dict[str, Any]]
) -> None:
    module_tenant.add_policy(make_policy("dropped"))
    assert list_editors(module_tenant, policies) == {"dropped": None}
    assert count_log_requests(module_tenant) == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(do="answer", path=LOG, status=500, times=None),
        Fault(do="html", path=LOG, times=None),
        Fault(do="answer", path=LOG, status=200, body='{"list": [1, null, {}]}', times=None),
        Fault(do="answer", path=LOG, status=200, body='{"list": {"a": 1}}', times=None),
    ],
    ids=str,
)
def test_a_log_that_fails_changes_nothing_else(
    fault: Fault, module_tenant: Emulator, policies: list[dict[str, Any]]
) -> None:
    module_tenant.product_edit(policies[0]["id"], {"description": "by hand"})
    module_tenant.set_faults(fault)
    assert list_editors(module_tenant, policies) == {"one": None}


@pytest.mark.parametrize("form", ["forbidden", "missing"])
def test_a_log_that_cannot_be_read_costs_one_request(
    form: str, module_tenant: Emulator, policies: list[dict[str, Any]]
) -> None:
    module_tenant.product_edit(policies[0]["id"], {"description": "by hand"})
    module_tenant.set_quirks(system_log=form)
    assert list_editors(module_tenant, policies) == {"one": None}
    assert count_log_requests(module_tenant) == 1


def test_an_edit_before_the_recorded_update_is_not_told(
    module_tenant: Emulator, policies: list[dict[str, Any]]
) -> None:
    live = module_tenant.product_edit(policies[0]["id"], {"description": "by hand"})
    policies[0]["outputs"]["updated_at"] = live["updatedAt"]
    assert list_editors(module_tenant, policies) == {"one": None}


def test_an_edit_of_the_own_client_is_not_told(
    module_tenant: Emulator, policies: list[dict[str, Any]]
) -> None:
    policy_id = policies[0]["id"]
    module_tenant.product_edit(policy_id, {"description": "by hand"})
    module_tenant.advance(60)
    record = module_tenant.policies.find(policy_id)
    assert record is not None
    module_tenant.tenant.log("Update", record)
    own = module_tenant.client_id
    assert list_editors(module_tenant, policies) == {"one": own.partition("@")[0]}
    assert list_editors(module_tenant, policies, own_client=own) == {"one": PERSON}


@pytest.mark.parametrize("pages", ["exact", "empty"])
def test_five_pages_of_the_newest_events_are_read_at_most(
    pages: str, module_tenant: Emulator, policies: list[dict[str, Any]]
) -> None:
    one, two, _ = (each["id"] for each in policies)
    module_tenant.product_edit(one, {"description": "by hand"})
    other = module_tenant.add_policy(make_policy("busy"))["id"]
    for _ in range(500):
        module_tenant.api_edit(other, {"description": ""})
    module_tenant.product_edit(two, {"description": "by hand"})
    module_tenant.set_quirks(pages=pages)
    found = list_editors(module_tenant, policies)
    assert (found["one"], found["two"]) == (None, PERSON)
    assert count_log_requests(module_tenant) == 5
