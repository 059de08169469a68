"""The steps of ours beside those of the engine alone and of Terraform, as rows of one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks.contestants import NAMES, Step
from benchmarks.runs import WRITING, Figures, Life, Setting
from benchmarks.tables import format_ratio, format_seconds, format_table

FLOOR_STEPS: Final[Mapping[Step, Step]] = {"find drift": "drift"}
"""The step of the engine alone beside a step of ours that the engine does not have."""

_TENTH: Final = 0.1
"""The part of Terraform's time that a step should need at most."""

_HEADER: Final = (
    "policies", "shape", "step", "checkpoints", "requests", "seconds", "engine alone", "ratio",
    "CPU s", "engine alone", "ratio", "MB", "state bytes a policy",
)  # fmt: skip
_TERRAFORM_HEADER: Final = ("Terraform s", "ratio", "engine alone to Terraform")


@dataclass(frozen=True)
class Row:
    """One step of one stack.

    Attributes:
        setting: The stack.
        step: The step.
        ours: The cost with this package.
        floor: The cost of the engine alone.
        terraform: The cost with Terraform, if it took part.
    """

    setting: Setting
    step: Step
    ours: Figures
    floor: Figures
    terraform: Figures | None = None

    @property
    def name(self) -> str:
        """The name of the row in a record."""
        mode = f"{self._checkpoints} checkpoints" if self._checkpoints else "no writes"
        return f"{self.setting.count} {self.setting.shape}, {self.step}, {mode}"

    @property
    def cells(self) -> tuple[object, ...]:
        """The cells of the table, without those of Terraform."""
        ours, floor = self.ours.usage, self.floor.usage
        stored = self.ours.state_bytes / self.setting.count
        return (
            f"{self.setting.count:,}",
            self.setting.shape,
            NAMES[self.step],
            self._checkpoints,
            self.ours.requests,
            format_seconds(ours.wall),
            format_seconds(floor.wall),
            format_ratio(ours.wall, floor.wall),
            format_seconds(ours.total_cpu),
            format_seconds(floor.total_cpu),
            format_ratio(ours.total_cpu, floor.total_cpu),
            f"{sum(ours.rss.values()) / 2**20:.0f}",
            f"{stored:.0f}" if stored else "",
        )

    @property
    def terraform_cells(self) -> tuple[str, ...]:
        """The cells of Terraform."""
        if self.terraform is None:
            return ("", "", "")
        theirs = self.terraform.usage.wall
        least = self.floor.usage.wall / theirs
        missed = least > _TENTH and self.step not in FLOOR_STEPS
        return (
            format_seconds(theirs),
            format_ratio(self.ours.usage.wall, theirs),
            f"{least:.2f}, misses a tenth" if missed else f"{least:.2f}",
        )

    @property
    def _checkpoints(self) -> str:
        if self.step not in WRITING:
            return ""
        return "with" if self.setting.checkpoints else "without"


def pair(
    setting: Setting, ours: Life, floor: Life, terraform: Mapping[Step, Figures]
) -> Iterator[Row]:
    """Yield the rows of one stack."""
    for step, figures in ours.items():
        beside = FLOOR_STEPS.get(step, step)
        yield Row(setting, step, figures, floor[beside], terraform.get(beside))


def format_rows(rows: list[Row]) -> str:
    """Format the one table."""
    has_terraform = any(row.terraform for row in rows)
    header = (*_HEADER, *(_TERRAFORM_HEADER if has_terraform else ()))
    return format_table(
        header, [(*row.cells, *(row.terraform_cells if has_terraform else ())) for row in rows]
    )


def format_summary(rows: list[Row]) -> str:
    """Format the seconds of one-step policies with default settings, for the README."""
    shown = [
        row
        for row in rows
        if row.setting.shape == "one-step" and row.setting.checkpoints == (row.step in WRITING)
    ]
    counts = sorted({row.setting.count for row in shown if row.step == "create"})
    cells = {(row.step, row.setting.count): _format_contestants(row) for row in shown}
    steps = dict.fromkeys(row.step for row in shown)
    body = [
        (NAMES[step], *(cells.get((step, count), "") for count in counts))
        for step in NAMES
        if step in steps
    ]
    return format_table(("seconds", *(f"{count:,} policies" for count in counts)), body)


def _format_contestants(row: Row) -> str:
    others = f"engine alone {format_seconds(row.floor.usage.wall)}"
    if row.terraform is not None:
        others += f", Terraform {format_seconds(row.terraform.usage.wall)}"
    return f"{format_seconds(row.ours.usage.wall)} ({others})"
