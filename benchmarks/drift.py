"""The cost of `c1policy drift`, beside a preview with refresh of the same stack."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import runs, watch
from benchmarks.contestants import Contestant, Pulumi
from benchmarks.runs import Figures
from pulumi_c1policy._emulator import Emulator

OURS = "`c1policy drift`"
PREVIEW = "`pulumi preview --refresh`"
PLAN = "`terraform plan`"

_DRIFT_FOUND = 2


@dataclass(frozen=True)
class Drifts:
    """The cost of finding one drifted policy, by the command.

    Attributes:
        policies: The number of policies of the stack.
        figures: The cost by the command.
    """

    policies: int
    figures: Mapping[str, Figures]


def measure(count: int, terraform: type[Contestant] | None = None) -> Drifts:
    """Create a stack, change one policy, and let each command find it.

    Args:
        count: The number of policies.
        terraform: Terraform with its provider, if it takes part with this number of policies.
    """
    with Emulator(tls=True) as tenant, tempfile.TemporaryDirectory(prefix="c1policy-") as folder:
        runs.add_users(tenant)
        stack = Pulumi(Path(folder) / "stack", tenant, count)
        stack.environment |= runs.NO_CHECKPOINTS
        stack.set_up()
        stack.run("create")
        runs.edit_changed(tenant, "Somebody was here.")
        found = {OURS: _find_drift(stack, tenant)}
        tenant.clear_requests()
        usage = stack.run("drift")
        found[PREVIEW] = Figures(len(tenant.requests), usage)
    if terraform:
        found[PLAN] = runs.run_life(terraform, runs.Setting(count), steps=("create", "drift"))[
            "drift"
        ]
    return Drifts(count, found)


def _find_drift(stack: Pulumi, tenant: Emulator) -> Figures:
    """Run our command over the folder of the backend."""
    tenant.clear_requests()
    usage = watch.run(
        [sys.executable, "-m", "pulumi_c1policy", "drift", "--state", stack.folder / "state"],
        cwd=stack.folder,
        environment=stack.environment,
        plugin="pulumi_c1policy drift",
        code=_DRIFT_FOUND,
    )
    return Figures(len(tenant.requests), usage)
