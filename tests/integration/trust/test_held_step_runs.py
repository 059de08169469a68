"""Held steps are neither lost nor sent, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator
from tests.integration.trust.trust_cases import list_live, list_writes, make_grant
from tests.support.engine import Process, Stack

PROVISION: dict[str, Any] = {
    "provision": {"provisionPolicy": {"connector": {"defaultBehavior": {}}}}
}
OWNERS: dict[str, Any] = {"grant": {"steps": [{"approval": {"app_owners": {}}}]}}


def _add_held_step(tenant: Emulator, policy_id: str) -> None:
    """Add a provision step to a policy without the checks of a write, as older tenants have it."""
    steps: dict[str, Any] = {"grant": {"steps": [PROVISION, {"accept": {}}]}}
    tenant.policies.update(policy_id, {"policySteps": steps}, ("policySteps",), checked=False)


def _list_kinds(tenant: Emulator) -> list[str]:
    [found] = list_live(tenant)
    steps = found["policySteps"]["grant"]["steps"]
    return [kind for step in steps for kind, value in step.items() if value is not None]


def test_a_held_step_is_kept_and_stops_an_update_of_the_steps(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": make_grant("A")})
    _add_held_step(c1_tenant, stack.id_of("access"))
    stack.up({"access": make_grant("A")}, refresh=True)
    assert len(list_writes(c1_tenant)) == 1, "a refreshed run has nothing to do"

    stack.up({"access": make_grant("B")})
    assert list_writes(c1_tenant)[-1].update_mask == "description"
    assert _list_kinds(c1_tenant) == ["provision", "accept"]

    sent = len(list_writes(c1_tenant))
    with pytest.raises(errors.RefusedError) as refused:
        stack.up({"access": make_grant("B", policy_steps=OWNERS)})
    assert 'policy_steps["grant"].steps[0]' in str(refused.value)
    assert str(refused.value).endswith("[provision-step]")
    assert len(list_writes(c1_tenant)) == sent
    assert _list_kinds(c1_tenant) == ["provision", "accept"]


def test_a_held_step_added_since_the_last_read_stops_the_update(
    c1_tenant: Emulator, stack: Stack
) -> None:
    stack.up({"access": make_grant("A")})
    _add_held_step(c1_tenant, stack.id_of("access"))
    with pytest.raises(errors.RefusedError, match="provision-step"):
        stack.up({"access": make_grant("A", policy_steps=OWNERS)})
    assert len(list_writes(c1_tenant)) == 1


def test_an_update_of_another_field_records_a_held_step(c1_tenant: Emulator, stack: Stack) -> None:
    """The next preview refuses a change of the steps without another read."""
    stack.up({"access": make_grant("A")})
    _add_held_step(c1_tenant, stack.id_of("access"))
    stack.up({"access": make_grant("B")})
    entry = stack.entry("access")
    assert entry
    properties = stack.build_properties("access", make_grant("B", policy_steps=OWNERS), {})
    c1_tenant.clear_requests()
    with Process(c1_tenant).alive() as provider:
        inputs = provider.check(entry.inputs, properties).inputs
        with pytest.raises(errors.RefusedError, match="provision-step"):
            provider.diff(entry.id, entry.outputs, inputs)
    assert c1_tenant.requests == []
