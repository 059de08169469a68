"""The five policies of the documentation, deployed as they stand in examples/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_c1policy._emulator import Emulator
from tests.support.cli import ROOT, Stack, list_creates

NAMES = (
    "Access by employment",
    "Emergency access",
    "Employee access",
    "Quarterly certification",
    "Revoke with grace",
)


def _program(spelling: str) -> dict[str, str]:
    modules = {
        path.stem: path.read_text() for path in Path(ROOT, "examples", spelling).glob("*.py")
    }
    return {"program": modules.pop("__main__").partition('"""\n\n')[2], **modules}


# `test_company.py` deploys the example that needs a directory.
EXAMPLES = sorted(
    path.parent.name
    for path in Path(ROOT, "examples").glob("*/Pulumi.yaml")
    if path.parent.name != "company"
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_deploys_unchanged(
    example: str, stack: Callable[..., Stack], c1_tenant: Emulator
) -> None:
    """Deploy with credentials from the environment, without config, on a tenant without apps."""
    deployed = stack(**_program(example))
    outcome = deployed.up().ok()
    assert outcome.writes
    paths = {request.path for request in c1_tenant.requests}
    assert all(path.startswith(("/auth/v1/token", "/api/v1/")) for path in paths)
    assert {path for path in paths if "polic" not in path} <= {"/auth/v1/token"}
    deployed.expect_no_changes("--refresh")


def test_a_move_from_dicts_to_builders_changes_no_policy(stack: Callable[..., Stack]) -> None:
    policies = stack(**_program("dicts"))
    outcome = policies.up().ok()
    assert outcome.writes == list_creates(*NAMES)
    assert outcome.warnings == []
    policies.expect_no_changes("--refresh")
    policies.write(**_program("builders"))
    policies.expect_no_changes("--refresh")
    approval = policies.read_live("Emergency access")["policySteps"]["grant"]["steps"][0][
        "approval"
    ]
    assert approval["escalation"]["expiration"] == "1800"
