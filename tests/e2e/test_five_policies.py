"""The five policies of the documentation, deployed as they stand in examples/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.e2e.cli import ROOT, Stack, created

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


def test_going_from_dicts_to_builders_is_no_change(stack: Callable[..., Stack]) -> None:
    policies = stack(**_program("dicts"))
    outcome = policies.up().ok()
    assert outcome.writes == created(*NAMES)
    assert outcome.warnings == []
    policies.unchanged("--refresh")
    policies.write(**_program("builders"))
    policies.unchanged("--refresh")
    approval = policies.live("Emergency access")["policySteps"]["grant"]["steps"][0]["approval"]
    assert approval["escalation"]["expiration"] == "1800"
