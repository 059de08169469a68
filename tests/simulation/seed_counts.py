"""The counts of a simulation."""

from __future__ import annotations

from tests.simulation import scenario
from tests.simulation.guarantees import PERSON, TERRAFORM
from tests.support.tally import Tally


def count_seed(seed: int) -> Tally:
    """Play a seed; return its counts and violations."""
    simulation, tally = scenario.play(seed), Tally()
    counts = tally.counts
    counts["seeds"] += 1
    counts["unavoidable"] += len(simulation.windows)
    for effect in simulation.tenant.effects:
        is_foreign = effect.actor in (PERSON, TERRAFORM)
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
