"""The file for `pulumi import`: it contains the state of a deployment."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_c1policy._import.import_file import ATTACHMENT_PROVIDERS, PROVIDER, TYPE
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._lifecycle.planning.plan import NoOp, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import Prior, find_drift, refresh
from pulumi_c1policy._lifecycle.planning.state_codec import from_state
from pulumi_c1policy._lifecycle.planning.state_versions import VERSION
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode
from pulumi_c1policy.attachments import AppPolicies, EntitlementPolicies
from pulumi_c1policy.provider import (
    AppPoliciesProvider,
    EntitlementPoliciesProvider,
    PolicyProvider,
)
from pulumi_c1policy.resource import Policy
from tests.unit.importing.imported_programs import ACCEPT, make_entries, make_wire_policy

OURS = {
    "managed_by": "pulumi",
    "iac_workspace": "shop/dev",
    "iac_resource_address": "c1policy.Policy/a",
}
TERRAFORM = OURS | {"managed_by": "terraform"}


def test_the_provider_is_the_sdk_s_pickle_of_our_provider() -> None:
    assert serialize_provider(PolicyProvider()) == PROVIDER


@pytest.mark.parametrize(
    ("resource", "provider"),
    [(AppPolicies, AppPoliciesProvider), (EntitlementPolicies, EntitlementPoliciesProvider)],
)
def test_the_providers_of_attachments_are_the_sdk_s_pickles(resource: Any, provider: Any) -> None:
    assert serialize_provider(provider()) == ATTACHMENT_PROVIDERS[resource.__name__]
    token = TYPE.replace("Policy", resource.__name__)
    assert f"pulumi-python:{resource._resource_type_name}" == token


def test_the_type_is_that_of_the_resource() -> None:
    assert f"pulumi-python:{Policy._resource_type_name}" == TYPE


def test_an_entry_contains_inputs_and_outputs() -> None:
    made = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-02T00:00:00Z"}
    assert make_entries(make_wire_policy("2abc", displayName="A", description="", **made)) == {
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
    [entry] = make_entries(
        make_wire_policy("a", policySteps=steps, newField={"stepKey": 1})
    ).values()
    assert entry["inputs"]["policy_steps"] == ACCEPT
    assert entry["outputs"]["policy_steps"] == steps
    assert entry["outputs"]["newField"] == {"stepKey": 1}
    assert "__rewritten" not in entry["outputs"]


def test_fields_without_effect_are_not_a_change() -> None:
    approval = {"manager": {}, "escalation": {"expiration": "60", "skipStep": {}}}
    policy = make_wire_policy("a", policySteps={"grant": {"steps": [{"approval": approval}]}})
    [entry] = make_entries(policy).values()
    state = from_state(entry["outputs"])
    assert plan(state, {k: v for k, v in entry["inputs"].items() if k != "__provider"}) == NoOp()
    assert find_drift(state, decode(POLICY, policy)) == []


def import_policy(annotations: dict[str, str], *, take_over: bool = False) -> tuple[Prior, Tree]:
    """Import a policy with these annotations; return its record and the program's inputs."""
    [entry] = make_entries(
        make_wire_policy("a", annotations=annotations), take_over=take_over
    ).values()
    inputs = {key: value for key, value in entry["inputs"].items() if key != "__provider"}
    notes = {
        key: v for key, v in inputs.get("annotations", {}).items() if key not in OWNERSHIP_KEYS
    }
    notes.pop("iac_tool_version", None)
    state = {key: value for key, value in entry["outputs"].items() if key != "__provider"}
    return from_state(state), inputs | {"annotations": notes | OURS}


def build_update(state: Prior, desired: Tree, annotations: dict[str, str]) -> Any:
    """Build the body of the first update for a live policy with these annotations."""
    live = decode(POLICY, make_wire_policy("a", annotations=annotations))
    planned: Any = plan(state, desired)
    assert planned.mask == ("annotations",)
    return build_body(planned, state, desired, live, LifecycleOptions())


def test_the_first_update_sets_the_ownership_annotations_only() -> None:
    state, desired = import_policy({"team": "security"})
    body = build_update(state, desired, {"team": "security", "theirs": "later"})
    assert body == {"annotations": {"team": "security"} | OURS}


def test_the_first_update_replaces_the_ownership_annotations_of_another_tool() -> None:
    theirs = TERRAFORM | {"iac_tool_version": "1.5.0"}
    state, desired = import_policy(theirs, take_over=True)
    assert build_update(state, desired, theirs) == {"annotations": {"iac_tool_version": ""} | OURS}


def test_a_tool_that_manages_the_policy_since_the_import_keeps_it_after_refreshes() -> None:
    state, desired = import_policy({})
    live = decode(POLICY, make_wire_policy("a", annotations=TERRAFORM))
    for _ in range(3):
        refused = build_update(state, desired, TERRAFORM)
        assert "taken over by terraform in the workspace 'shop/dev'" in refused.summary
        state = refresh(state, live)
        assert state.taken_by.startswith("terraform")


def test_a_policy_without_a_manager_is_not_reported_as_taken_over() -> None:
    state, _ = import_policy({"team": "security"})
    live = decode(
        POLICY, make_wire_policy("a", annotations={"team": "security"}, description="Edited.")
    )
    for _ in range(2):
        state = refresh(state, live)
        assert state.taken_by == ""
