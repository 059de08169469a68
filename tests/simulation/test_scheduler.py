"""The scheduler: one seed gives one order of events, and an endless wait is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.simulation import primitives, scenario
from tests.simulation.installation import install_simulation
from tests.simulation.scheduler import Deadlock, Group, Killed, Runaway, Scheduler

_ROOT = Path(__file__).parents[2]
_PRINT = """
from tests.simulation import scenario
print(*(scenario.play(seed).scheduler.compute_digest() for seed in range(12)))
"""


def _compute_digests(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-c", _PRINT]
    return subprocess.run(
        command, env=environment, cwd=_ROOT, check=True, capture_output=True, text=True
    ).stdout


def test_the_same_seed_has_the_same_trace_in_every_process() -> None:
    first = _compute_digests("1")
    assert len(set(first.split())) == 12
    assert first == _compute_digests("2")


def test_the_same_seed_has_the_same_trace_in_this_process() -> None:
    plays = [scenario.play(7, trace=True) for _ in range(2)]
    assert plays[0].scheduler.trace == plays[1].scheduler.trace
    assert len(plays[0].scheduler.trace) > 20


def test_seeds_differ_in_the_order_of_threads() -> None:
    def order(seed: int) -> str:
        scheduler, seen = Scheduler(Random(seed)), list[str]()
        for name in "abcd":
            scheduler.spawn(name, partial(seen.append, name))
        scheduler.sleep(1)
        scheduler.close()
        return "".join(seen)

    assert len({order(seed) for seed in range(40)}) > 10


def test_time_passes_only_while_all_tasks_wait() -> None:
    scheduler, seen = Scheduler(Random(0)), list[tuple[str, float]]()

    def sleeper(name: str, seconds: float) -> None:
        scheduler.sleep(seconds)
        seen.append((name, scheduler.now))

    scheduler.spawn("late", lambda: sleeper("late", 1_000.0))
    scheduler.spawn("early", lambda: sleeper("early", 2.5))
    scheduler.sleep(2_000)
    scheduler.close()
    assert seen == [("early", 2.5), ("late", 1_000.0)]


def test_a_deadlock_ends_the_simulation() -> None:
    scheduler = Scheduler(Random(0), preemption=0.0)
    with install_simulation(scheduler, Random(0)):
        first, second = primitives.Lock(), primitives.Lock()

        def take(one: primitives.Lock, other: primitives.Lock) -> None:
            with one:
                scheduler.sleep(1)
                with other:
                    pass

        task = scheduler.spawn("one", lambda: take(first, second))
        scheduler.spawn("two", lambda: take(second, first))
        with pytest.raises(Killed):
            scheduler.join(task)
        with pytest.raises(Deadlock, match=r"one \(a lock\), two \(a lock\)"):
            scheduler.raise_failure()
        scheduler.close()


def test_an_endless_task_ends_the_simulation() -> None:
    scheduler = Scheduler(Random(0))

    def run() -> None:
        while True:
            scheduler.sleep(0.001)

    task = scheduler.spawn("endless", run)
    with pytest.raises(Killed):
        scheduler.join(task)
    with pytest.raises(Runaway):
        scheduler.raise_failure()
    scheduler.close()


def test_a_killed_process_stops_and_releases_its_locks() -> None:
    scheduler, done = Scheduler(Random(0)), list[str]()
    with install_simulation(scheduler, Random(0)):
        condition, group = primitives.Condition(), Group("process")

        def run() -> None:
            with condition:
                condition.wait()
                done.append("woken")

        task = scheduler.spawn("waits", run, group)
        scheduler.sleep(1)
        scheduler.kill(group)
        scheduler.join(task)
        with condition:
            condition.notify_all()
        scheduler.close()
    assert done == []


def test_a_condition_passes_its_lock_on() -> None:
    scheduler, order = Scheduler(Random(3)), list[str]()
    with install_simulation(scheduler, Random(0)):
        condition = primitives.Condition()

        def wait() -> None:
            with condition:
                assert condition.wait_for(lambda: bool(order), timeout=5)
                order.append("waited")

        task = scheduler.spawn("waits", wait)
        scheduler.sleep(1)
        with condition:
            order.append("set")
            condition.notify_all()
            scheduler.sleep(1)
            order.append("left")
        scheduler.join(task)
        scheduler.close()
    assert order == ["set", "left", "waited"]
