"""Measure everything, print the tables, and rewrite them in docs/performance.md."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from benchmarks import (
    calls,
    document,
    expressions,
    machine,
    plot,
    runs,
    shapes,
    startup,
    tables,
    watch,
)
from benchmarks.contestants import Contestant, Floor, Pulumi, search_path, terraform
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
    """Run what the command line asks for."""
    asked = _arguments()
    if not Path("/proc/self/stat").exists():
        print("The benchmarks watch processes through /proc, which this system has not.")
        return 1
    try:
        _run(asked)
    except watch.CommandFailedError as error:
        print(f"A measured command failed: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
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
        help=f"write checkpoints with more than {runs.MANY} policies, too (1,000: some minutes more)",
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
    asked.sizes.sort()
    return asked


def _run(asked: argparse.Namespace) -> None:
    about = machine.describe(machine.pulumi_version(search_path()))
    parts = {"machine": about}
    _show("machine", about)

    def measured(name: str, table: str) -> None:
        parts[name] = table
        _show(name, table)

    measured("start", _start(3 if asked.quick else 7))
    measured("calls", tables.calls(*(calls.time_calls(p, 200) for p in _policies())))
    measured("expressions", tables.expressions(expressions.measure(3 if asked.quick else 7)))
    read = [1000] if asked.quick else [1000, 10_000]
    measured("memory", tables.memory(map(calls.refresh, read)))
    floors: dict[int, runs.Life] = {}
    ours: dict[int, runs.Life] = {}
    for count in asked.sizes:  # in turns, so that both meet the same company on the machine
        floors[count] = _live(Floor, count, asked)
        ours[count] = _live(Pulumi, count, asked)
    measured("steps", tables.steps(ours, floors))
    if asked.terraform:
        kind = terraform(asked.terraform.resolve(), asked.terraform_provider.resolve())
        sizes = [count for count in asked.sizes if count <= asked.terraform_largest]
        theirs = {count: _live(kind, count, asked) for count in sizes}
        # A later run without Terraform leaves this table as it is, and then it must say of when it is.
        measured("terraform", f"{tables.terraform(ours, theirs)}\n\n{about}")
    if asked.quick:
        return
    if _DELAYED in ours:
        lives = {0.0: ours[_DELAYED]}
        lives |= {delay: _live(Pulumi, _DELAYED, asked, delay) for delay in _DELAYS}
        measured("delays", tables.delays(lives, floors[_DELAYED]))
    measured("settings", _settings())
    document.write(parts, plot.svg(ours, floors, about))
    print(f"\nWrote {document.PAGE} and {document.PLOT}.")


def _live(
    kind: type[Contestant], count: int, asked: argparse.Namespace, delay: float = 0.0
) -> runs.Life:
    print(f"... {kind.__name__}, {count} policies, {delay * 1000:.0f} ms", file=sys.stderr)
    return runs.live(kind, count, delay=delay, checkpoints=asked.checkpoints)


def _start(repetitions: int) -> str:
    with Emulator(tls=True) as tenant:
        record = tenant.policies.create(encode(POLICY, shapes.usual(0)))
        environment = {**os.environ, **tenant.environment, "SSL_CERT_FILE": str(tenant.ca_file)}
        return tables.start(*startup.compare(environment, record.id, repetitions))


def _settings() -> str:
    found = {}
    for name, (variables, options) in _SETTINGS.items():
        print(f"... {name}", file=sys.stderr)
        found[name] = runs.create(_CREATED, variables, options)
    halves = [runs.create(_CREATED // 2, {}, ()) for _ in range(2)]
    found["two stacks of half as many, one after the other"] = watch.added(halves)
    return tables.settings(found)


def _policies() -> tuple[shapes.Inputs, shapes.Inputs]:
    return shapes.usual(0), shapes.large()


def _show(name: str, text: str) -> None:
    print(f"\n== {name}\n{text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
