"""Our side of the comparison with Terraform in docs/attaching.md: the requests that are sent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pulumi_c1policy.errors import RefusedError
from tests.integration.attachments.attachment_company import Company
from tests.support.cli import ROOT

BOTH = "emergencyGrantEnabled,emergencyGrantPolicyId"


def read_column() -> dict[str, str]:
    """Return the requests of this package in the table of the page, by step."""
    page = (ROOT / "docs" / "attaching.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (.+?) \| .+ \| (.+) \|$", page.partition("## Comparison")[2], re.MULTILINE
    )
    return {step: re.sub(r"`|: .*", "", ours) for step, ours in rows if ours.strip("- ")}


def take_requests(company: Company) -> str:
    """Return the requests to the entitlement in the words of the page, and forget them."""
    found = [
        f"{each.method} under the mask {each.update_mask}" if each.update_mask else each.method
        for each in company.tenant.requests
        if "/entitlements/" in each.path
    ]
    company.tenant.clear_requests()
    return ", ".join(found) or "no request"


def test_the_page_has_our_requests_to_one_entitlement(company: Company) -> None:
    """Play the steps of the table; the engine calls nothing for a preview without a refresh."""
    theirs, ours, emergency, other = (company.add_policy(name=name) for name in "abcd")
    company.edit(grantPolicyId=theirs, description="Administrators")
    done = {"step": "this package", "preview of the unchanged program": "no request"}

    prior = company.create(grant_policy_id=ours)
    done["attach a policy"] = take_requests(company)
    assert company.read(prior) == prior
    done["the same with --refresh"] = take_requests(company)

    company.edit(description="Changed by a person")
    both: dict[str, Any] = {"emergency_grant_policy_id": emergency, "emergency_grant_enabled": True}
    prior = company.update(prior, grant_policy_id=ours, **both)
    edited = "attach an emergency policy, after a person has edited the description"
    done[edited] = take_requests(company)

    company.edit(grantPolicyId=other)
    with pytest.raises(RefusedError):
        company.update(prior, grant_policy_id=theirs, **both)
    done["change the policy, after a person has changed it"] = take_requests(company)
    company.edit(grantPolicyId=ours)

    prior = company.update(prior, grant_policy_id=ours)
    done["drop the emergency policy from the program"] = take_requests(company)
    assert company.show() == {"grantPolicyId": ours}
    company.delete(prior)
    done["destroy"] = take_requests(company)
    assert company.show() == {"grantPolicyId": theirs}

    whole = company.tenant.entitlement(company.app, company.entitlement)
    assert whole["description"] == "Changed by a person"
    assert {step.replace("`", ""): sent for step, sent in read_column().items()} == done
