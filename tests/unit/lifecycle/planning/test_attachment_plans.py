"""Attachments in plans and states have exactly the fields that a program sets."""

from __future__ import annotations

import pytest

from pulumi_c1policy._lifecycle.planning.attachment_kind import (
    APP_POLICIES_KIND,
    ENTITLEMENT_POLICIES_KIND,
    find_added,
    find_dropped,
)
from pulumi_c1policy._lifecycle.planning.decisions import DEFAULTS, LifecycleOptions
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import Prior, find_drift, record_answer, refresh
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._lifecycle.planning.state_codec import PREDECESSORS, from_state, to_state
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy.errors import StateError

APP = {"app_id": "app"}
INPUTS: Tree = APP | {"grant_policy_id": "one", "revoke_policy_id": ""}


def record(inputs: Tree, live: Tree) -> Prior:
    """Record an app after an operation with these inputs."""
    prior = record_answer(inputs, APP | live, kind=APP_POLICIES_KIND)
    return from_state(to_state(prior), APP_POLICIES_KIND)


PRIOR = record(INPUTS, {"grant_policy_id": "one", "certify_policy_id": "theirs"})


def test_a_record_has_only_what_the_program_sets() -> None:
    assert PRIOR.inputs == PRIOR.outputs == INPUTS


@pytest.mark.parametrize("absent", [{}, {"revoke_policy_id": None}, {"revoke_policy_id": ""}])
def test_absent_null_and_empty_mean_inherited(absent: Tree) -> None:
    live = APP | {"grant_policy_id": "one"} | absent
    assert find_drift(PRIOR, live) == []
    assert refresh(PRIOR, live).inputs == INPUTS


def test_only_fields_of_the_program_drift() -> None:
    live = APP | {"grant_policy_id": "two", "certify_policy_id": "three"}
    assert [str(change) for change in find_drift(PRIOR, live)] == ["update grant_policy_id"]
    refreshed = refresh(PRIOR, live)
    assert refreshed.inputs == INPUTS | {"grant_policy_id": "two"}


def test_ownership_annotations_of_others_on_an_object_are_not_a_takeover() -> None:
    notes = {"annotations": {"managed_by": "terraform"}}
    assert refresh(PRIOR, APP | {"grant_policy_id": "one"} | notes).taken_by == ""


@pytest.mark.parametrize(
    ("desired", "mask"),
    [
        (INPUTS | {"grant_policy_id": "two"}, ("grantPolicyId",)),
        (INPUTS | {"grant_policy_id": ""}, ("grantPolicyId",)),
        (INPUTS | {"certify_policy_id": ""}, ("certifyPolicyId",)),
        (APP | {"grant_policy_id": "one"}, ("revokePolicyId",)),
        (APP | {"grant_policy_id": "one", "revoke_policy_id": None}, ("revokePolicyId",)),
    ],
    ids=["changed", "inherited", "added", "dropped", "null"],
)
def test_the_mask_has_exactly_the_changed_fields(desired: Tree, mask: tuple[str, ...]) -> None:
    planned = plan(PRIOR, desired)
    assert isinstance(planned, Update)
    assert planned.mask == mask


def test_equal_inputs_need_no_update_and_another_object_needs_a_replacement() -> None:
    assert plan(PRIOR, INPUTS) == NoOp()
    planned = plan(PRIOR, INPUTS | {"app_id": "other"})
    assert isinstance(planned, Replace)
    assert planned.fields == ("app_id",)


def test_added_and_dropped_fields_are_found() -> None:
    desired = APP | {"grant_policy_id": "one", "certify_policy_id": ""}
    assert find_added(PRIOR, desired) == ["certify_policy_id"]
    assert find_dropped(PRIOR, desired) == ["revoke_policy_id"]


def build(desired: Tree, live: Tree, options: LifecycleOptions = DEFAULTS) -> Tree | Refuse:
    """Build the body of the update to `desired`."""
    planned = plan(PRIOR, desired)
    assert isinstance(planned, Update)
    return build_body(planned, PRIOR, desired, APP | live, options)


def test_a_body_has_the_fields_of_the_mask() -> None:
    desired = INPUTS | {"grant_policy_id": "", "certify_policy_id": "three"}
    live = {"grant_policy_id": "one", "certify_policy_id": "theirs"}
    assert build(desired, live) == {"grantPolicyId": "", "certifyPolicyId": "three"}


def test_a_change_of_others_is_a_conflict() -> None:
    desired, live = INPUTS | {"grant_policy_id": "two"}, {"grant_policy_id": "others"}
    refused = build(desired, live)
    assert isinstance(refused, Refuse)
    assert (
        '`grant_policy_id` was "one" at the last operation and is "others" now' in refused.summary
    )
    assert build(desired, live, LifecycleOptions(overwrite=True)) == {"grantPolicyId": "two"}
    # A change to the same value, or of another field, overwrites nothing.
    assert build(desired, {"grant_policy_id": "two"}) == {"grantPolicyId": "two"}
    added = INPUTS | {"certify_policy_id": "three"}
    assert build(added, live) == {"certifyPolicyId": "three"}


def test_a_state_keeps_the_predecessors() -> None:
    state = to_state(PRIOR) | {PREDECESSORS: {"grant_policy_id": ""}}
    assert from_state(state, APP_POLICIES_KIND).predecessors == {"grant_policy_id": ""}
    refreshed = refresh(from_state(state, APP_POLICIES_KIND), APP)
    assert to_state(refreshed)[PREDECESSORS] == {"grant_policy_id": ""}


@pytest.mark.parametrize(
    ("state", "path"),
    [
        ({"grant_policy_id": "one"}, "`app_id`"),
        (APP | {"entitlement_id": "e", "emergency_grant_enabled": "yes"}, "`emergency_grant"),
        (APP | {"entitlement_id": "e", PREDECESSORS: {"grant_policy_id": 1}}, PREDECESSORS),
        (APP, "`entitlement_id`"),
    ],
)
def test_the_error_for_a_damaged_state_names_the_path(state: Tree, path: str) -> None:
    with pytest.raises(StateError, match=path) as caught:
        from_state(state, ENTITLEMENT_POLICIES_KIND)
    assert "reads the policies of the entitlement again" in caught.value.advice
