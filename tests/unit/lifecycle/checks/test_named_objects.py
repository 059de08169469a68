"""The places that name objects, and the findings about them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._lifecycle.checks.named_objects import (
    KINDS,
    Candidate,
    Facts,
    ObjectKey,
    Reference,
    check_references,
    list_references,
    warn_of_unchecked,
)
from pulumi_c1policy._model.attachment_fields import ENTITLEMENT_POLICIES
from pulumi_c1policy._model.paths import format_path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._model.unknown import UNKNOWN
from tests.support.strategies import policies

STEP = 'policy_steps["grant"].steps[0].approval'


def list_places(inputs: Tree) -> dict[str, tuple[str, ...]]:
    found = list_references(POLICY, inputs)
    return {format_path(each.path): tuple(filter(None, each.key)) for each in found}


def grant(approval: Tree) -> Tree:
    return {"policy_steps": {"grant": {"steps": [{"approval": approval}]}}}


def test_every_kind_of_place_is_listed_with_its_path() -> None:
    approval = {
        "group": {
            "app_id": "a",
            "app_group_id": "g",
            "fallback_user_ids": ["u1", "u2"],
            "fallback_group_ids": [{"app_id": "b", "app_entitlement_id": "h"}],
        },
        "agent": {"policy_ids": ["p1"], "reassign_to_user_ids": ["u3"]},
        "webhook": {"webhook_id": "w"},
        "requires_step_up_provider_id": "s",
        "escalation": {
            "replace_policy": {"policy_id": "p2"},
            "reassign_to_approvers": {"approver_ids": ["u4"]},
        },
    }
    others = {
        "baseline_policy_id": "p3",
        "rules": [{"policy_id": "p4"}],
        "scope": {"app_id": "a", "app_entitlement_id": "e"},
    }
    assert list_places(grant(approval) | others) == {
        f"{STEP}.group.app_id": ("app", "a"),
        f"{STEP}.group.app_group_id": ("entitlement", "g", "a"),
        f"{STEP}.group.fallback_user_ids[0]": ("user", "u1"),
        f"{STEP}.group.fallback_user_ids[1]": ("user", "u2"),
        f"{STEP}.group.fallback_group_ids[0].app_id": ("app", "b"),
        f"{STEP}.group.fallback_group_ids[0].app_entitlement_id": ("entitlement", "h", "b"),
        f"{STEP}.agent.policy_ids[0]": ("policy", "p1"),
        f"{STEP}.agent.reassign_to_user_ids[0]": ("user", "u3"),
        f"{STEP}.webhook.webhook_id": ("webhook", "w"),
        f"{STEP}.requires_step_up_provider_id": ("step-up provider", "s"),
        f"{STEP}.escalation.replace_policy.policy_id": ("policy", "p2"),
        f"{STEP}.escalation.reassign_to_approvers.approver_ids[0]": ("user", "u4"),
        "baseline_policy_id": ("policy", "p3"),
        "rules[0].policy_id": ("policy", "p4"),
        "scope.app_id": ("app", "a"),
        "scope.app_entitlement_id": ("entitlement", "e", "a"),
    }


@pytest.mark.parametrize("value", [UNKNOWN, "", None, 7, ["list"], {"a": "map"}])
def test_an_id_that_is_unknown_empty_or_no_text_is_not_listed(value: object) -> None:
    assert list_places(grant({"webhook": {"webhook_id": value}})) == {}
    assert list_places(grant({"users": {"user_ids": [value]}})) == {}
    assert list_places(grant({"group": {"app_id": value, "app_group_id": "g"}})) == {}
    assert list_places({"policy_steps": value, "rules": value, "baseline_policy_id": value}) == {}


def test_an_output_only_field_is_not_listed() -> None:
    assert list_places({"id": "p"} | grant({"manager": {"assigned_user_ids": ["u"]}})) == {}


@given(policies(), st.sampled_from([None, 7, "text", UNKNOWN, [], [7], {}, {"a": [None]}]))
def test_a_value_of_a_wrong_type_is_left_out(policy: Tree, wrong: object) -> None:
    places = list_references(POLICY, policy)
    assert all(each.key.id for each in places)
    for name in policy:
        found = list_references(POLICY, policy | {name: wrong})
        others = [each for each in places if each.path[0] != name]
        assert [each for each in found if each.path[0] != name] == others


def test_an_attachment_names_policies() -> None:
    inputs = {"app_id": "a", "entitlement_id": "e", "grant_policy_id": "p", "revoke_policy_id": ""}
    found = list_references(ENTITLEMENT_POLICIES, inputs, {"policy"})
    assert found == [Reference(("grant_policy_id",), ObjectKey("policy", "p"))]


GROUP = ObjectKey("entitlement", "g", "a")


def find(key: ObjectKey, **facts: Facts) -> list[tuple[str, str]]:
    known = {key: facts["own"]} if "own" in facts else {}
    if "app" in facts:
        known[ObjectKey("app", "a")] = facts["app"]
    found = check_references([Reference(("x",), key)], known, "warning")
    return [(each.rule, each.message) for each in found]


def test_an_object_without_facts_or_with_good_ones_has_no_finding() -> None:
    assert find(GROUP) == find(GROUP, own=Facts()) == find(GROUP, app=Facts(exists=False)) == []


def test_an_entitlement_of_an_app_that_does_not_exist_has_no_finding_of_its_own() -> None:
    assert find(GROUP, own=Facts(exists=False), app=Facts(exists=False)) == []
    assert [rule for rule, _ in find(GROUP, own=Facts(exists=False), app=Facts())] == ["wrong-id"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_names_the_object_and_its_lookup(kind: str) -> None:
    [(rule, text)] = find(ObjectKey(kind, "the-id"), own=Facts(exists=False))  # type: ignore[arg-type]
    assert rule == "wrong-id"
    assert text.startswith(f"names the {kind} the-id, which the tenant does not have, or has ")
    assert "find_" in text or "get_policy" in text


def test_the_text_of_a_tenant_is_one_short_line() -> None:
    candidate = Candidate(ObjectKey("entitlement", "h", "a"), "Evil\n\x1b[31m" + "x" * 200)
    [(_, text)] = find(GROUP, own=Facts(exists=False, candidates=(candidate,)))
    assert "\n" not in text
    assert "\x1b" not in text
    assert len(text) < 250


def test_the_warning_names_the_kinds_and_a_common_reason_once() -> None:
    text = warn_of_unchecked({"user": "Forbidden.", "app": "Forbidden."})
    assert text.startswith("Ids of apps and users in the policies went unchecked (Forbidden). The")
    text = warn_of_unchecked({"user": "Forbidden.", "policy": "Missing."})
    assert "(policies: Missing; users: Forbidden)" in text
