"""What becomes of a provider whose engine was killed: it sends nothing more.

Pulumi starts plugins in process groups of their own, so one outlives a CLI that is killed, and would go on
with what it was told. A create that waits for its next attempt would then come after the next run
has looked for what this one left. This imports nothing of ours.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from threading import Thread


def watch(gone: Callable[[], None]) -> None:
    """Call `gone` once the engine is dead. Does nothing outside of the dynamic server."""
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
