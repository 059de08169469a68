"""`make chaos`: many seeds of the simulation, some seeds under the real CLI, and their counts."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from pulumi_c1policy._emulator import Emulator
from tests.simulation import attachment_scenario, scenario, seed_counts
from tests.simulation.simulation import Simulation
from tests.support import cli_chaos
from tests.support.cli import build_environment
from tests.support.tally import Tally

_SEEDS_A_TASK = 100


def main() -> int:
    """Run the seeds of the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100_000, help="seeds of the simulation")
    parser.add_argument(
        "--attachment-seeds", type=int, default=10_000, help="seeds of simulated attachments"
    )
    parser.add_argument("--cli-seeds", type=int, default=50, help="seeds through the CLI")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    chosen = parser.parse_args()
    simulated = range(chosen.first, chosen.first + chosen.seeds)
    violations = _print_table("Simulated", len(simulated), _play_simulated_seeds(simulated))
    attached = range(chosen.first, chosen.first + chosen.attachment_seeds)
    tallies = _play_simulated_seeds(attached, attachment_scenario.play)
    violations += _print_table("Simulated attachments", len(attached), tallies)
    with_cli = range(chosen.first, chosen.first + chosen.cli_seeds)
    violations += _print_table("Through the CLI", len(with_cli), _play_cli_seeds(with_cli))
    return min(violations, 1)


def _play_simulated_seeds(
    seeds: Sequence[int], play: Callable[[int], Simulation] = scenario.play
) -> Iterable[Tally]:
    """Play seeds in one process per core."""
    tasks = [seeds[n : n + _SEEDS_A_TASK] for n in range(0, len(seeds), _SEEDS_A_TASK)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(partial(_count_seeds, play), tasks)


def _count_seeds(play: Callable[[int], Simulation], seeds: Sequence[int]) -> Tally:
    found = Tally()
    for seed in seeds:
        found.add(seed_counts.count_seed(seed, play))
    return found


def _play_cli_seeds(seeds: Sequence[int]) -> Iterable[Tally]:
    with Emulator() as tenant, tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        home = base / "home"
        home.mkdir()
        for seed in seeds:
            place = base / f"stack-{seed}"
            place.mkdir()
            yield cli_chaos.run_seed(seed, tenant, place, build_environment(home))


def _print_table(title: str, seeds: int, tallies: Iterable[Tally]) -> int:
    """Print the counts; return the number of violations."""
    tally, begun = Tally(), time.monotonic()
    for found in tallies:
        tally.add(found)
        for line in found.violations:
            print(f"VIOLATION: {line}", flush=True)
        if sys.stderr.isatty():
            print(f"\r{title}: {tally.counts['seeds']}/{seeds}", end="", file=sys.stderr)
    print(f"\n{title} ({time.monotonic() - begun:.0f} s)")
    for name, count in sorted(tally.counts.items()):
        print(f"  {name:<44}{count:>10}")
    print(f"  {'violations':<44}{len(tally.violations):>10}", flush=True)
    return len(tally.violations)


if __name__ == "__main__":
    sys.exit(main())
