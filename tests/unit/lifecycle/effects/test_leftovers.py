"""The resource of a leftover, read from an answer that cannot be decoded as a whole."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.settings import load
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.leftovers import Leftovers

OWNERSHIP = {
    "managed_by": "pulumi",
    "iac_workspace": "p/s",
    "iac_resource_address": "c1policy.Policy/a",
}
DESIRED = {"display_name": "A", "policy_type": "POLICY_TYPE_GRANT", "annotations": OWNERSHIP}
UNREADABLE = {
    "id": "p1",
    "policyType": "POLICY_TYPE_GRANT",
    "policySteps": "of another shape",
    "annotations": OWNERSHIP,
}


def find_leftovers(*policies: dict[str, Any]) -> Any:
    answer = httpx.Response(200, json={"list": policies, "nextPageToken": ""})
    transport = httpx.MockTransport(lambda _: answer)
    settings = load({"accessToken": "made-up", "tenantDomain": "acme.conductor.one"}, {})
    with PolicyClient(settings, transport=transport) as client:
        leftovers = Leftovers(client, KnownState(), pytest.fail)
        return leftovers.find(DESIRED)


def test_a_leftover_is_found_in_an_answer_of_wrong_shape() -> None:
    assert [each["id"] for each in find_leftovers(UNREADABLE)] == ["p1"]


def test_a_leftover_of_another_resource_is_not_found() -> None:
    other = OWNERSHIP | {"iac_resource_address": "c1policy.Policy/b"}
    assert find_leftovers(UNREADABLE | {"annotations": other}) == []


def test_a_policy_with_unreadable_annotations_is_not_a_leftover() -> None:
    assert find_leftovers(UNREADABLE | {"annotations": ["?"]}) == []
