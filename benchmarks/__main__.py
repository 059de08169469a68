"""Measure everything, print the tables, and rewrite them in docs/performance.md."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks import (
    calls,
    drift,
    expression_checks,
    machine,
    performance_page,
    plot,
    runs,
    shapes,
    startup,
    tables,
    watch,
)
from benchmarks.contestants import Contestant, Floor, Pulumi, define_terraform, find_search_path
from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import encode

_DELAYS = (0.02, 0.1)
_DELAYED = 100
_CREATED = 200
_SETTINGS: Final[dict[str, tuple[dict[str, str], tuple[str, ...]]]] = {
    "as they are": ({}, ()),
    "`--parallel 1`": ({}, ("--parallel=1",)),
    "`--parallel 32`": ({}, ("--parallel=32",)),
    "`PULUMI_DIY_BACKEND_GZIP=true`": ({"PULUMI_DIY_BACKEND_GZIP": "true"}, ()),
    "`PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS=true`": (
        {"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true"},
        (),
    ),
    "`PULUMI_SKIP_CHECKPOINTS=true`": (runs.NO_CHECKPOINTS, ()),
}


def main() -> int:
    """Run the measurements of the command line."""
    asked = _parse_arguments()
    if not Path("/proc/self/stat").exists():
        print("The benchmarks watch processes through /proc, which this system does not have.")
        return 1
    try:
        _run(asked)
    except watch.CommandFailedError as error:
        print(f"A measured command failed: {error}", file=sys.stderr)
        return 1
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[10, 100, 1000], help="numbers of policies"
    )
    parser.add_argument(
        "--quick", action="store_true", help="ten policies only, in a minute; writes no file"
    )
    parser.add_argument(
        "--checkpoints",
        action="store_true",
        help=f"write checkpoints above {runs.MANY} policies as well (1,000: some more minutes)",
    )
    parser.add_argument(
        "--drift",
        type=int,
        nargs="+",
        metavar="N",
        help="measure only the search for drift, with these numbers of policies",
    )
    parser.add_argument("--terraform", type=Path, help="a Terraform binary to compare with")
    parser.add_argument("--terraform-provider", type=Path, help="the vendor's provider for it")
    parser.add_argument(
        "--terraform-largest", type=int, default=100, help="the most policies it is given (100)"
    )
    asked = parser.parse_args()
    if bool(asked.terraform) != bool(asked.terraform_provider):
        parser.error("--terraform and --terraform-provider belong together")
    if asked.quick:
        asked.sizes = [10]
    asked.only_drift = bool(asked.drift)
    asked.drift = sorted(asked.drift or asked.sizes)
    asked.sizes.sort()
    return asked


def _run(asked: argparse.Namespace) -> None:
    begun = time.monotonic()
    about = machine.describe(machine.read_pulumi_version(find_search_path()))
    parts: dict[str, str] = {}

    def measured(name: str, table: str) -> None:
        parts[name] = table
        _show(name, table)

    if asked.only_drift:
        measured("drift", _measure_drift(asked))
        if not asked.quick:
            performance_page.write({"drift": f"{parts['drift']}\n\n{about}"})
            print(f"\nWrote {performance_page.PAGE}.")
        return
    measured("start", _measure_start(3 if asked.quick else 7))
    measured("calls", tables.format_calls(*(calls.time_calls(p, 200) for p in _make_policies())))
    measured(
        "expressions", tables.format_expressions(expression_checks.measure(3 if asked.quick else 7))
    )
    read = [1000] if asked.quick else [1000, 10_000]
    measured("memory", tables.format_memory(map(calls.measure_refresh, read)))
    measured("drift", _measure_drift(asked))
    ours: dict[runs.Setting, runs.Life] = {}
    floors: dict[runs.Setting, runs.Life] = {}
    theirs: dict[runs.Setting, runs.Life] = {}
    for setting in _list_settings(asked):  # in turns, so that other load affects all alike
        if not setting.delay:
            floors[setting] = _run_life(Floor, setting, asked)
        ours[setting] = _run_life(Pulumi, setting, asked)
        if asked.terraform and setting.count <= asked.terraform_largest:
            kind = define_terraform(asked.terraform.resolve(), asked.terraform_provider.resolve())
            theirs[setting] = _run_life(kind, setting, asked)
    measured("steps", tables.format_steps(ours, floors))
    if any(setting.delay for setting in ours):
        measured("delays", tables.format_delays(ours, floors))
    if not asked.quick:
        measured("settings", _measure_settings())
    about += f"\nThe whole run took {(time.monotonic() - begun) / 60:.0f} min."
    measured("machine", about)
    if theirs:
        # A later run without Terraform leaves this table as it is, and then it must say of when it
        # is.
        measured("terraform", f"{tables.format_terraform(ours, theirs)}\n\n{about}")
    if not asked.quick:
        performance_page.write(parts, plot.draw_svg(ours, floors, about))
        print(f"\nWrote {performance_page.PAGE} and {performance_page.PLOT}.")


def _measure_drift(asked: argparse.Namespace) -> str:
    found = []
    for count in asked.drift:
        print(f"... drift, {count} policies", file=sys.stderr)
        kind = None
        if asked.terraform and count <= asked.terraform_largest:
            kind = define_terraform(asked.terraform.resolve(), asked.terraform_provider.resolve())
        found.append(drift.measure(count, kind))
    return tables.format_drift(found)


def _list_settings(asked: argparse.Namespace) -> Iterator[runs.Setting]:
    """Yield each size without a delay, and one size with each delay."""
    for count in asked.sizes:
        yield runs.Setting(count)
    if _DELAYED in asked.sizes:
        yield from (runs.Setting(_DELAYED, delay) for delay in _DELAYS)


def _run_life(
    kind: type[Contestant], setting: runs.Setting, asked: argparse.Namespace
) -> runs.Life:
    milliseconds = setting.delay * 1000
    print(f"... {kind.__name__}, {setting.count} policies, {milliseconds:.0f} ms", file=sys.stderr)
    return runs.run_life(kind, setting, checkpoints=asked.checkpoints)


def _measure_start(repetitions: int) -> str:
    with Emulator(tls=True) as tenant:
        record = tenant.policies.create(encode(POLICY, shapes.make_usual(0)))
        environment = {**os.environ, **tenant.environment, "SSL_CERT_FILE": str(tenant.ca_file)}
        return tables.format_start(*startup.compare(environment, record.id, repetitions))


def _measure_settings() -> str:
    found = {}
    for name, (variables, options) in _SETTINGS.items():
        print(f"... {name}", file=sys.stderr)
        found[name] = runs.create(_CREATED, variables, options)
    halves = [runs.create(_CREATED // 2, {}, ()) for _ in range(2)]
    found["two stacks of half as many, one after the other"] = watch.sum_usages(halves)
    return tables.format_settings(found)


def _make_policies() -> tuple[shapes.Inputs, shapes.Inputs]:
    return shapes.make_usual(0), shapes.make_large()


def _show(name: str, text: str) -> None:
    print(f"\n== {name}\n{text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
