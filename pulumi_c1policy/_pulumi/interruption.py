"""The early end of a run: Ctrl-C, or the death of the engine.

Pulumi starts plugins in process groups of their own, so they get no signal of either. This module
imports nothing of ours.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread


def on_cancel(cancelled: Callable[[], None]) -> None:
    """Call `cancelled` when the engine sends `Cancel` after Ctrl-C. No effect outside plugins.

    The engine waits for the calls in progress, and sends `Cancel` to every plugin. In the dynamic
    server it would queue behind the calls that it is meant to end: four are answered at a time.
    gRPC allows a method to have a thread of its own; its start tells us that `Cancel` was called.
    """
    servicer = getattr(sys.modules.get("__main__"), "DynamicResourceProviderServicer", None)
    method = getattr(servicer, "Cancel", None)
    if method is not None and not hasattr(method, "experimental_thread_pool"):
        method.experimental_thread_pool = ThreadPoolExecutor(1, initializer=cancelled)


def on_death(gone: Callable[[], None]) -> None:
    """Call `gone` when the engine has died. No effect outside the dynamic server.

    A plugin outlives a CLI that is killed, and would continue its calls. A create that waits for
    its next attempt would then be sent after the next run has looked for leftovers.
    """
    main = sys.modules.get("__main__")
    # Windows has no poll, and no orphans: a job ends with all its processes.
    if hasattr(main, "DynamicResourceProviderServicer") and hasattr(select, "poll"):
        Thread(target=_wait, args=[gone], name="c1policy-orphan", daemon=True).start()


def _wait(gone: Callable[[], None]) -> None:
    # The engine reads our output as long as it lives. poll() reports POLLERR and POLLHUP even when
    # they are not requested.
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll()):
        gone()
