"""What happened in some simulations, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.model import PERSON, TERRAFORM
from tests.simulation.simulation import Simulation


@dataclass
class Tally:
    """Counts, and every line that tells of something wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, simulation: Simulation) -> None:
        """Count a simulation in."""
        counts = self.counts
        counts["seeds"] += 1
        counts["unavoidable"] += len(simulation.windows)
        counts["wrong"] += bool(simulation.findings)
        for effect in simulation.tenant.effects:
            theirs = effect.actor in (PERSON, TERRAFORM)
            counts["writes of others" if theirs else "writes"] += 1
        for process in simulation.processes.values():
            counts["runs"] += 1
            counts["requests"] += process.wire.total
            if process.group.dead or process.engine_dead:
                counts["killed"] += 1
            elif process.stops:
                counts["interrupted"] += 1
            else:
                counts["failed" if process.errors else "went well"] += 1
        self.wrong += [f"{kind}: {text}" for kind, text in simulation.findings]

    def merge(self, other: Tally) -> None:
        """Count another tally in."""
        self.counts += other.counts
        self.wrong += other.wrong
