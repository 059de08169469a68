"""Steps that a tenant keeps and refuses are neither lost nor sent, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator
from tests.integration.trust.cases import grant, live, writes
from tests.support.engine import Process, Stack

PROVISION: dict[str, Any] = {
    "provision": {"provisionPolicy": {"connector": {"defaultBehavior": {}}}}
}
OWNERS: dict[str, Any] = {"grant": {"steps": [{"approval": {"app_owners": {}}}]}}


def _hold(tenant: Emulator, policy_id: str) -> None:
    """Put a provision step into a policy, past the rules of writing, as an older tenant has it."""
    steps: dict[str, Any] = {"grant": {"steps": [PROVISION, {"accept": {}}]}}
    tenant.policies.update(policy_id, {"policySteps": steps}, ("policySteps",), checked=False)


def _kinds(tenant: Emulator) -> list[str]:
    [found] = live(tenant)
    steps = found["policySteps"]["grant"]["steps"]
    return [kind for step in steps for kind, value in step.items() if value is not None]


def test_a_held_step_survives_and_stops_an_update_of_the_steps(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": grant("A")})
    _hold(c1_tenant, stack.id_of("access"))
    stack.up({"access": grant("A")}, refresh=True)
    assert len(writes(c1_tenant)) == 1, "a refreshed run has nothing to do"

    stack.up({"access": grant("B")})
    assert writes(c1_tenant)[-1].update_mask == "description"
    assert _kinds(c1_tenant) == ["provision", "accept"]

    sent = len(writes(c1_tenant))
    with pytest.raises(errors.RefusedError) as refused:
        stack.up({"access": grant("B", policy_steps=OWNERS)})
    assert 'policy_steps["grant"].steps[0]' in str(refused.value)
    assert str(refused.value).endswith("[provision-step]")
    assert len(writes(c1_tenant)) == sent
    assert _kinds(c1_tenant) == ["provision", "accept"]


def test_a_step_that_came_since_the_last_read_stops_the_update_too(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": grant("A")})
    _hold(c1_tenant, stack.id_of("access"))
    with pytest.raises(errors.RefusedError, match="provision-step"):
        stack.up({"access": grant("A", policy_steps=OWNERS)})
    assert len(writes(c1_tenant)) == 1


def test_an_update_of_another_field_notes_the_step_that_it_found(
    c1_tenant: Emulator, stack: Stack
) -> None:
    """The preview after it refuses a change of the steps, without another read."""
    stack.up({"access": grant("A")})
    _hold(c1_tenant, stack.id_of("access"))
    stack.up({"access": grant("B")})
    entry = stack.entry("access")
    assert entry
    properties = stack.build_properties("access", grant("B", policy_steps=OWNERS), {})
    c1_tenant.clear_requests()
    with Process(c1_tenant).alive() as provider:
        inputs = provider.check(entry.inputs, properties).inputs
        with pytest.raises(errors.RefusedError, match="provision-step"):
            provider.diff(entry.id, entry.outputs, inputs)
    assert c1_tenant.requests == []
