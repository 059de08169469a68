"""The version and the shape of a state: readable states, and errors with a path."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._lifecycle.effects import recovery
from pulumi_c1policy._lifecycle.planning import state_versions
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._lifecycle.planning.prior import Origin, record_answer, refresh
from pulumi_c1policy._lifecycle.planning.state_codec import from_state, matches, to_state
from pulumi_c1policy._lifecycle.planning.state_versions import MIGRATIONS, STATE, VERSION
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._pulumi import stack_ownership
from pulumi_c1policy.errors import StateError
from tests.support.strategies import policies
from tests.unit.lifecycle.planning.employees import INPUTS
from tests.unit.lifecycle.planning.tenant_answers import answer, store

VALID_STATE = to_state(record_answer(INPUTS, answer(store(INPUTS))))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
_NAMES = st.sampled_from([*VALID_STATE, "__rewritten", "__held", "__taken_by", "__lost_marks"])


def test_a_state_has_the_version_of_this_release_and_is_read_back() -> None:
    assert VALID_STATE[STATE] == VERSION == len(MIGRATIONS)
    assert from_state(VALID_STATE).inputs == INPUTS
    assert STATE not in from_state(VALID_STATE).outputs


@pytest.mark.parametrize("version", [None, 0, 0.0, 1, 1.0, "absent"])
def test_a_state_of_an_earlier_version_is_read_like_a_current_one(version: Any) -> None:
    state = {k: v for k, v in VALID_STATE.items() if k != STATE}
    state |= {} if version == "absent" else {STATE: version}
    assert from_state(state) == from_state(VALID_STATE)
    assert matches(state, INPUTS)


@pytest.mark.parametrize("version", [VERSION + 1, float(VERSION + 1), 10**30])
def test_a_state_of_a_later_version_is_refused(version: Any) -> None:
    for rest in (VALID_STATE, {}, {"policy_steps": "in another form"}):
        with pytest.raises(StateError, match="later release") as caught:
            from_state({**rest, STATE: version})
        assert "Update pulumi-c1policy" in caught.value.advice
    assert not matches({**VALID_STATE, STATE: version}, INPUTS)


DAMAGES: list[tuple[Tree, str]] = [
    ({STATE: "one"}, "`__state`"),
    ({STATE: True}, "`__state`"),
    ({STATE: 0.5}, "`__state`"),
    ({STATE: -1}, "`__state`"),
    ({STATE: []}, "`__state`"),
    ({"policy_steps": "text"}, "`policy_steps` should be an object"),
    ({"policy_steps": {"grant": []}}, '`policy_steps["grant"]` should be an object'),
    ({"policy_steps": {"grant": {"steps": {}}}}, '`policy_steps["grant"].steps` should be a list'),
    ({"rules": {}}, "`rules` should be a list"),
    ({"rules": [{"condition": 7}]}, "`rules[0].condition` should be text"),
    ({"annotations": {"a": 1}}, '`annotations["a"]` should be text'),
    ({"created_at": 7}, "`created_at` should be text"),
    ({"id": {}}, "`id` should be text"),
    ({"system_builtin": "no"}, "`system_builtin` should be true or false"),
    ({"policy_type": None}, "`policy_type`"),
    ({"policy_type": ""}, "`policy_type`"),
    ({"__rewritten": []}, "`__rewritten` should be an object"),
    ({"__rewritten": {"id": []}}, "`__rewritten.id`"),
    ({"__rewritten": {"rules": [1, 2]}}, "`__rewritten.rules`"),
    ({"__rewritten": {"rules": ["text"]}}, "`__rewritten.rules` should be a list"),
    ({"__taken_by": {}}, "`__taken_by` should be text"),
    ({"__lost_marks": "text"}, "`__lost_marks` should be a map of texts"),
    ({"__held": {"a": 1}}, '`__held["a"]` should be text'),
]


@pytest.mark.parametrize(("damage", "said"), DAMAGES)
def test_the_error_for_a_damage_names_the_path_without_values(damage: Tree, said: str) -> None:
    with pytest.raises(StateError) as caught:
        from_state(VALID_STATE | damage)
    assert said in caught.value.summary
    assert "pulumi up --refresh" in caught.value.advice
    beside = damage.keys().isdisjoint(INPUTS)
    assert not (beside and matches(VALID_STATE | damage, INPUTS))


def test_the_error_names_the_first_paths_only() -> None:
    notes = {str(number): number for number in range(20)}
    with pytest.raises(StateError, match="and 17 more"):
        from_state(VALID_STATE | {"annotations": notes})


def test_a_state_that_is_nested_too_deeply_is_refused() -> None:
    deep: Any = "end"
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(StateError, match="less deeply nested"):
        from_state(VALID_STATE | {"newerField": deep})


@given(st.dictionaries(_NAMES, _JSON))
def test_any_state_is_read_or_refused(damage: Tree) -> None:
    state = copy.deepcopy(VALID_STATE) | damage
    for migration in MIGRATIONS:
        migration.apply(copy.deepcopy(state))
    matches(state, INPUTS)
    with contextlib.suppress(StateError):
        to_state(refresh(from_state(state), answer(store(INPUTS))))


@given(policies(), st.integers(0, 2**16))
def test_the_record_of_any_policy_can_be_read(inputs: Tree, seed: int) -> None:
    from_state(
        to_state(record_answer(inputs, answer(store(inputs, tagged=True), seed, newer=True)))
    )


URN = "urn:pulumi:dev::shop::app:Team$app:Part$pulumi-python:dynamic/c1policy:Policy::a::b c"
NAMED = {
    "managed_by": "pulumi",
    "iac_workspace": "shop/dev",
    "iac_resource_address": stack_ownership.escape_annotation(
        "app:Team/app:Part/c1policy.Policy/a::b c"
    ),
}
PROBLEM = StateError("its state is gone.", "Refresh.")


def test_a_urn_gives_the_ownership_annotations() -> None:
    assert stack_ownership.parse_ownership(URN) == NAMED
    top = "urn:pulumi:dev::shop::pulumi-python:dynamic/c1policy:Policy::access"
    assert stack_ownership.parse_ownership(top)["iac_resource_address"] == "c1policy.Policy/access"
    assert stack_ownership.parse_ownership("") == {}
    assert tuple(NAMED) == OWNERSHIP_KEYS


WORKSPACES = {"shop/dev": True, "acme/shop/dev": True, "a/b/shop/dev": False, "other/dev": False}


@pytest.mark.parametrize(("workspace", "own"), WORKSPACES.items())
def test_a_claim_by_urn_allows_any_organization(workspace: str, own: bool) -> None:
    claim = recovery.make_claim(PROBLEM, {}, NAMED)
    assert claim.covers({"annotations": NAMED | {"iac_workspace": workspace}}) is own


@pytest.mark.parametrize("place", ["annotations", "__lost_marks"])
def test_ownership_annotations_of_the_state_make_a_claim_by_urn_exact(place: str) -> None:
    ours = NAMED | {"iac_workspace": "acme/shop/dev"}
    claim = recovery.make_claim(PROBLEM, {place: ours}, NAMED)
    assert claim.covers({"annotations": ours})
    assert not claim.covers({"annotations": NAMED | {"iac_workspace": "rival/shop/dev"}})


@pytest.mark.parametrize("key", OWNERSHIP_KEYS)
def test_ownership_annotations_of_another_resource_are_not_claimed(key: str) -> None:
    theirs = NAMED | {key: "another"}
    claim = recovery.make_claim(PROBLEM, {"annotations": theirs}, NAMED)
    assert not claim.covers({"annotations": theirs})
    assert claim.covers({"annotations": NAMED})


def test_annotations_of_a_new_manager_are_not_claimed() -> None:
    theirs = NAMED | {"managed_by": "terraform"}
    for taken in ({"__taken_by": "terraform"}, {"__taken_by": 7}, {"__lost_marks": "text"}):
        claim = recovery.make_claim(PROBLEM, {"annotations": theirs, **taken}, {})
        assert not claim.covers({"annotations": theirs})


def test_a_policy_without_ownership_annotations_is_not_managed_without_a_claim() -> None:
    live = answer(store({k: v for k, v in INPUTS.items() if k != "annotations"}))
    prior = recovery.recover(live, recovery.make_claim(PROBLEM, {}, {}), Origin())
    assert prior.taken_by
    again = refresh(from_state(to_state(prior)), live)
    assert again.taken_by


def test_each_migration_has_a_docstring_and_a_later_version_is_not_current() -> None:
    assert all(migration.doc for migration in MIGRATIONS)
    assert state_versions.is_current({})
    assert not state_versions.is_current({STATE: VERSION + 1})
