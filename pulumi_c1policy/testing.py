"""What tests of policies need: simulations, the policies of a program, and an emulated tenant.

```python
from pulumi_c1policy.testing import simulate


def test_contractors_need_the_owner_of_the_app() -> None:
    result = simulate(POLICY, subject={"id": "u1", "employmentType": "contractor"}, ...)
    assert result.approvers == (("grace@example.com",), ("owner@example.com",))
```

Names are loaded when they are first used: the emulator's server is not loaded by a test that only
simulates, nor the expression library by a policy without expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_c1policy._cel.undecided import Undecided
    from pulumi_c1policy._emulator import Emulator, Fault, Quirks, RecordedRequest
    from pulumi_c1policy._simulate.directory import Directory
    from pulumi_c1policy._simulate.fixtures import FixtureError
    from pulumi_c1policy._simulate.policies import KnownPolicy, PolicyError
    from pulumi_c1policy._simulate.results import (
        ApprovalStep,
        Escalation,
        Person,
        ProvisionStep,
        Route,
        Simulation,
        Step,
        TriedRule,
        WaitStep,
    )
    from pulumi_c1policy._simulate.simulation import simulate

__all__ = [
    "ApprovalStep",
    "Directory",
    "Emulator",
    "Escalation",
    "Fault",
    "FixtureError",
    "KnownPolicy",
    "Person",
    "PolicyError",
    "ProvisionStep",
    "Quirks",
    "RecordedRequest",
    "Route",
    "Simulation",
    "Step",
    "TriedRule",
    "Undecided",
    "WaitStep",
    "policies",
    "simulate",
]

_RESULTS = "pulumi_c1policy._simulate.results"
_HOMES: dict[str, str] = dict.fromkeys(__all__, _RESULTS) | {
    "Directory": "pulumi_c1policy._simulate.directory",
    "Emulator": "pulumi_c1policy._emulator",
    "Fault": "pulumi_c1policy._emulator",
    "FixtureError": "pulumi_c1policy._simulate.fixtures",
    "KnownPolicy": "pulumi_c1policy._simulate.policies",
    "PolicyError": "pulumi_c1policy._simulate.policies",
    "Quirks": "pulumi_c1policy._emulator",
    "RecordedRequest": "pulumi_c1policy._emulator",
    "Undecided": "pulumi_c1policy._cel.undecided",
    "simulate": "pulumi_c1policy._simulate.simulation",
}


def policies(
    program: str | Path, *, config: Mapping[str, str] | None = None, stack: str = "test"
) -> dict[str, KnownPolicy]:
    """The policies that a Pulumi program declares, by the names of their resources.

    The program runs in a process of its own with Pulumi's mocks: nothing is deployed, no tenant is
    asked, and every policy gets a made-up id, by which rules hand over.

    Args:
        program: The folder of its `Pulumi.yaml`.
        config: Its config; a key without a namespace is the project's.
        stack: The name of the stack that it is told.

    Raises:
        PolicyError: The program cannot be run, or fails.
    """
    from pulumi_c1policy._cli import programs

    found = programs.load_policies(Path(program), config or {}, stack)
    return {policy.resource: policy for policy in found}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
