"""The counts of a simulation."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation import scenario
from tests.simulation.guarantees import PERSON, TERRAFORM
from tests.simulation.simulation import Simulation
from tests.support.tally import Tally


def count_seed(seed: int, play: Callable[[int], Simulation] = scenario.play) -> Tally:
    """Play a seed; return its counts and violations."""
    simulation, tally = play(seed), Tally()
    counts = tally.counts
    counts["seeds"] += 1
    counts["unavoidable"] += len(simulation.windows)
    tenant = simulation.tenant
    actors = [effect.actor for effect in tenant.effects]
    actors += [effect.actor for effect in tenant.objects.effects if effect.before]
    for actor in actors:
        is_foreign = actor in (PERSON, TERRAFORM)
        counts["writes of others" if is_foreign else "writes"] += 1
    for process in simulation.processes.values():
        counts["runs"] += 1
        counts["requests"] += process.wire.total
        if process.group.dead or process.engine_dead:
            counts["killed"] += 1
        elif process.stops:
            counts["interrupted"] += 1
        else:
            counts["failed" if process.errors else "went well"] += 1
    tally.violations += [f"{kind}: {text}" for kind, text in simulation.findings]
    return tally
