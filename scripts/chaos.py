"""`make chaos`: many seeds, simulated and through the real CLI, and a table of what happened."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from pulumi_c1policy._emulator import Emulator
from tests.chaos import throughcli
from tests.e2e.cli import environment
from tests.simulation import scenario
from tests.simulation.tally import Tally

_CHUNK = 50
_PROGRESS_SECONDS = 10.0
_MOST_SHOWN = 200


def main() -> int:
    """Run the chaos that the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100_000, help="simulated seeds")
    parser.add_argument("--cli-seeds", type=int, default=100, help="seeds through the CLI")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    chosen = parser.parse_args()
    wrong = 0
    for title, count, tallies in (
        ("Simulated", chosen.seeds, _simulated(chosen.first, chosen.seeds, chosen.jobs)),
        ("Through the CLI", chosen.cli_seeds, _through_cli(chosen.first, chosen.cli_seeds)),
    ):
        if count:
            wrong += _table(title, count, tallies)
    return min(wrong, 1)


def play(first: int, count: int) -> Tally:
    """Play some seeds of the simulation."""
    tally = Tally()
    for seed in range(first, first + count):
        tally.add(scenario.play(seed))
    return tally


def _simulated(first: int, count: int, jobs: int) -> Iterator[Tally]:
    with ProcessPoolExecutor(jobs) as pool:
        chunks = [
            pool.submit(play, start, min(_CHUNK, first + count - start))
            for start in range(first, first + count, _CHUNK)
        ]
        for chunk in as_completed(chunks):
            yield chunk.result()


def _through_cli(first: int, count: int) -> Iterator[Tally]:
    with Emulator() as tenant, tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        home = base / "home"
        home.mkdir()
        for seed in range(first, first + count):
            place = base / f"stack-{seed}"
            place.mkdir()
            found = throughcli.run(seed, tenant, place, environment(home))
            yield Tally(found.counts, found.wrong)


def _table(title: str, count: int, tallies: Iterator[Tally]) -> int:
    """Run some seeds and print what happened; returns how many things were wrong."""
    tally, begun, told = Tally(), time.monotonic(), time.monotonic()
    for found in tallies:
        for line in found.wrong[: max(0, _MOST_SHOWN - len(tally.wrong))]:
            print(f"WRONG: {line}", flush=True)
        tally.merge(found)
        now, done = time.monotonic(), tally.counts["seeds"]
        if now - told > _PROGRESS_SECONDS:
            told, rate = now, done / (now - begun)
            left = (count - done) / rate
            print(f"{title}: {done}/{count}, {rate:.1f} a second, {left:.0f} s left", flush=True)
    seconds = time.monotonic() - begun
    print(f"\n{title} ({seconds:.0f} s, {count / seconds:.1f} seeds a second)")
    for name, number in sorted(tally.counts.items()):
        print(f"  {name:<44}{number:>8}")
    print(f"  {'findings':<44}{len(tally.wrong):>8}", flush=True)
    return len(tally.wrong)


if __name__ == "__main__":
    sys.exit(main())
