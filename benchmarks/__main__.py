"""Measure the steps of a stack's life, ours beside the engine alone, and print one table.

A whole run rewrites the table and the plot of docs/performance.md, and the record for `--compare`.
Exit codes: 0 measured; 1 a measured command failed; 2 slower than the recorded run.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import (
    comparison,
    details,
    growth,
    machine,
    performance_page,
    plot,
    record,
    runs,
    watch,
)
from benchmarks.comparison import Row
from benchmarks.contestants import Contestant, Floor, Pulumi, define_terraform, find_search_path
from benchmarks.runs import Setting
from benchmarks.shapes import MAKERS

_SIZES = (10, 100, 1000)
_GROWTH = (10, 100, 1000, 10_000)
_MOST_CHECKPOINTED = 1000
"""The most policies with checkpoints, whose bytes grow with the square of their number."""

_MOST_RICH_CHECKPOINTED = 100
"""The same for rich policies, unless they are asked for: a thousand take ten minutes."""

_MOST_RICH = 1000
"""The most rich policies: the growth is that of one-step policies."""

_MOST_RICH_TERRAFORM = 100
"""The most rich policies with Terraform, which needs half an hour for a thousand."""

_CONFIRMATIONS = 2
"""The number of times that a slower stack is measured again before it counts."""


def main() -> int:
    """Run the measurements of the command line."""
    asked = _parse_arguments()
    if not Path("/proc/self/stat").exists():
        print("The benchmarks watch processes through /proc, which this system does not have.")
        return 1
    try:
        if asked.details is not None:
            return _measure_details(asked)
        return _measure_table(asked)
    except watch.CommandFailedError as error:
        print(f"A measured command failed: {error}", file=sys.stderr)
        return 1


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--sizes", type=int, nargs="+", default=_SIZES, help="numbers of policies")
    add("--shapes", nargs="+", choices=[*MAKERS], default=[*MAKERS], help="shapes of policies")
    add("--quick", action="store_true", help="ten policies only, in a minute; writes no file")
    add("--growth", action="store_true", help="also 10,000 one-step policies; 25 minutes more")
    add("--compare", action="store_true", help="compare with the recorded run; writes no file")
    add("--all-checkpoints", action="store_true", help="also a thousand rich policies with them")
    add("--terraform", type=Path, help="a Terraform binary to compare with")
    add("--terraform-provider", type=Path, help="the vendor's provider for it")
    add("--terraform-sizes", type=int, nargs="+", default=[10, 100], help="1000: 20 minutes more")
    add("--details", nargs="*", choices=[*details.PARTS], help="only these; all if none is named")
    asked = parser.parse_args()
    if bool(asked.terraform) != bool(asked.terraform_provider):
        parser.error("--terraform and --terraform-provider belong together")
    if asked.quick:
        asked.sizes = [10]
    if asked.growth:
        asked.sizes = _GROWTH
    asked.is_whole = {*_SIZES} <= {*asked.sizes} and len(asked.shapes) == len(MAKERS)
    return asked


def _measure_table(asked: argparse.Namespace) -> int:
    if asked.compare and not record.FILE.exists():
        print("No run is recorded; `make bench` records one.", file=sys.stderr)
        return 1
    begun = time.monotonic()
    about = machine.describe(machine.read_pulumi_version(find_search_path()))
    rows: list[Row] = []
    terraform: dict[tuple[int, str], runs.Life] = {}
    for setting in _list_settings(asked):
        stack = (setting.count, setting.shape)
        if stack not in terraform:
            # Terraform has no checkpoints to switch off, so one measurement serves both rows.
            terraform[stack] = _run_terraform(setting, asked)
        rows += _measure_rows(setting, terraform[stack])
    table = comparison.format_rows(rows)
    about += f"\nThe run took {(time.monotonic() - begun) / 60:.0f} min."
    print(f"{table}\n\n{about}")
    if asked.compare:
        return _compare(rows)
    if asked.is_whole:
        performance_page.write(
            {"table": f"{table}\n\n{about}", "growth": f"{growth.format_rows(rows)}\n\n{about}"}
        )
        day = about.partition("\n")[0]
        summary = f"{comparison.format_summary(rows)}\n\n{day}"
        performance_page.write({"summary": summary}, performance_page.README)
        record.write(rows, about)
        performance_page.PLOT.write_text(plot.draw_svg(rows, about))
        written = (performance_page.PAGE, performance_page.PLOT, performance_page.README)
        print(f"\nWrote {', '.join(each.name for each in (*written, record.FILE))}.")
    return 0


def _list_settings(asked: argparse.Namespace) -> Iterator[Setting]:
    for count in sorted(asked.sizes):
        for shape in asked.shapes:
            if shape == "rich" and count > _MOST_RICH:
                continue
            yield Setting(count, shape)
            is_checked = shape == "one-step" or asked.all_checkpoints
            most = _MOST_CHECKPOINTED if is_checked else _MOST_RICH_CHECKPOINTED
            if count <= most:
                yield Setting(count, shape, checkpoints=True)


def _measure_rows(setting: Setting, terraform: runs.Life) -> list[Row]:
    """Measure each contestant, one after the other, so that other load affects all alike."""
    floor, ours = _run_life(Floor, setting), _run_life(Pulumi, setting)
    return [*comparison.pair(setting, ours, floor, terraform)]


def _run_terraform(setting: Setting, asked: argparse.Namespace) -> runs.Life:
    """Measure Terraform if it takes part with this stack."""
    is_usual = setting.shape == "one-step" or setting.count <= _MOST_RICH_TERRAFORM
    if not asked.terraform or setting.count not in asked.terraform_sizes or not is_usual:
        return {}
    kind = define_terraform(asked.terraform.resolve(), asked.terraform_provider.resolve())
    return _run_life(kind, setting)


def _run_life(kind: type[Contestant], setting: Setting) -> runs.Life:
    mode = "with checkpoints" if setting.checkpoints else "without checkpoints"
    print(f"... {kind.__name__}, {setting.count} {setting.shape}, {mode}", file=sys.stderr)
    return runs.run_life(kind, setting)


def _compare(rows: list[Row]) -> int:
    """Compare with the recorded run; a stack that is slower is measured again before it counts."""
    about, recorded = record.read()
    if not any(row.name in recorded for row in rows):
        print("The recorded run has none of these steps.", file=sys.stderr)
        return 1
    slower = [*record.find_regressions(rows, recorded)]
    for _ in range(_CONFIRMATIONS):
        settings = {each.row.setting for each in slower}
        suspects = {(each.row.name, each.measure) for each in slower}
        again = [row for setting in settings for row in _measure_rows(setting, {})]
        found = record.find_regressions(again, recorded)
        slower = [each for each in found if (each.row.name, each.measure) in suspects]
    print(f"\nCompared with the recorded run: {about}\n")
    if not slower:
        print("No step is slower, by the ratios to the engine alone.")
        return 0
    print(f"Slower in {_CONFIRMATIONS + 1} measurements:\n{record.format_regressions(slower)}")
    return 2


def _measure_details(asked: argparse.Namespace) -> int:
    about = machine.describe(machine.read_pulumi_version(find_search_path()))
    for name in asked.details or details.PARTS:
        table = details.PARTS[name]()
        print(f"\n== {name}\n{table}", flush=True)
        performance_page.write({name: f"{table}\n\n{about}"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
