"""The page of `c1policy emulator` in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._emulator_page.routes import list_routes
from tests.browser.conftest import OpenPage
from tests.browser.sample_policies import AFTER, ATTACK
from tests.browser.watched_pages import SCHEMES, SIZES, Scheme

COMPANY = Path(__file__).parents[2] / "examples" / "company" / "company.json"


@pytest.fixture
def tenant() -> Iterator[Emulator]:
    """Start a tenant with hostile policies and with a page."""
    tables = json.loads(COMPANY.read_text("utf-8"))
    with Emulator(directory=tables, page=partial(list_routes, directory=tables)) as running:
        for policy in AFTER:
            fields = {name: value for name, value in policy.items() if name != "id"}
            running.add_policy(fields)
        yield running


@pytest.fixture
def policy_id(tenant: Emulator) -> str:
    """Add a policy that the tests change, and return its id."""
    steps: dict[str, Any] = {
        "grant": {"steps": [{"approval": {"manager": {}}}, {"approval": {"appOwners": {}}}]}
    }
    fields = {"displayName": "Temps", "policyType": "POLICY_TYPE_GRANT", "policySteps": steps}
    return str(tenant.add_policy(fields)["id"])


def update(tenant: Emulator, policy_id: str, name: str) -> int:
    """Update a policy as an API client; return the status."""
    body = {"policy": {"displayName": name}, "updateMask": "displayName"}
    url = f"{tenant.url}/api/v1/policies/{policy_id}"
    return httpx.post(url, json=body, headers=tenant.headers).status_code


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", SIZES)
def test_the_page_fits_every_window_and_is_accessible(
    tenant: Emulator, policy_id: str, open_page: OpenPage, width: int, scheme: Scheme
) -> None:
    assert update(tenant, policy_id, "Temps") == 200
    opened = open_page(f"{tenant.url}/", width=width, scheme=scheme)
    opened.take_screenshot(f"emulator-{width}-{scheme}")
    assert opened.check_accessibility() == ""
    assert opened.list_too_wide() == []
    assert not opened.page.evaluate("() => 'hacked' in window")


@pytest.mark.parametrize("actor", ["person", "client"])
def test_a_person_or_a_client_changes_a_policy(
    tenant: Emulator, policy_id: str, open_page: OpenPage, actor: str
) -> None:
    tenant.api_edit(policy_id, {"annotations": {"managed_by": "pulumi"}})
    page = open_page(f"{tenant.url}/").page
    page.get_by_label("Policy", exact=True).first.select_option(policy_id)
    page.locator("#actor").select_option(actor)
    page.get_by_label("Change", exact=True).select_option("self-approval")
    page.get_by_role("button", name="Change", exact=True).click()
    page.wait_for_load_state()
    found = tenant.policy(policy_id)
    assert found["policySteps"]["grant"]["steps"][0]["approval"]["manager"]["allowSelfApproval"]
    # A person in the product takes the policy over.
    assert ("annotations" in found) == (actor == "client")
    heading = page.get_by_role("heading", name="Temps", exact=True)
    section = page.locator("section.policy").filter(has=heading)
    assert "the subject may approve" in section.inner_text()


def test_the_json_of_a_policy_is_saved_or_refused(
    tenant: Emulator, policy_id: str, open_page: OpenPage
) -> None:
    opened = open_page(f"{tenant.url}/?policy={policy_id}")
    page = opened.page
    area = page.get_by_role("textbox", name="JSON of Temps")
    policy = json.loads(area.input_value())
    area.fill(json.dumps({**policy, "description": f"New {ATTACK}", "rules": [{"condition": ""}]}))
    page.get_by_role("button", name="Save the JSON").click()
    assert "The change was refused" in page.get_by_role("alert").inner_text()
    assert "description" not in tenant.policy(policy_id)
    # A browser tells of each answer that is an error.
    assert [each for each in opened.findings if "400" not in each] == []
    opened.findings.clear()
    area = page.get_by_role("textbox", name="JSON of Temps")
    area.fill(json.dumps({**policy, "description": f"New {ATTACK}"}))
    page.get_by_role("button", name="Save the JSON").click()
    page.wait_for_load_state()
    assert tenant.policy(policy_id)["description"] == f"New {ATTACK}"
    assert page.get_by_role("alert").count() == 0


def test_a_policy_is_deleted(tenant: Emulator, policy_id: str, open_page: OpenPage) -> None:
    page = open_page(f"{tenant.url}/").page
    page.locator("#delete-policy").select_option(policy_id)
    page.get_by_role("button", name="Delete it").click()
    page.wait_for_load_state()
    assert page.get_by_role("heading", name="Temps", exact=True).count() == 0
    assert "deletedAt" in tenant.policy(policy_id)


def test_requests_appear_with_their_masks(
    tenant: Emulator, policy_id: str, open_page: OpenPage
) -> None:
    page = open_page(f"{tenant.url}/").page
    assert update(tenant, policy_id, "Others") == 200
    row = page.get_by_role("row").filter(has_text=policy_id)
    row.wait_for()
    assert row.inner_text().split("\t")[1:3] == ["displayName", "200"]
    # The pictures are those of the time when the page was opened.
    page.get_by_role("link", name="The tenant has changed").click()
    page.get_by_role("heading", name="Others", exact=True).wait_for()
    page.get_by_role("button", name="Forget the requests").click()
    page.wait_for_load_state()
    assert tenant.requests == []


def test_faults_are_turned_on_and_off(
    tenant: Emulator, policy_id: str, open_page: OpenPage
) -> None:
    page = open_page(f"{tenant.url}/").page
    page.get_by_role("button", name="Answer 503").click()
    page.get_by_text("answer 503 before the effect").wait_for()
    assert update(tenant, policy_id, "Others") == 503
    page.get_by_role("button", name="Turn all faults off").click()
    page.get_by_text("No fault is on.").wait_for()
    assert update(tenant, policy_id, "Others") == 200


def test_the_page_works_without_its_script(
    tenant: Emulator, policy_id: str, open_page: OpenPage
) -> None:
    page = open_page(f"{tenant.url}/", java_script_enabled=False).page
    page.get_by_label("Policy", exact=True).first.select_option(policy_id)
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_role("heading", name="Temps (renamed)", exact=True).wait_for()
