"""The counts of many seeds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts, and one line for each violation."""

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add the counts and violations of another tally."""
        self.counts += other.counts
        self.violations += other.violations
