"""Damaged states and other versions: each operation succeeds or raises an error of this package."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.planning.policy_kind import POLICY_KIND
from pulumi_c1policy._lifecycle.planning.state_codec import INTERNAL, TENANT
from pulumi_c1policy._lifecycle.planning.state_versions import STATE, VERSION
from pulumi_c1policy._pulumi import dynamic_server
from tests.integration.trust.trust_cases import (
    OtherPolicies,
    list_live,
    list_writes,
    make_grant,
    make_ownership,
)
from tests.support.engine import Process, Stack
from tests.support.strategies import accepted_policies

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    7.5,
    -1,
    2**60,
    "",
    "text",
    [],
    ["list"],
    [None],
    {},
    {"a": 1},
    {"a": "1"},
)
_JSON = st.sampled_from(ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
_STEPS = {
    "grant": {
        "steps": [
            {"approval": {"users": {"user_ids": ["u1", "u2"]}}},
            {"wait": {"duration": {"duration": "7200s"}}},
        ]
    }
}
FULL = make_grant(
    "Full.",
    policy_steps=_STEPS | {"low": {"steps": [{"accept": {}}]}},
    rules=[{"condition": "subject.department == 'Sales'", "step_key": "low"}],
    annotations={"team": "iam"},
)


def _list_places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return every place in a tree, from the top down."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return [p for key, item in items for p in [(*path, key), *_list_places(item, (*path, key))]]


def _damage(state: dict[str, Any], path: tuple[Any, ...], value: Any, *, gone: bool) -> None:
    """Put a value, or nothing, at a place."""
    holder: Any = state
    for part in path[:-1]:
        holder = holder[part]
    if not gone:
        holder[path[-1]] = value
    elif path[-1] in holder or isinstance(holder, list):
        del holder[path[-1]]


# A place as a number, because the number of places is known after the answer only.
_DAMAGES = st.lists(st.tuples(st.integers(0, 2**16), _JSON, st.booleans()), min_size=1, max_size=3)


def _with_damages(state: dict[str, Any], damages: list[tuple[int, Any, bool]]) -> dict[str, Any]:
    """Return the state with damages at any depth."""
    out = copy.deepcopy(state)
    for number, value, gone in damages:
        places = [
            *((name,) for name in (*INTERNAL, STATE, *POLICY_KIND.writable)),
            *_list_places(out),
        ]
        _damage(out, places[number % len(places)], value, gone=gone)
    return out


def _attempt(call: Callable[[], Any]) -> Any:
    """Return the result of a call, or the error of ours that it raises."""
    try:
        return call()
    except errors.C1PolicyError as error:
        return error


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damages=_DAMAGES, inputs=accepted_policies())
def test_any_damage_gives_a_result_or_an_error_of_this_package(
    c1_tenant: Emulator, damages: list[tuple[int, Any, bool]], inputs: dict[str, Any]
) -> None:
    stack = Stack(c1_tenant)
    declared = make_grant()
    checked = {**stack.build_properties("access", declared, {}), **inputs}
    checked["annotations"] = {**inputs.get("annotations", {}), **make_ownership()}
    checked.pop("scope", None)
    c1_tenant.reset()
    others = OtherPolicies(c1_tenant)
    others.add(annotations=make_ownership("c1policy.Policy/other"))
    with Process(c1_tenant).alive() as provider:
        made = _attempt(lambda: provider.create(copy.deepcopy(checked)))
        if isinstance(made, errors.C1PolicyError):
            return
        state = _with_damages(dict(made.outs or {}), damages)
        desired = {**checked, "description": "Another."}
        _attempt(lambda: provider.diff(made.id, copy.deepcopy(state), checked))
        _attempt(lambda: provider.diff(made.id, copy.deepcopy(state), desired))
        _attempt(lambda: provider.update(made.id, copy.deepcopy(state), desired))
        read = _attempt(lambda: provider.read(made.id, copy.deepcopy(state)))
        if isinstance(read, errors.RefusedError):
            # The damage is the name of another tenant; a read must not repair it.
            assert state[TENANT] not in (None, (made.outs or {})[TENANT])
            return
        # A read repairs any other damage.
        assert read.id == made.id
        assert not isinstance(
            _attempt(lambda: provider.diff(made.id, dict(read.outs or {}), checked)),
            errors.StateError,
        )
        _attempt(lambda: provider.delete(made.id, copy.deepcopy(state)))
    others.assert_untouched()


URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/c1policy:Policy::access"
NEWER = {STATE: VERSION + 1}
UNREADABLE: dict[str, dict[str, Any]] = {
    "newer": NEWER,
    "steps": {"policy_steps": 7},
    "annotations": {"annotations": "text"},
    "rewritten": {"__rewritten": ["list"]},
    "lost annotations": {"__lost_marks": "text"},
    "created": {"created_at": 7},
    "version": {STATE: "one"},
    "deep": {"rules": [{"condition": {}}]},
}
CASES = [pytest.param(damage, id=name) for name, damage in UNREADABLE.items()]


@pytest.mark.parametrize("damage", CASES)
def test_the_refusal_of_an_update_names_the_path_and_the_correction(
    c1_tenant: Emulator, damage: dict[str, Any]
) -> None:
    stack = Stack(c1_tenant)
    stack.up({"access": FULL})
    [entry] = stack.state
    entry.outputs |= damage
    before = c1_tenant.policy(entry.id)
    for program in ({"access": FULL}, {"access": make_grant("Another.")}):
        with pytest.raises(errors.StateError, match="pulumi up --refresh") as caught:
            stack.up(program)
        [name] = damage
        assert name in caught.value.summary or "version 2" in caught.value.summary
        assert ("Update pulumi-c1policy" in caught.value.advice) is (damage == NEWER)
    assert c1_tenant.policy(entry.id) == before


@pytest.mark.parametrize("damage", CASES)
def test_a_refresh_repairs_a_damaged_state(
    c1_tenant: Emulator,
    damage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dynamic_server, "get_request_urn", lambda: URN)
    stack = Stack(c1_tenant)
    stack.up({"access": FULL})
    [entry] = stack.state
    sound, inputs = copy.deepcopy(entry.outputs), copy.deepcopy(entry.inputs)
    entry.outputs |= damage
    with caplog.at_level(logging.WARNING, "pulumi_c1policy"):
        stack.refresh()
    assert "It was read again from the tenant." in caplog.text
    if damage.keys() != {"annotations"}:
        assert entry.outputs == sound
    del inputs["__options"], inputs["__owner"]
    kept = {name: value for name, value in entry.inputs.items() if name != "__owner"}
    if damage.keys() != {"annotations"}:
        assert kept == inputs
    before = len(list_writes(c1_tenant))
    stack.up({"access": FULL})
    # The managed keys of damaged annotations are unknown, so an update sends them again.
    assert list_writes(c1_tenant)[before:] == []


@pytest.mark.parametrize("damage", CASES)
def test_a_destroy_deletes_a_policy_with_the_ownership_annotations_of_the_resource(
    c1_tenant: Emulator, damage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(c1_tenant)
    stack.up({"access": FULL})
    [entry] = stack.state
    entry.outputs |= damage
    monkeypatch.setattr(dynamic_server, "get_request_urn", lambda: URN)
    stack.destroy()
    assert list_live(c1_tenant) == []
    assert stack.state == []


OTHERS: dict[str, dict[str, str]] = {
    "no annotations": {},
    "another resource": make_ownership("c1policy.Policy/other"),
    "another stack": make_ownership(workspace="shop/prod"),
    "a longer workspace": make_ownership(workspace="team/acme/shop/dev"),
    "another tool": make_ownership() | {"managed_by": "terraform"},
    "incomplete ownership annotations": {"managed_by": "pulumi"},
}


@pytest.mark.parametrize("urn", ["", URN], ids=["without a URN", "with a URN"])
@pytest.mark.parametrize("theirs", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("damage", [CASES[0], CASES[1], CASES[2]])
@pytest.mark.parametrize("refreshed", [False, True])
def test_a_destroy_keeps_a_policy_of_others_and_names_its_id(
    c1_tenant: Emulator,
    damage: dict[str, Any],
    theirs: dict[str, str],
    urn: str,
    refreshed: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stack = Stack(c1_tenant)
    stack.up({"access": FULL})
    [entry] = stack.state
    entry.outputs |= copy.deepcopy(damage)
    cleared = dict.fromkeys(make_ownership(), "")
    c1_tenant.api_edit(entry.id, {"annotations": cleared | theirs})
    others = OtherPolicies(c1_tenant)
    monkeypatch.setattr(dynamic_server, "get_request_urn", lambda: urn)
    if refreshed:
        stack.refresh()
    with caplog.at_level(logging.WARNING, "pulumi_c1policy"):
        stack.destroy()
    others.assert_untouched()
    assert stack.state == []
    assert entry.id in caplog.text
    assert "the tenant keeps it" in caplog.text


def test_a_destroy_keeps_a_builtin_policy(
    c1_tenant: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    others = OtherPolicies(c1_tenant)
    builtin = others.add(builtin=True, annotations=make_ownership())
    outputs = {"id": builtin, "policy_type": 7, "annotations": make_ownership()}
    with Process(c1_tenant).alive() as provider, caplog.at_level(logging.WARNING):
        provider.delete(builtin, outputs)
    others.assert_untouched()
    assert builtin in caplog.text
