"""Measurements of the steps of a stack's life, in their order."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import shapes, watch
from benchmarks.contestants import CHANGED, STEPS, Contestant, Pulumi, Step
from benchmarks.shapes import Shape
from pulumi_c1policy._emulator import Emulator, Fault

NO_CHECKPOINTS: Final = {"PULUMI_SKIP_CHECKPOINTS": "true"}
"""The variable that makes the engine write its state once, at the end."""

WRITING: Final[tuple[Step, ...]] = ("create", "update", "destroy")
"""The steps in which checkpoints are written."""

_OURS_ONLY: Final[tuple[Step, ...]] = ("find drift",)


@dataclass(frozen=True)
class Setting:
    """The life of a stack.

    Attributes:
        count: The number of policies.
        shape: The shape of the policies.
        checkpoints: The engine writes its state after each step, as it does by default.
        delay: The seconds before each answer of the tenant.
        throttled: The share of requests that the tenant answers with 429.
    """

    count: int
    shape: Shape = "one-step"
    checkpoints: bool = False
    delay: float = 0.0
    throttled: float = 0.0

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps to measure: with checkpoints only those that write some."""
        return WRITING if self.checkpoints else STEPS


@dataclass(frozen=True)
class Figures:
    """The cost of one step.

    Attributes:
        requests: The number of requests to the tenant.
        usage: The time and memory.
        state_bytes: The size of the state after the step; 0 if it was not read.
    """

    requests: int
    usage: watch.Usage
    state_bytes: int = 0


Life = Mapping[Step, Figures]


def run_life(kind: type[Contestant], setting: Setting, steps: Sequence[Step] = ()) -> Life:
    """Run the steps in their order.

    Args:
        kind: The contestant.
        setting: The stack and the tenant.
        steps: The steps; each needs those before it. Default: those of the setting.
    """
    with Emulator(tls=True) as tenant, tempfile.TemporaryDirectory(prefix="c1policy-") as folder:
        add_users(tenant)
        contestant = kind(Path(folder) / "stack", tenant, setting.count, setting.shape)
        if not setting.checkpoints:
            contestant.environment |= NO_CHECKPOINTS
        contestant.set_up()
        tenant.set_quirks(delay=setting.delay)
        if setting.throttled:
            fault = Fault(
                do="answer", status=429, path="/policies", times=None, probability=setting.throttled
            )
            tenant.set_faults(fault, seed=1)
        own = () if kind is Pulumi else _OURS_ONLY
        asked = [step for step in steps or setting.steps if step not in own]
        return {step: _run_step(step, contestant, tenant) for step in asked}


def create(count: int, settings: Mapping[str, str], options: Sequence[str]) -> watch.Usage:
    """Create `count` rich policies with variables and options of the engine."""
    with Emulator(tls=True) as tenant, tempfile.TemporaryDirectory(prefix="c1policy-") as folder:
        add_users(tenant)
        stack = Pulumi(Path(folder) / "stack", tenant, count, "rich")
        stack.set_up()
        stack.environment |= settings
        stack.options = options
        return stack.run("create")


def add_users(tenant: Emulator) -> None:
    """Add the users that the policies name, which a preview looks for."""
    for user_id in shapes.USERS:
        tenant.add_user(f"{user_id}@example.com", id=user_id)


def edit_changed(tenant: Emulator, description: str) -> None:
    """Edit the policy that drifts as another API client."""
    for record in list(tenant.policies):
        if record.stored.get("displayName") == CHANGED:
            tenant.api_edit(record.id, {"description": description})


def _run_step(step: Step, contestant: Contestant, tenant: Emulator) -> Figures:
    if step == "drift":
        edit_changed(tenant, "Somebody was here.")
    if step == "update":
        edit_changed(tenant, shapes.make_rich(0)["description"])
    tenant.clear_requests()
    usage = contestant.run(step)
    stored = contestant.state_bytes if isinstance(contestant, Pulumi) and step == "create" else 0
    return Figures(len(tenant.requests), usage, stored)
