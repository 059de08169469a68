"""The simulation's threads and time in the place of the real ones, in the product's modules.

The modules see them under the names that they imported from the standard library.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import copy
import random
import sys
import threading
import time
from collections.abc import Iterator
from functools import cache
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._pulumi import dynamic_server
from tests.simulation.primitives import (
    Condition,
    Event,
    Future,
    Lock,
    RLock,
    Semaphore,
    Simulated,
    Thread,
    Timer,
)
from tests.simulation.scheduler import Scheduler

step = threading.local()
"""The engine's step in this thread: the name and URN of its resource, the recorded inputs that the
engine sends with a read or a deletion, and the call of the provider.
"""

_PATCHED = ("_client", "_lifecycle", "_pulumi")
EPOCH = 1_790_000_000.0
"""Seconds since 1970 at which every simulation begins."""


def _monotonic(_: ClientClock) -> float:
    scheduler = Simulated.scheduler
    scheduler.point()
    return scheduler.now


def _wall(_: ClientClock) -> float:
    return EPOCH + Simulated.scheduler.now


def _time_runs_virtually(*_: object) -> float:
    raise AssertionError("the product asked for the machine's time; `Clock` is the way to it")


_REPLACED: dict[Any, Any] = {
    threading.Lock: Lock,
    threading.RLock: RLock,
    threading.Condition: Condition,
    threading.Event: Event,
    threading.Semaphore: Semaphore,
    threading.Thread: Thread,
    threading.Timer: Timer,
    concurrent.futures.Future: Future,
    threading: SimpleNamespace(
        **{
            name: value
            for name, value in vars(threading).items()
            if not name.startswith("_") and name not in ("Barrier", "BoundedSemaphore")
        }
        | {
            each.__name__: each
            for each in (Lock, RLock, Condition, Event, Semaphore, Thread, Timer)
        }
    ),
    time: SimpleNamespace(
        monotonic=_time_runs_virtually, time=_time_runs_virtually, sleep=_time_runs_virtually
    ),
}
"""The replacements, by identity or equality."""


def _product() -> list[ModuleType]:
    prefixes = tuple(f"pulumi_c1policy.{part}" for part in _PATCHED)
    return [m for n, m in sorted(sys.modules.items()) if n.startswith(prefixes)]


@cache
def _sites(modules: int) -> list[tuple[ModuleType, str, Any]]:
    """The names of the product's modules that are replaced, and by what.

    Args:
        modules: The number of modules that are loaded; a further one may have such names.
    """
    del modules
    found = []
    for module in _product():
        for name, value in vars(module).items():
            if value is random:
                found.append((module, name, value))
            elif callable(value) or isinstance(value, ModuleType):
                with contextlib.suppress(TypeError):
                    if value in _REPLACED:
                        found.append((module, name, _REPLACED[value]))
    return found


def begin_step(name: str, urn: str) -> None:
    """Begin a step of the engine for a resource in this thread."""
    step.name, step.urn, step.inputs, step.call = name, urn, {}, None


@contextlib.contextmanager
def request_of(inputs: dict[str, Any]) -> Iterator[None]:
    """The request of a read or a deletion, with these recorded inputs, until the block ends."""
    step.inputs = copy.deepcopy(inputs)
    try:
        yield
    finally:
        step.inputs = {}


@contextlib.contextmanager
def installed(scheduler: Scheduler, chance: Random) -> Iterator[None]:
    """Let the product's modules use the simulation until the block ends.

    Args:
        scheduler: The simulation's scheduler.
        chance: Draws what the product draws by chance (jitter).
    """
    before: list[tuple[Any, str, Any]] = []

    def put(owner: Any, name: str, value: Any) -> None:
        before.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    Simulated.scheduler = scheduler
    for module, name, value in _sites(len(sys.modules)):
        put(module, name, chance if value is random else value)
    put(dynamic_server, "get_request_urn", lambda: getattr(step, "urn", ""))
    put(dynamic_server, "get_request_inputs", lambda: getattr(step, "inputs", {}))
    put(ClientClock, "monotonic", _monotonic)
    put(ClientClock, "wall", _wall)
    try:
        yield
    finally:
        for owner, name, value in reversed(before):
            setattr(owner, name, value)
