"""States of earlier releases are read without a change; each release has a folder."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import dill
import pytest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.checks import rejected_steps
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import encode
from pulumi_c1policy.provider import PolicyProvider
from tests.support.engine import Process

RELEASES = sorted(
    path for path in Path(__file__).parent.iterdir() if (path / "state.json").exists()
)
CASES = [
    pytest.param(resource, id=f"{release.name}-{name}")
    for release in RELEASES
    for name, resource in json.loads((release / "state.json").read_text()).items()
]


@pytest.mark.parametrize("resource", CASES)
def test_a_policy_of_an_earlier_release_needs_no_change(resource: dict[str, Any]) -> None:
    answer = PolicyProvider().diff(resource["id"], resource["outputs"], resource["inputs"])
    assert answer.changes is False


@pytest.mark.parametrize("resource", CASES)
def test_a_change_of_a_policy_of_an_earlier_release_is_found(resource: dict[str, Any]) -> None:
    desired = resource["inputs"] | {"description": "another"}
    assert PolicyProvider().diff(resource["id"], resource["outputs"], desired).changes is True


@pytest.mark.parametrize("resource", CASES)
def test_the_pickled_provider_loads(resource: dict[str, Any]) -> None:
    pickled = base64.b64decode(resource["outputs"]["__provider"])
    assert type(dill.loads(pickled)) is PolicyProvider  # noqa: S301 - ours, from this repository
    assert len(pickled) < 100, "it is a reference, without code or state"


def _has_provision_step(resource: Any) -> bool:
    return "'provision'" in repr(resource["inputs"].get("policy_steps"))


@pytest.mark.parametrize(
    "resource", [case for case in CASES if _has_provision_step(case.values[0])]
)
def test_a_provision_step_of_an_earlier_release_can_be_read_and_must_be_removed(
    resource: dict[str, Any], c1_tenant: Emulator
) -> None:
    """The tenant has a held step; the check names it, and the program removes it."""
    inputs = {k: v for k, v in resource["inputs"].items() if not k.startswith("__")}
    held = c1_tenant.add_policy(encode(POLICY, inputs))
    outputs = resource["outputs"] | {"id": held["id"]}
    with Process(c1_tenant).alive() as provider:
        read = provider.read(held["id"], outputs)
        assert read.id == held["id"]
        assert read.inputs is not None
        assert read.outs is not None
        assert read.inputs["policy_steps"] == inputs["policy_steps"]
        checked = provider.check({}, resource["inputs"])
        refused = [f for f in checked.failures if f.reason.endswith("[provision-step]")]
        assert refused
        assert all(f.property.endswith(".provision") for f in refused)
        without = resource["inputs"] | {
            "policy_steps": rejected_steps.remove_steps(inputs).get("policy_steps")
        }
        assert provider.diff(held["id"], read.outs, without).changes is False
