"""The record of the last run, and the comparison of a run with it.

A record holds ratios to the engine alone, because seconds depend on the machine and its load.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from benchmarks.comparison import Row
from benchmarks.tables import format_table

FILE: Final = Path(__file__).with_name("last_run.json")

_MEASURES: Final[Mapping[str, tuple[float, float]]] = {
    "seconds": (0.20, 0.25),
    "CPU seconds": (0.12, 0.15),
}
"""The noise of each measure: the relative part, and the seconds that a short step varies by."""

_MORE_REQUESTS: Final = 1.05
"""The factor by which requests may grow: the threads of a run share them by chance."""

Ratios: TypeAlias = dict[str, float]
"""The figures of one row: the number of requests, the bytes of state, and the ratios."""


@dataclass(frozen=True)
class Regression:
    """One measure of one row that is worse than recorded."""

    row: Row
    measure: str
    before: float
    now: float
    limit: float


def measure(row: Row) -> Ratios:
    """Return the figures of a row that a record holds."""
    ours, floor = row.ours.usage, row.floor.usage
    return {
        "requests": row.ours.requests,
        "state bytes": row.ours.state_bytes,
        "seconds": round(ours.wall / floor.wall, 3),
        "CPU seconds": round(ours.total_cpu / floor.total_cpu, 3),
    }


def write(rows: Iterable[Row], about: str, path: Path = FILE) -> None:
    """Write the record of a run.

    Args:
        rows: The rows of the run.
        about: The machine, the versions and the day.
        path: The file.
    """
    record = {"about": about, "rows": {row.name: measure(row) for row in rows}}
    path.write_text(json.dumps(record, indent=1) + "\n")


def read(path: Path = FILE) -> tuple[str, dict[str, Ratios]]:
    """Return the machine and day of the recorded run, and its rows by name.

    Raises:
        FileNotFoundError: No run is recorded.
    """
    found = json.loads(path.read_text())
    return found["about"], found["rows"]


def find_regressions(rows: Iterable[Row], recorded: Mapping[str, Ratios]) -> Iterator[Regression]:
    """Find the measures that are worse than recorded by more than the noise."""
    for row in rows:
        before = recorded.get(row.name)
        if before is None:
            continue
        now = measure(row)
        floor = row.floor.usage
        seconds = {"seconds": floor.wall, "CPU seconds": floor.total_cpu}
        for name, (part, spread) in _MEASURES.items():
            limit = before[name] * (1 + part) + spread / seconds[name]
            if now[name] > limit:
                yield Regression(row, name, before[name], now[name], limit)
        for name in ("requests", "state bytes"):
            limit = before[name] * _MORE_REQUESTS + 3
            if now[name] > limit:
                yield Regression(row, name, before[name], now[name], limit)


def format_regressions(found: Iterable[Regression]) -> str:
    """Format the regressions as a table."""
    header = ("step", "measure", "recorded", "now", "limit")
    rows = [
        (each.row.name, each.measure, *(f"{x:g}" for x in (each.before, each.now)),
         f"{each.limit:.3g}" if each.limit < 100 else f"{each.limit:.0f}")
        for each in found
    ]  # fmt: skip
    return format_table(header, rows)
