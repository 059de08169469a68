"""The file for `pulumi import` holds the state that a deployment would have recorded."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic.dynamic import serialize_provider

from pulumi_c1policy._import.entries import PROVIDER, TYPE
from pulumi_c1policy._lifecycle.planning.decisions import Options
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._lifecycle.planning.plan import NoOp, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import Prior, find_drift, refresh
from pulumi_c1policy._lifecycle.planning.state_codec import from_state
from pulumi_c1policy._lifecycle.planning.state_versions import VERSION
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode
from pulumi_c1policy.provider import PolicyProvider
from pulumi_c1policy.resource import Policy
from tests.unit.importing.programs import ACCEPT, entries, wire

OURS = {
    "managed_by": "pulumi",
    "iac_workspace": "shop/dev",
    "iac_resource_address": "c1policy.Policy/a",
}
TERRAFORM = OURS | {"managed_by": "terraform"}


def test_the_provider_is_what_the_sdk_pickles() -> None:
    assert serialize_provider(PolicyProvider()) == PROVIDER


def test_the_type_is_the_resources() -> None:
    assert f"pulumi-python:{Policy._resource_type_name}" == TYPE


def test_an_entry_is_inputs_and_outputs_of_the_policy() -> None:
    made = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-02T00:00:00Z"}
    assert entries(wire("2abc", displayName="A", description="", **made)) == {
        "a": {
            "type": "pulumi-python:dynamic/c1policy:Policy",
            "name": "a",
            "id": "2abc",
            "inputs": {
                "display_name": "A",
                "policy_type": "POLICY_TYPE_GRANT",
                "policy_steps": ACCEPT,
                "__provider": PROVIDER,
            },
            "outputs": {
                "display_name": "A",
                "policy_type": "POLICY_TYPE_GRANT",
                "policy_steps": ACCEPT,
                "id": "2abc",
                "created_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-01-02T00:00:00Z",
                "system_builtin": False,
                "__state": VERSION,
                "__provider": PROVIDER,
            },
        }
    }


def test_fields_of_a_newer_api_are_in_the_outputs_at_any_depth() -> None:
    steps = {"grant": {"steps": [{"accept": {"shiny": [1]}, "newer": {"a": None}}]}}
    [entry] = entries(wire("a", policySteps=steps, newField={"stepKey": 1})).values()
    assert entry["inputs"]["policy_steps"] == ACCEPT
    assert entry["outputs"]["policy_steps"] == steps
    assert entry["outputs"]["newField"] == {"stepKey": 1}
    assert "__rewritten" not in entry["outputs"]


def test_what_the_tenant_holds_without_effect_is_no_change() -> None:
    approval = {"manager": {}, "escalation": {"expiration": "60", "skipStep": {}}}
    policy = wire("a", policySteps={"grant": {"steps": [{"approval": approval}]}})
    [entry] = entries(policy).values()
    state = from_state(entry["outputs"])
    assert plan(state, {k: v for k, v in entry["inputs"].items() if k != "__provider"}) == NoOp()
    assert find_drift(state, decode(POLICY, policy)) == []


def recorded(annotations: dict[str, str], *, take_over: bool = False) -> tuple[Prior, Tree]:
    """The record of an imported policy with these annotations, and the program's inputs."""
    [entry] = entries(wire("a", annotations=annotations), take_over=take_over).values()
    inputs = {key: value for key, value in entry["inputs"].items() if key != "__provider"}
    notes = {
        key: v for key, v in inputs.get("annotations", {}).items() if key not in OWNERSHIP_KEYS
    }
    notes.pop("iac_tool_version", None)
    state = {key: value for key, value in entry["outputs"].items() if key != "__provider"}
    return from_state(state), inputs | {"annotations": notes | OURS}


def sent(state: Prior, desired: Tree, annotations: dict[str, str]) -> Any:
    """What the first update sends onto the live policy with these annotations."""
    live = decode(POLICY, wire("a", annotations=annotations))
    planned: Any = plan(state, desired)
    assert planned.mask == ("annotations",)
    return build_body(planned, state, desired, live, Options())


def test_the_first_update_sets_the_marks_and_nothing_else() -> None:
    state, desired = recorded({"team": "security"})
    body = sent(state, desired, {"team": "security", "theirs": "later"})
    assert body == {"annotations": {"team": "security"} | OURS}


def test_a_policy_that_is_taken_over_gets_our_marks_in_place_of_theirs() -> None:
    theirs = TERRAFORM | {"iac_tool_version": "1.5.0"}
    state, desired = recorded(theirs, take_over=True)
    assert sent(state, desired, theirs) == {"annotations": {"iac_tool_version": ""} | OURS}


def test_who_marks_the_policy_before_us_keeps_it_however_often_it_is_refreshed() -> None:
    state, desired = recorded({})
    live = decode(POLICY, wire("a", annotations=TERRAFORM))
    for _ in range(3):
        refused = sent(state, desired, TERRAFORM)
        assert "taken over by terraform in the workspace 'shop/dev'" in refused.summary
        state = refresh(state, live)
        assert state.taken_by.startswith("terraform")


def test_nobody_is_said_to_have_taken_over_what_nobody_marked() -> None:
    state, _ = recorded({"team": "security"})
    live = decode(POLICY, wire("a", annotations={"team": "security"}, description="Edited."))
    for _ in range(2):
        state = refresh(state, live)
        assert state.taken_by == ""
