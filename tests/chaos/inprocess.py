"""Chaos in one process: the simulated engine, a fault or a kill at any boundary, hundreds of times.

A cycle changes the program, lets a few disturbed runs at it, and ends with a clean one, after which the
tenant must be what the program says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

import httpx

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy.errors import C1PolicyError
from tests.chaos import programs
from tests.chaos.engine import Killed, Process, Program, Stack
from tests.chaos.world import World

_CYCLES = 2
_SHARES = (0.05, 0.2, 0.5)


@dataclass
class Tally:
    """What happened in one or more seeds."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another's in."""
        self.counts += other.counts
        self.wrong += other.wrong


def run(seed: int, tenant: Emulator) -> Tally:
    """One seed: a few cycles of chaos and calm on one stack."""
    chance = Random(seed)
    world, stack, tally = World(tenant), Stack(tenant), Tally()
    sketches = programs.draw(chance)
    for cycle in range(_CYCLES):
        for _ in range(chance.randint(1, 3)):
            _disturbed(world, stack, programs.program(sketches), chance, tally)
            sketches = programs.change_contents(chance, sketches)
        _clean(world, stack, programs.program(sketches), tally)
        if tally.wrong:
            tally.wrong = [f"seed {seed}, cycle {cycle}: {wrong}" for wrong in tally.wrong]
            break
        # What goes or changes its type goes after a clean run: see docs/reliability.md.
        sketches = programs.change_anything(chance, sketches)
    tally.counts["seeds"] += 1
    return tally


def _disturbed(world: World, stack: Stack, program: Program, chance: Random, tally: Tally) -> None:
    world.disturb(chance, share=chance.choice(_SHARES))
    boundary = _boundary(chance)
    steps = chance.randint(1, 12) if chance.random() < 0.3 else 0
    taken: list[None] = []

    def step() -> None:
        taken.append(None)
        if len(taken) == steps:
            raise Killed

    stack.step = step
    kills = {chance.choice(["on_request", "on_answer"]): boundary}
    process = Process(world.tenant, **kills)  # type: ignore[arg-type]
    try:
        stack.up(program, process=process, refresh=chance.random() < 0.3)
        tally.counts["disturbed runs: went well"] += 1
    except Killed:
        tally.counts["disturbed runs: killed"] += 1
    except C1PolicyError as error:
        tally.counts[f"disturbed runs: failed with {type(error).__name__}"] += 1
    finally:
        stack.step = lambda: None
        tally.counts["requests"] += len(world.tenant.requests)
        tally.counts["faults"] += sum(1 for each in world.tenant.requests if each.fault)
        world.tenant.clear_requests()


def _boundary(chance: Random) -> object:
    """Kills at the boundary of some request, or of none."""
    left = [chance.randint(1, 40) if chance.random() < 0.5 else 0]

    def at_boundary(_: httpx.Request) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    return at_boundary


def _clean(world: World, stack: Stack, program: Program, tally: Tally) -> None:
    world.calm()
    try:
        stack.up(program, refresh=True)
        before = world.policies()
        stack.up(program, refresh=True)
    except C1PolicyError as error:
        tally.wrong.append(f"the clean run failed: {error}")
        return
    if world.policies() != before:
        tally.wrong.append("a further run had something to do")
    tally.counts["clean runs"] += 1
    tally.counts["policies compared"] += len(program)
    tally.wrong += world.wrong(program, {entry.name: entry.id for entry in stack.state})
    world.tenant.clear_requests()
    stack.up(program, refresh=True)
    if any(
        r.method != "GET" and "/search/" not in r.path and "/auth/" not in r.path
        for r in world.tenant.requests
    ):
        tally.wrong.append("a second clean run had something to do")
    world.tenant.clear_requests()
