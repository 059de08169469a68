"""The cost of the check of expressions: the import of the checker, then a thousand expressions.

`python -m benchmarks.expression_checks` is a separate process that prints its figures as JSON,
because the import can be measured once per process only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import TypeAlias

from benchmarks import watch
from pulumi_c1policy._cel.environment import Place

Shape: TypeAlias = tuple[Place, str]
"""An expression in which `#` stands for a number, and its place."""

_ROOT = Path(__file__).resolve().parents[1]
_COUNT = 1000
_MANAGERS = "c1.directory.users.v1.GetManagers(subject)"
_RIGHT: Sequence[Shape] = (
    (Place.RULE_CONDITION, "subject.department == 'a#' && subject.status == UserStatus.ENABLED"),
    (Place.RULE_CONDITION, "task.isGrantPermanent || task.grantDuration > duration('#h')"),
    (Place.RULE_CONDITION, "ip.within(cidr('10.0.0.0/8')) && 'a#@example.com' in subject.emails"),
    (Place.APPROVER, f"size({_MANAGERS}) > # ? {_MANAGERS} : appOwners"),
    (Place.ACCOUNT_CONFIG, "subject.displayName.lowerAscii().replace(' ', '#')"),
)
_KINDS: dict[str, Sequence[Shape]] = {
    f"{_COUNT:,} right ones": _RIGHT,
    f"{_COUNT:,} with a mistake": ((Place.RULE_CONDITION, "subject.departmnt == 'a#'"),),
    f"{_COUNT:,} with a function that is not known": (
        (Place.RULE_CONDITION, "c1.future.v1.IsCritical(entitlement.appId, 'a#')"),
    ),
    "the right ones again": _RIGHT,
}


def measure(repetitions: int) -> dict[str, tuple[float, float]]:
    """Return the medians of milliseconds and of additional MB, for each kind of expression."""
    runs = [_run_in_a_process() for _ in range(repetitions)]
    return {
        name: (median(run[name][0] for run in runs), median(run[name][1] for run in runs))
        for name in runs[0]
    }


def _run_in_a_process() -> dict[str, list[float]]:
    command = [sys.executable, "-m", "benchmarks.expression_checks"]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True)
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def _main() -> None:
    found = {
        "the first, which loads the checker": _check_all([(Place.RULE_CONDITION, "ip.is4")], [0])
    }
    for name, shapes in _KINDS.items():
        found[name] = _check_all(shapes, range(_COUNT))
    print(json.dumps(found))


def _check_all(shapes: Sequence[Shape], numbers: Iterable[int]) -> tuple[float, float]:
    """Check an expression for each number, the shapes in turn."""
    begun, size = time.perf_counter(), watch.read_rss(os.getpid())
    from pulumi_c1policy._cel import checker

    for number in numbers:
        place, text = shapes[number % len(shapes)]
        checker.check(text.replace("#", str(number)), place)
    grown = (watch.read_rss(os.getpid()) - size) / 2**20
    return (time.perf_counter() - begun) * 1000, grown


if __name__ == "__main__":
    _main()
