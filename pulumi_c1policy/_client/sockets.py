"""The sockets of a pool, so that another thread can end what waits on them.

To close an httpx client does not wake a thread that waits for an answer, and httpx does not give its
sockets away before there is one. Its trace does, as each connection is made. This sends nothing.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any
from weakref import WeakSet

from pulumi_c1policy._client.retries import closed_error

_MADE = ("connect_tcp.complete", "start_tls.complete")


class Sockets:
    """The sockets that are open, as far as the trace has told; threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: WeakSet[socket.socket] = WeakSet()
        self._refusing = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a connection that is made: httpx's request extension `trace`.

        Raises:
            NoAnswerError: None may be made any more; nothing was sent on it.
        """
        if event.endswith(_MADE):
            made = info["return_value"]
            with self._lock:
                if not self._refusing:
                    self._open.add(made.get_extra_info("socket"))
                    return
            made.close()
            raise closed_error()

    def refuse(self) -> None:
        """Let no further connection be made."""
        with self._lock:
            self._refusing = True

    def shut(self) -> None:
        """Let every read and write on them end at once, as if the other side had gone."""
        with self._lock:
            sockets = list(self._open)
        for each in sockets:
            with contextlib.suppress(OSError):
                # The plain socket's: the TLS one's own would forget its session under a reader.
                socket.socket.shutdown(each, socket.SHUT_RDWR)
