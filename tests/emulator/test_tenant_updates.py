"""Updates: the fields of a mask, their effect, and merged annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Create = Callable[..., dict[str, Any]]
Update = Callable[..., httpx.Response]
RULE = {"condition": "true", "stepKey": "grant"}
DENY: dict[str, Any] = {"grant": {"steps": [{"reject": {"rejectMessage": ""}}]}}
ACCEPT: dict[str, Any] = {"steps": [{"accept": {}}]}


def test_a_mask_changes_only_what_it_names(create: Create, update: Update) -> None:
    before = create(displayName="Old", description="Kept", rules=[RULE])
    sent = {"displayName": "New", "description": "Not named", "rules": []}
    after = update(before["id"], sent, "displayName").json()["policy"]
    assert after == {**before, "displayName": "New", "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]


def test_a_masked_field_that_is_absent_is_reset(create: Create, update: Update) -> None:
    before = create(description="Old", rules=[RULE])
    after = update(before["id"], {}, "description,rules").json()["policy"]
    assert (after["description"], after["rules"]) == ("", [])
    assert after["policySteps"] == before["policySteps"]


def test_a_masked_map_is_replaced_as_a_whole(create: Create, update: Update) -> None:
    before = create(policySteps={"grant": ACCEPT, "other": ACCEPT})
    sent = {"grant": ACCEPT, "third": ACCEPT}
    after = update(before["id"], {"policySteps": sent}, "policySteps").json()
    assert list(after["policy"]["policySteps"]) == ["grant", "third"]


@pytest.mark.parametrize("mask", [None, "", " "])
def test_without_a_mask_the_whole_policy_is_rewritten(
    create: Create, update: Update, mask: str | None
) -> None:
    before = create(description="Old", rules=[RULE], annotations={"team": "a"})
    after = update(before["id"], {"displayName": "New"}, mask).json()["policy"]
    assert (after["displayName"], after["description"]) == ("New", "")
    assert (after["rules"], after["policySteps"]) == ([], DENY)
    assert after["policyType"] == before["policyType"]
    assert after["annotations"] == {"team": "a"}


@pytest.mark.parametrize(
    "mask",
    [
        "display_name",
        "policy_steps",
        "policySteps.grant",
        "policySteps.grant.steps",
        "rules.0",
        "rules.condition",
        "annotations.team",
        "displayName.x",
        "nothing",
        "DisplayName",
        "displayName,",
        "displayName, rules",
        ",",
        "*",
        "id",
        "createdAt",
        "updatedAt",
        "deletedAt",
        "systemBuiltin",
        "policyType",
        "scope",
        "scope.slot",
        "displayName,policyType",
    ],
)
def test_a_mask_names_writable_top_level_fields_only(
    create: Create, http: httpx.Client, update: Update, mask: str
) -> None:
    before = create()
    answer = update(before["id"], {"displayName": "New"}, mask)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert http.get(f"/api/v1/policies/{before['id']}").json()["policy"] == before


def test_a_mask_must_be_text(create: Create, http: httpx.Client) -> None:
    body = {"policy": {"displayName": "New"}, "updateMask": {"paths": ["displayName"]}}
    assert http.post(f"/api/v1/policies/{create()['id']}", json=body).status_code == 400


def test_an_update_needs_a_policy(create: Create, http: httpx.Client) -> None:
    path = f"/api/v1/policies/{create()['id']}"
    for body in ({}, {"updateMask": "displayName"}, {"policy": None}):
        assert http.post(path, json=body).status_code == 400


@pytest.mark.parametrize(
    "fields",
    [{"policyType": "POLICY_TYPE_REVOKE"}, {"scope": {"appId": "app-2"}}],
    ids=["type", "scope"],
)
def test_type_and_scope_cannot_change(
    create: Create, update: Update, fields: dict[str, Any]
) -> None:
    before = create(scope={"appId": "app-1"})
    answer = update(before["id"], {**before, **fields})
    assert answer.status_code == 400
    assert "cannot be changed" in answer.json()["message"]


def test_an_answer_can_be_sent_back_unchanged(create: Create, update: Update) -> None:
    before = create(scope={"appId": "app-1"}, rules=[RULE], description="D")
    after = update(before["id"], before).json()["policy"]
    assert after == {**before, "updatedAt": after["updatedAt"]}


def test_a_rejected_update_changes_nothing(
    create: Create, http: httpx.Client, update: Update
) -> None:
    before = create()
    sent = {"displayName": "New", "rules": [{"condition": "true", "stepKey": "nowhere"}]}
    assert update(before["id"], sent, "displayName,rules").status_code == 500
    assert http.get(f"/api/v1/policies/{before['id']}").json()["policy"] == before


@pytest.mark.parametrize("mask", ["annotations", None])
def test_an_update_merges_annotations(create: Create, update: Update, mask: str | None) -> None:
    before = create(annotations={"kept": "1", "changed": "2", "removed": "3"})
    sent = {"displayName": "N", "annotations": {"changed": "two", "removed": "", "new": "4"}}
    after = update(before["id"], sent, mask).json()["policy"]
    assert after["annotations"] == {"kept": "1", "changed": "two", "new": "4"}


def test_masked_annotations_that_are_absent_stay(create: Create, update: Update) -> None:
    before = create(annotations={"kept": "1"})
    after = update(before["id"], {}, "annotations").json()["policy"]
    assert after["annotations"] == {"kept": "1"}


def test_an_empty_annotation_is_not_created(create: Create) -> None:
    assert create(annotations={"empty": "", "full": "1"})["annotations"] == {"full": "1"}


@pytest.mark.parametrize(
    "annotations",
    [
        {"managed_by": "pulumi", "iac_workspace": "prod/c1-config"},
        {"iac_resource_address": "urn:pulumi:prod::p::my:C$dynamic/c1policy:Policy::a"},
        {"a" * 128: "v" * 256},
        {f"key-{index}": "v" for index in range(16)},
        {f"k{index:03}": "v" * 252 for index in range(16)},
    ],
    ids=["well-known", "urn", "longest", "16-keys", "4096-bytes"],
)
def test_annotations_within_the_limits_are_accepted(
    create: Create, annotations: dict[str, str]
) -> None:
    assert create(annotations=annotations)["annotations"] == annotations


@pytest.mark.parametrize(
    "annotations",
    [
        {"c1/owner": "x"},
        {"1key": "x"},
        {"": "x"},
        {"a b": "x"},
        {"a" * 129: "x"},
        {"key": "with space"},
        {"key": "ünicode"},
        {"key": "v" * 257},
        {f"key-{index}": "v" for index in range(17)},
        {**{f"k{index:03}": "v" * 252 for index in range(15)}, "last": "v" * 253},
        {"key": None},
        {"key": 1},
    ],
    ids=[
        "reserved-prefix", "digit-first", "empty-key", "space-in-key", "long-key", "space",
        "not-ascii", "long-value", "17-keys", "4097-bytes", "null", "number",
    ],
)  # fmt: skip
def test_annotations_beyond_the_limits_are_rejected(
    create: Create, update: Update, annotations: dict[str, Any]
) -> None:
    answer = update(create()["id"], {"annotations": annotations}, "annotations")
    assert (answer.status_code, answer.json()["code"]) == (400, 3)


def test_the_limits_apply_to_the_merged_annotations(create: Create, update: Update) -> None:
    held = create(annotations={f"key-{index}": "v" for index in range(16)})
    assert update(held["id"], {"annotations": {"more": "v"}}, "annotations").status_code == 400
    swapped = {"key-0": "", "more": "v"}
    assert update(held["id"], {"annotations": swapped}, "annotations").status_code == 200
