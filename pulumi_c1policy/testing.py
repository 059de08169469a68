"""Tools for tests of policies: simulations, the policies of a program, and an emulated tenant.

```python
from pulumi_c1policy.testing import simulate


def test_contractors_need_the_owner_of_the_app() -> None:
    result = simulate(POLICY, subject={"id": "u1", "employmentType": "contractor"}, ...)
    assert result.approvers == (("grace@example.com",), ("owner@example.com",))
```

- `simulate` simulates a request under a policy and returns a `Simulation`, with one `Route` for
  each policy that takes part, its `TriedRule`s, and a `Step` (`ApprovalStep`, `ProvisionStep`,
  `WaitStep`, ...) for each step. `Undecided` is the value of everything that cannot be decided.
- `policies` returns the policies of a Pulumi program, each as a `KnownPolicy`.
- `Directory` holds the people, groups, apps and entitlements; it saves reading them again for each
  simulation.
- `FixtureError` and `PolicyError` are raised for wrong arguments.
- `Emulator` is a ConductorOne tenant in this process; `Quirks`, `Fault` and `RecordedRequest`
  belong to it.

Names are loaded when they are first used. A test that only simulates does not load the emulator's
server, and a policy without expressions does not load the expression library.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_c1policy._cel.undecided import Undecided
    from pulumi_c1policy._emulator import Emulator, Fault, Quirks, RecordedRequest
    from pulumi_c1policy._simulate.directory import Directory
    from pulumi_c1policy._simulate.fixtures import FixtureError
    from pulumi_c1policy._simulate.known_policies import KnownPolicy
    from pulumi_c1policy._simulate.policy_error import PolicyError
    from pulumi_c1policy._simulate.simulation import simulate
    from pulumi_c1policy._simulate.simulation_result import Route, Simulation, TriedRule
    from pulumi_c1policy._simulate.step_results import (
        ApprovalStep,
        Escalation,
        Person,
        ProvisionStep,
        Step,
        WaitStep,
    )

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

_MODULES: dict[str, str] = {
    "ApprovalStep": "_simulate.step_results",
    "Directory": "_simulate.directory",
    "Emulator": "_emulator",
    "Escalation": "_simulate.step_results",
    "Fault": "_emulator",
    "FixtureError": "_simulate.fixtures",
    "KnownPolicy": "_simulate.known_policies",
    "Person": "_simulate.step_results",
    "PolicyError": "_simulate.policy_error",
    "ProvisionStep": "_simulate.step_results",
    "Quirks": "_emulator",
    "RecordedRequest": "_emulator",
    "Route": "_simulate.simulation_result",
    "Simulation": "_simulate.simulation_result",
    "Step": "_simulate.step_results",
    "TriedRule": "_simulate.simulation_result",
    "Undecided": "_cel.undecided",
    "WaitStep": "_simulate.step_results",
    "simulate": "_simulate.simulation",
}
"""The module that defines each name, within this package."""


def policies(
    program: str | Path,
    *,
    config: Mapping[str, str] | None = None,
    stack: str = "test",
    directory: Mapping[str, Any] | Directory | None = None,
) -> dict[str, KnownPolicy]:
    """Return the policies that a Pulumi program declares, by the names of their resources.

    The program runs with Pulumi's mocks in a process of its own. Nothing is deployed, and no
    request is sent to a tenant. Each policy gets an invented id, so that rules can lead to it.

    Args:
        program: The folder of its `Pulumi.yaml`.
        config: Its config; a key without a namespace belongs to the project.
        stack: The name of the stack that the program reads.
        directory: The directory that answers the program's lookups. A lookup in a table that is
            left out finds an invented object.

    Returns:
        The policies, in the order in which the program declares them. Those that the program reads
        with `Policy.get` are not among them.

    Raises:
        FixtureError: The directory has an unknown table or field, or a wrong value.
        PolicyError: The program cannot be run, fails, or takes more than 300 seconds.
    """
    from pulumi_c1policy._simulate import mocked_programs
    from pulumi_c1policy._simulate.directory import Directory

    known = directory if isinstance(directory, Directory) else Directory(directory)
    found = mocked_programs.run_program(Path(program), config or {}, stack, known.tables)
    return {policy.resource: policy for policy in found}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(f"pulumi_c1policy.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
