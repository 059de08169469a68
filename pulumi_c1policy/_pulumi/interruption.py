"""How a run ends before its time: somebody presses Ctrl-C, or the engine dies.

Pulumi starts plugins in process groups of their own, so neither reaches this one by itself. This
imports nothing of ours.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread


def on_cancel(cancelled: Callable[[], None]) -> None:
    """Call `cancelled` once a person has pressed Ctrl-C. Does nothing outside of the dynamic server.

    The engine then waits for the calls that are under way, and tells every plugin by the call
    `Cancel`. In the dynamic server that one would queue up behind those that it shall end: four are
    answered at a time. gRPC lets a method have a thread of its own, and its start is the news.
    """
    servicer = getattr(sys.modules.get("__main__"), "DynamicResourceProviderServicer", None)
    method = getattr(servicer, "Cancel", None)
    if method is not None and not hasattr(method, "experimental_thread_pool"):
        method.experimental_thread_pool = ThreadPoolExecutor(1, initializer=cancelled)


def on_death(gone: Callable[[], None]) -> None:
    """Call `gone` once the engine is dead. Does nothing outside of the dynamic server.

    A provider outlives a CLI that is killed, and would go on with what it was told. A create that waits
    for its next attempt would then come after the next run has looked for what this one left.
    """
    main = sys.modules.get("__main__")
    # Windows knows no poll, and no orphans either: a job ends with all its processes.
    if hasattr(main, "DynamicResourceProviderServicer") and hasattr(select, "poll"):
        Thread(target=_wait, args=[gone], name="c1policy-orphan", daemon=True).start()


def _wait(gone: Callable[[], None]) -> None:
    # The engine reads our output as long as it lives. That nobody does any more is told unasked.
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll()):
        gone()
