"""The cost of single calls of the provider, and of thousands of policies in its memory.

`python -m benchmarks.calls` is a process of its own: it reads every policy whose id and outputs
are on a line of its standard input, as the plugin does, and prints time and memory.
"""

from __future__ import annotations

import copy
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from pulumi.dynamic import Config, ConfigureRequest

from benchmarks import shapes
from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.planning.prior import record_answer
from pulumi_c1policy._lifecycle.planning.state_codec import to_state
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import decode, encode
from pulumi_c1policy.provider import PolicyProvider

_ROOT = Path(__file__).resolve().parents[1]
_THREADS = 4  # as many as the dynamic provider's server has
_ID = "x" * 27
_MARKS = {"managed_by": "pulumi", "iac_workspace": "bench/refresh"}


@dataclass(frozen=True)
class Calls:
    """Milliseconds a call, for one policy."""

    check: float
    diff: float
    diff_changed: float


@dataclass(frozen=True)
class Refreshed:
    """The cost of reading many policies in one process."""

    policies: int
    requests: int
    seconds: float
    rss: float
    """MB, of the whole process at its largest."""


def time_calls(inputs: shapes.Inputs, repetitions: int) -> Calls:
    """Time the calls of a preview for one policy."""
    provider = PolicyProvider()
    state = _make_state(_ID, inputs)
    changed = inputs | {"description": "Another."}
    return Calls(
        _measure_best(lambda: provider.check(state, copy.copy(inputs)), repetitions),
        _measure_best(lambda: provider.diff(_ID, state, inputs), repetitions),
        _measure_best(lambda: provider.diff(_ID, state, changed), repetitions),
    )


def measure_refresh(count: int) -> Refreshed:
    """Read `count` policies in a new process, over the network of this machine."""
    with Emulator(tls=True) as tenant:
        lines = []
        for number in range(count):
            inputs = shapes.make_rich(number) | {
                "annotations": _MARKS | {"iac_resource_address": str(number)}
            }
            policy_id = tenant.policies.create(encode(POLICY, inputs)).id
            lines.append(json.dumps([policy_id, _make_state(policy_id, inputs)]))
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.calls"],
            input="\n".join(lines),
            env={**os.environ, **tenant.environment, "SSL_CERT_FILE": str(tenant.ca_file)},
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seconds, rss = map(float, done.stdout.split())
        return Refreshed(count, len(tenant.requests), seconds, rss)


def _make_state(policy_id: str, inputs: shapes.Inputs) -> dict[str, Any]:
    answer = decode(POLICY, encode(POLICY, inputs)) | {"id": policy_id}
    return to_state(record_answer(inputs, answer))


def _measure_best(call: Callable[[], object], repetitions: int) -> float:
    """Return the shortest time in milliseconds, which other load affects least."""
    call()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def _read_all(lines: Iterator[str]) -> None:
    """Read the policies from the lines, and keep none, as the plugin does."""
    provider = PolicyProvider()
    provider.configure(ConfigureRequest(config=Config({}, "benchmark")))
    lock = Lock()

    def read() -> None:
        while True:
            with lock:
                line = next(lines, None)
            if line is None:
                return
            policy_id, state = json.loads(line)
            assert provider.read(policy_id, state).id  # noqa: S101 - else nothing was measured

    start = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as threads:
        for done in [threads.submit(read) for _ in range(_THREADS)]:
            done.result()
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    _read_all(sys.stdin)
