"""The cost of one policy by the number of policies: what is linear stays the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from benchmarks.comparison import Row
from benchmarks.contestants import NAMES, STEPS, Step
from benchmarks.tables import format_table

_FIGURES: Final[Mapping[str, Callable[[Row], str]]] = {
    "requests a policy": lambda row: f"{row.ours.requests / row.setting.count:.2f}",
    "CPU ms a policy": lambda row: _format_cpu(row.ours.usage.total_cpu, row),
    "CPU ms a policy, engine alone": lambda row: _format_cpu(row.floor.usage.total_cpu, row),
    "MB": lambda row: f"{sum(row.ours.usage.rss.values()) / 2**20:.0f}",
    "MB, engine alone": lambda row: f"{sum(row.floor.usage.rss.values()) / 2**20:.0f}",
}


def format_rows(rows: Sequence[Row]) -> str:
    """Format the steps of the one-step policies without checkpoints, by number of policies."""
    shown = {
        (row.step, row.setting.count): row
        for row in rows
        if row.setting.shape == "one-step" and not row.setting.checkpoints
    }
    counts = sorted({count for _, count in shown})
    header = ("step", "figure", *(f"{count:,} policies" for count in counts))
    return format_table(header, [*_list_lines(shown, counts)])


def _list_lines(
    shown: Mapping[tuple[Step, int], Row], counts: Sequence[int]
) -> Iterator[tuple[str, ...]]:
    for step in STEPS:
        found = [shown.get((step, count)) for count in counts]
        if any(found):
            for name, format_figure in _FIGURES.items():
                yield (NAMES[step], name, *(format_figure(row) if row else "" for row in found))


def _format_cpu(seconds: float, row: Row) -> str:
    return f"{1000 * seconds / row.setting.count:.2f}"
