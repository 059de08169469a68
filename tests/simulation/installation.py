"""The replacement of threads and time in the product's modules by those of the simulation.

It replaces the names that the modules imported from the standard library.
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
"""The start of every simulation, in seconds since 1970."""


def _read_monotonic(_: ClientClock) -> float:
    scheduler = Simulated.scheduler
    scheduler.maybe_switch()
    return scheduler.now


def _read_wall(_: ClientClock) -> float:
    return EPOCH + Simulated.scheduler.now


def _reject_real_time(*_: object) -> float:
    raise AssertionError("the product reads the time of the machine; it must use `Clock`")


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
        monotonic=_reject_real_time, time=_reject_real_time, sleep=_reject_real_time
    ),
}
"""The replacements, by identity or equality."""


def _list_product_modules() -> list[ModuleType]:
    prefixes = tuple(f"pulumi_c1policy.{part}" for part in _PATCHED)
    return [m for n, m in sorted(sys.modules.items()) if n.startswith(prefixes)]


@cache
def _find_sites(modules: int) -> list[tuple[ModuleType, str, Any]]:
    """Return the names to replace in the product's modules, with their replacements.

    Args:
        modules: The number of loaded modules; another number makes the cached result invalid.
    """
    del modules
    found = []
    for module in _list_product_modules():
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
def set_request(inputs: dict[str, Any]) -> Iterator[None]:
    """Let the request of the engine contain these recorded inputs until the block ends."""
    step.inputs = copy.deepcopy(inputs)
    try:
        yield
    finally:
        step.inputs = {}


@contextlib.contextmanager
def install_simulation(scheduler: Scheduler, chance: Random) -> Iterator[None]:
    """Let the product's modules use the simulation until the block ends.

    Args:
        scheduler: The simulation's scheduler.
        chance: The source of the product's random numbers (jitter).
    """
    before: list[tuple[Any, str, Any]] = []

    def put(owner: Any, name: str, value: Any) -> None:
        before.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    Simulated.scheduler = scheduler
    for module, name, value in _find_sites(len(sys.modules)):
        put(module, name, chance if value is random else value)
    put(dynamic_server, "get_request_urn", lambda: getattr(step, "urn", ""))
    put(dynamic_server, "get_request_inputs", lambda: getattr(step, "inputs", {}))
    put(ClientClock, "monotonic", _read_monotonic)
    put(ClientClock, "wall", _read_wall)
    try:
        yield
    finally:
        for owner, name, value in reversed(before):
            setattr(owner, name, value)
