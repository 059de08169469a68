"""`make chaos`: many seeds of the simulation, some through the real CLI, and a table of each."""

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
from tests.simulation import attachment_scenario, scenario
from tests.simulation import tally as simulation
from tests.simulation.simulation import Simulation
from tests.support import throughcli
from tests.support.cli import environment
from tests.support.tally import Tally

_SEEDS_A_TASK = 100


def main() -> int:
    """Run the seeds that the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100_000, help="seeds of the simulation")
    parser.add_argument(
        "--attachment-seeds", type=int, default=10_000, help="seeds of simulated attachments"
    )
    parser.add_argument("--cli-seeds", type=int, default=50, help="seeds through the CLI")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    chosen = parser.parse_args()
    simulated = range(chosen.first, chosen.first + chosen.seeds)
    wrong = _table("Simulated", len(simulated), _simulated(simulated))
    attached = range(chosen.first, chosen.first + chosen.attachment_seeds)
    wrong += _table(
        "Simulated attachments", len(attached), _simulated(attached, attachment_scenario.play)
    )
    through = range(chosen.first, chosen.first + chosen.cli_seeds)
    wrong += _table("Through the CLI", len(through), _through_cli(through))
    return min(wrong, 1)


def _simulated(
    seeds: Sequence[int], play: Callable[[int], Simulation] = scenario.play
) -> Iterable[Tally]:
    """Play seeds in one process per core."""
    tasks = [seeds[n : n + _SEEDS_A_TASK] for n in range(0, len(seeds), _SEEDS_A_TASK)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(partial(_some, play), tasks)


def _some(play: Callable[[int], Simulation], seeds: Sequence[int]) -> Tally:
    found = Tally()
    for seed in seeds:
        found.add(simulation.run(seed, play))
    return found


def _through_cli(seeds: Sequence[int]) -> Iterable[Tally]:
    with Emulator() as tenant, tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        home = base / "home"
        home.mkdir()
        for seed in seeds:
            place = base / f"stack-{seed}"
            place.mkdir()
            yield throughcli.run(seed, tenant, place, environment(home))


def _table(title: str, seeds: int, tallies: Iterable[Tally]) -> int:
    """Print the counts; return how many guarantees were broken."""
    tally, begun = Tally(), time.monotonic()
    for found in tallies:
        tally.add(found)
        for line in found.wrong:
            print(f"WRONG: {line}", flush=True)
        if sys.stderr.isatty():
            print(f"\r{title}: {tally.counts['seeds']}/{seeds}", end="", file=sys.stderr)
    print(f"\n{title} ({time.monotonic() - begun:.0f} s)")
    for name, count in sorted(tally.counts.items()):
        print(f"  {name:<44}{count:>10}")
    print(f"  {'wrong in the end':<44}{len(tally.wrong):>10}", flush=True)
    return len(tally.wrong)


if __name__ == "__main__":
    sys.exit(main())
