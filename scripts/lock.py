"""A lock between two set-ups: `make demo` and `make test` may be started together."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock on an existing file or folder, after waiting for its present holder."""
    lock = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # Some network file systems cannot lock.
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.stderr.write("waiting for another set-up to finish\n")
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
