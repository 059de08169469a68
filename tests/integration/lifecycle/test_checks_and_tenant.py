"""The checks and the emulated tenant agree about valid and invalid policies.

Exceptions are the rules that the registry marks as stricter than a tenant, and those about later
behaviour of a tenant.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._client import settings
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._findings.rule_registry import RULES
from pulumi_c1policy._lifecycle.checks.policy_checks import check
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, encode
from pulumi_c1policy.errors import StatusError
from tests.support.strategies import OTHER_POLICIES, accepted_policies, policies

# `output-only` fields are never sent. Whether a tenant refuses the others is not known to the
# emulator.
NOT_SENT = {"output-only", "agent-user"}


@pytest.fixture(scope="module")
def others(tenant: Emulator) -> dict[str, str]:
    """Return the ids of existing policies by the ids in random policies."""
    found = {}
    for kind in ("GRANT", "REVOKE", "CERTIFY"):
        steps: Tree = {kind.lower(): {"steps": [{"accept": {}}]}}
        base = {"displayName": "Other", "policyType": f"POLICY_TYPE_{kind}", "policySteps": steps}
        found[f"POLICY_TYPE_{kind}"] = tenant.add_policy(base)["id"]
    return found


@pytest.fixture(scope="module")
def tenant() -> Any:
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def client(tenant: Emulator) -> Any:
    with PolicyClient(settings.load({}, tenant.environment)) as client:
        yield client


def _use_existing(value: Any, other: str) -> Any:
    if isinstance(value, dict):
        return {key: _use_existing(item, other) for key, item in value.items()}
    if isinstance(value, list):
        return [_use_existing(item, other) for item in value]
    return other if value in OTHER_POLICIES else value


@given(accepted_policies())
def test_the_tenant_accepts_every_policy_that_passes_check(
    client: PolicyClient, others: dict[str, str], inputs: Tree
) -> None:
    program = _use_existing(copy.deepcopy(inputs), others[inputs["policy_type"]])
    assert [f for f in check(program) if f.severity == "error"] == []
    client.create(encode(POLICY, program))


@given(policies(), st.data())
def test_the_tenant_rejects_every_policy_that_fails_check(
    client: PolicyClient, others: dict[str, str], inputs: Tree, data: st.DataObject
) -> None:
    other = others.get(inputs["policy_type"], others["POLICY_TYPE_GRANT"])
    program = _use_existing(copy.deepcopy(inputs), other)
    if data.draw(st.booleans()):
        program = data.draw(st.sampled_from(_break(program)))
    wrong = {f.rule for f in check(program) if f.severity == "error"} - NOT_SENT
    if not {rule for rule in wrong if not (rule in RULES and RULES[rule].is_stricter)}:
        return
    with pytest.raises(StatusError):
        client.create(encode(POLICY, program))


def _break(program: Tree) -> list[Tree]:
    """Return copies of the program, each with one value that tenants reject."""
    lists = program.get("policy_steps") or {"extra": {"steps": []}}
    key = next(iter(lists))
    steps = list(lists[key].get("steps") or [])

    def with_steps(*added: Any) -> Tree:
        return program | {"policy_steps": lists | {key: {"steps": [*steps, *added]}}}

    return [
        with_steps({"provision": {"provision_policy": {"connector": {}}}}),
        with_steps({"action": {"client_id_approval": {}}}),
        with_steps({}),
        program | {"policy_steps": lists | {key: {"steps": []}}},
        with_steps({"approval": {"manager": {"fallback": True}}}),
        with_steps({"approval": {"users": {"user_ids": []}}}),
        with_steps({"approval": {"agent": {}}}),
        program | {"rules": [{"condition": "true", "step_key": "nowhere at all"}]},
        program | {"rules": [{"condition": "", "step_key": key}]},
        program | {"annotations": {"c1/x": "y"}},
        program | {"display_name": ""},
    ]
