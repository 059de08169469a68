"""The attachments of adopted policies: their inputs, their names and their entries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_c1policy._import.attachable import (
    APP,
    ENTITLEMENT,
    Attached,
    find_attached,
    name_attachments,
)
from pulumi_c1policy._import.import_file import make_import_file
from pulumi_c1policy._import.references import Reference
from pulumi_c1policy._import.tenant_objects import TenantObject
from pulumi_c1policy._lifecycle.planning.plan import NoOp, plan
from pulumi_c1policy._lifecycle.planning.prior import find_drift
from pulumi_c1policy._lifecycle.planning.state_codec import PREDECESSORS, from_state
from pulumi_c1policy.errors import C1PolicyError

CHOSEN = {"p1", "p2"}
ROW: dict[str, Any] = {
    "id": "e1",
    "appId": "a1",
    "displayName": "Admins",
    "grantPolicyId": "p1",
    "revokePolicyId": "theirs",
    "certifyPolicyId": "",
    "emergencyGrantPolicyId": "p2",
    "emergencyGrantEnabled": True,
    "newerField": {"x": 1},
}


def attach(row: dict[str, Any] = ROW) -> Attached:
    kind = ENTITLEMENT if "appId" in row else APP
    found = find_attached(kind, row, CHOSEN)
    assert found is not None
    return found


def test_an_attachment_sets_the_fields_that_name_a_chosen_policy() -> None:
    assert attach().inputs == {
        "app_id": "a1",
        "entitlement_id": "e1",
        "grant_policy_id": "p1",
        "emergency_grant_policy_id": "p2",
    }
    app = attach({"id": "a1", "displayName": "Shop", "certifyPolicyId": "p2"})
    assert app.inputs == {"app_id": "a1", "certify_policy_id": "p2"}


@pytest.mark.parametrize(
    "fields",
    [
        {"grantPolicyId": "theirs", "emergencyGrantPolicyId": None},
        {"deletedAt": "2026-01-01T00:00:00Z"},
        {"id": ""},
        {"appId": ""},
    ],
)
def test_other_objects_need_no_attachment(fields: dict[str, Any]) -> None:
    assert find_attached(ENTITLEMENT, ROW | fields, CHOSEN) is None


def test_an_object_of_another_shape_is_an_error() -> None:
    with pytest.raises(C1PolicyError, match="The entitlement a1/e1 cannot be read"):
        find_attached(ENTITLEMENT, ROW | {"grantPolicyId": {"id": "p1"}}, CHOSEN)


def test_the_entry_is_the_state_of_an_unchanged_attachment() -> None:
    found = attach()
    [named] = name_attachments([found], {}, ())
    [entry] = json.loads(make_import_file([], [], [named]))["resources"]
    assert entry["id"] == "a1/e1"
    assert entry["type"].endswith(":EntitlementPolicies")
    assert PREDECESSORS not in entry["outputs"]
    outputs = {k: v for k, v in entry["outputs"].items() if k != "__provider"}
    recorded = from_state(outputs, ENTITLEMENT.kind)
    assert plan(recorded, found.inputs) == NoOp()
    assert find_drift(recorded, found.live) == []


def test_names_are_unique_and_contain_the_app() -> None:
    rows = [
        {"id": "a1", "displayName": "Shop", "grantPolicyId": "p1"},
        {"id": "a2", "displayName": "Shop", "grantPolicyId": "p1"},
        ROW,
        ROW | {"id": "e2"},
        ROW | {"id": "e3", "appId": "a3"},
        ROW | {"id": "e4", "appId": "a3", "displayName": ""},
    ]
    objects = {Reference("app", each): TenantObject("Shop") for each in ("a1", "a2")}
    found = name_attachments([attach(each) for each in rows], objects, {"shop"})
    assert [name.resource for _, name in found] == [
        "shop-app",
        "shop-app-2",
        "shop-admins",
        "shop-admins-entitlement",
        "admins",
        "e4",
    ]
