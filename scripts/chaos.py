"""`make chaos`: many seeds, in this process and through the real CLI, and a table of what happened."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pulumi_c1policy._emulator import Emulator
from tests.chaos import inprocess, throughcli
from tests.chaos.inprocess import Tally
from tests.e2e.cli import environment


def main() -> int:
    """Run the chaos that the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="runs in this process")
    parser.add_argument("--cli-seeds", type=int, default=100, help="runs through the CLI")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    chosen = parser.parse_args()
    wrong = 0
    with Emulator() as tenant, tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        home = base / "home"
        home.mkdir()

        def through_cli(seed: int) -> Tally:
            place = base / f"stack-{seed}"
            place.mkdir()
            return throughcli.run(seed, tenant, place, environment(home))

        for title, count, run in (
            ("In one process", chosen.seeds, lambda seed: inprocess.run(seed, tenant)),
            ("Through the CLI", chosen.cli_seeds, through_cli),
        ):
            wrong += _table(title, range(chosen.first, chosen.first + count), run)
    return min(wrong, 1)


def _table(title: str, seeds: range, run: Callable[[int], Tally]) -> int:
    """Run some seeds and print what happened; returns how many things were wrong."""
    tally, begun = Tally(), time.monotonic()
    for seed in seeds:
        found = run(seed)
        tally.add(found)
        for line in found.wrong:
            print(f"WRONG: {line}", flush=True)
        if sys.stderr.isatty():
            print(f"\r{title}: {seed - seeds.start + 1}/{len(seeds)}", end="", file=sys.stderr)
    print(f"\n{title} ({time.monotonic() - begun:.0f} s)")
    for name, count in sorted(tally.counts.items()):
        print(f"  {name:<44}{count:>8}")
    print(f"  {'wrong in the end':<44}{len(tally.wrong):>8}", flush=True)
    return len(tally.wrong)


if __name__ == "__main__":
    sys.exit(main())
