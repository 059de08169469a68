"""Measurements of the steps of a stack's life, in their order."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import shapes, watch
from benchmarks.contestants import CHANGED, STEPS, Contestant, Pulumi, Step
from pulumi_c1policy._emulator import Emulator

NO_CHECKPOINTS: Final = {"PULUMI_SKIP_CHECKPOINTS": "true"}
"""The variable that makes the engine write its state once, at the end."""

MANY: Final = 300
"""The number of policies above which checkpoints are skipped, because they would take minutes."""


@dataclass(frozen=True)
class Setting:
    """The life of a stack.

    Attributes:
        count: The number of policies.
        delay: The seconds before each answer of the tenant.
    """

    count: int
    delay: float = 0.0


@dataclass(frozen=True)
class Figures:
    """The cost of one step."""

    requests: int
    usage: watch.Usage


Life = Mapping[Step, Figures]


def run_life(
    kind: type[Contestant],
    setting: Setting,
    *,
    checkpoints: bool = False,
    steps: Sequence[Step] = STEPS,
) -> Life:
    """Run the steps in their order.

    Args:
        kind: The contestant.
        setting: The number of policies and the delay of the tenant.
        checkpoints: True to write checkpoints with many policies, too.
        steps: The steps; each needs those before it.
    """
    with Emulator(tls=True) as tenant, tempfile.TemporaryDirectory(prefix="c1policy-") as folder:
        add_users(tenant)
        contestant = kind(Path(folder) / "stack", tenant, setting.count)
        if setting.count > MANY and not checkpoints:
            contestant.environment |= NO_CHECKPOINTS
        contestant.set_up()
        tenant.set_quirks(delay=setting.delay)
        return {step: _run_step(step, contestant, tenant) for step in steps}


def create(count: int, settings: Mapping[str, str], options: Sequence[str]) -> watch.Usage:
    """Create `count` policies with variables and options of the engine."""
    with Emulator(tls=True) as tenant, tempfile.TemporaryDirectory(prefix="c1policy-") as folder:
        add_users(tenant)
        stack = Pulumi(Path(folder) / "stack", tenant, count)
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
    usual = shapes.make_usual(0)["description"]
    if step == "drift":
        edit_changed(tenant, "Somebody was here.")
    if step == "update":
        edit_changed(tenant, usual)
    tenant.clear_requests()
    usage = contestant.run(step)
    return Figures(len(tenant.requests), usage)
