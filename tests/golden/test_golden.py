"""What earlier releases recorded is read without a change; one folder a release."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import dill
import pytest

from pulumi_c1policy.provider import PolicyProvider

RELEASES = sorted(
    path for path in Path(__file__).parent.iterdir() if (path / "state.json").exists()
)
CASES = [
    pytest.param(resource, id=f"{release.name}-{name}")
    for release in RELEASES
    for name, resource in json.loads((release / "state.json").read_text()).items()
]


@pytest.mark.parametrize("resource", CASES)
def test_the_recorded_policy_needs_no_change(resource: dict[str, Any]) -> None:
    answer = PolicyProvider().diff(resource["id"], resource["outputs"], resource["inputs"])
    assert answer.changes is False


@pytest.mark.parametrize("resource", CASES)
def test_a_change_of_the_recorded_policy_is_seen(resource: dict[str, Any]) -> None:
    desired = resource["inputs"] | {"description": "another"}
    assert PolicyProvider().diff(resource["id"], resource["outputs"], desired).changes is True


@pytest.mark.parametrize("resource", CASES)
def test_the_pickled_provider_loads(resource: dict[str, Any]) -> None:
    pickled = base64.b64decode(resource["outputs"]["__provider"])
    assert type(dill.loads(pickled)) is PolicyProvider  # noqa: S301 - ours, from this repository
    assert len(pickled) < 100, "it is a reference, without code or state"
