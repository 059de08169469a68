"""The network backend of a connection pool: every wait on a socket has an end.

httpx limits each read but not their sum, cannot end a connect, and does not expose its sockets. In
this backend of httpcore, no call lasts beyond the moment that `until` sets for its thread, and
another thread can end all calls. It sends nothing by itself.
"""

from __future__ import annotations

import contextlib
import math
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from typing import Any
from weakref import WeakSet

import httpcore
import httpx
from httpcore import SOCKET_OPTION, NetworkBackend, NetworkStream

from pulumi_c1policy._client.clock import ClientClock

_POLL_SECONDS = 0.05
# The kernel buffers this much without waiting for the peer.
_MAX_BUFFERED_BYTES = 16 * 1024


class ClosedError(Exception):
    """The client is closed, and nothing was sent."""


class Network(NetworkBackend):
    """The connections of one client; threads share it."""

    def __init__(self, clock: ClientClock) -> None:
        """Open nothing yet.

        Args:
            clock: The clock of the moments of `until`.
        """
        self._clock = clock
        self._inner = httpcore.SyncBackend()
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: WeakSet[socket.socket] = WeakSet()
        self._refusing = threading.Event()

    def install(self, client: httpx.Client) -> None:
        """Make an httpx client use this network, also for its proxies."""
        # httpx has no public way to set a network backend; a canary test checks that this works.
        for transport in (client._transport, *client._mounts.values()):
            if isinstance(transport, httpx.HTTPTransport):
                transport._pool._network_backend = self

    @contextlib.contextmanager
    def limit_until(self, moment: float) -> Iterator[None]:
        """End every call of this thread at a moment of the monotonic clock."""
        outer = getattr(self._local, "moment", None)
        self._local.moment = moment if outer is None else min(moment, outer)
        try:
            yield
        finally:
            self._local.moment = outer

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        """Connect; the wait ends early if the client is closed.

        Raises:
            ClosedError: The client is closed.
            httpcore.ConnectError: The connection failed.
        """
        if self._refusing.is_set():
            raise ClosedError
        seconds = self.limit_timeout(timeout)
        if seconds is not None and seconds <= 0:
            raise httpcore.ConnectTimeout("the deadline is over")
        stream = self._connect_in_thread(
            lambda: self._inner.connect_tcp(host, port, seconds, local_address, socket_options),
            seconds,
        )
        found: socket.socket = stream.get_extra_info("socket")
        with self._lock:
            if not self._refusing.is_set():
                self._open.add(found)
                return _Stream(stream, self)
        stream.close()
        raise ClosedError

    def refuse(self) -> None:
        """Refuse further connections, and end the waits for one."""
        with self._lock:
            self._refusing.set()

    def cut(self) -> None:
        """End every read and write at once, as if the peer had closed the connection."""
        with self._lock:
            sockets = list(self._open)
        for each in sockets:
            _shut(each)

    def limit_timeout(self, timeout: float | None) -> float | None:
        """Return the seconds that a call may last: its timeout, or the time left if shorter.

        The result may be zero or negative; None means no limit.
        """
        moment = getattr(self._local, "moment", None)
        if moment is None:
            return timeout
        seconds: float = moment - self._clock.monotonic()
        return seconds if timeout is None else min(seconds, timeout)

    def track(self, open_socket: socket.socket) -> None:
        """Add a socket to those that `cut` ends."""
        with self._lock:
            self._open.add(open_socket)

    def _connect_in_thread(
        self, connect: Callable[[], NetworkStream], seconds: float | None
    ) -> NetworkStream:
        """Connect in another thread, because nothing can wake a thread that resolves a name."""
        made: Future[NetworkStream] = Future()
        abandoned = threading.Event()

        def run() -> None:
            try:
                stream = connect()
            except BaseException as error:  # noqa: BLE001 - the waiting thread raises it
                made.set_exception(error)
                return
            with self._lock:
                made.set_result(stream)
                late = abandoned.is_set()
            if late:
                stream.close()

        threading.Thread(target=run, name="c1policy-connect", daemon=True).start()
        try:
            return self._await(made, seconds)
        except BaseException:
            # Also after Ctrl-C in the main thread: close a connection that is no longer needed.
            with self._lock:
                abandoned.set()
                late = made.done() and made.exception() is None
            if late:
                made.result().close()
            raise

    def _await(self, made: Future[NetworkStream], seconds: float | None) -> NetworkStream:
        ends_at = math.inf if seconds is None else self._clock.monotonic() + seconds
        while not self._refusing.is_set():
            wait([made], timeout=_POLL_SECONDS)
            if made.done():
                return made.result()
            if self._clock.monotonic() >= ends_at:
                raise httpcore.ConnectTimeout("the deadline is over")
        raise ClosedError


class _Stream(NetworkStream):
    """A connection whose calls end in the time of its network."""

    def __init__(self, inner: NetworkStream, network: Network, *, loops: bool = False) -> None:
        """Wrap a stream.

        Args:
            inner: The stream.
            network: The network that limits each call.
            loops: One read of the stream may wait for its socket many times, as TLS inside TLS
                does.
        """
        self._inner = inner
        self._network = network
        self._loops = loops

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        seconds = self._count_seconds(timeout, httpcore.ReadTimeout)
        if not self._loops:
            return self._inner.read(max_bytes, seconds)
        with _cut_after(seconds, self._socket, httpcore.ReadTimeout):
            return self._inner.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        seconds = self._count_seconds(timeout, httpcore.WriteTimeout)
        if len(buffer) <= _MAX_BUFFERED_BYTES and not self._loops:
            self._inner.write(buffer, seconds)
            return
        with _cut_after(seconds, self._socket, httpcore.WriteTimeout):
            self._inner.write(buffer, seconds)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> NetworkStream:
        seconds = self._count_seconds(timeout, httpcore.ConnectTimeout)
        with _handle(self._socket) as handle:
            self._network.track(handle)
            with _cut_after(seconds, handle, httpcore.ConnectTimeout):
                stream = self._inner.start_tls(ssl_context, server_hostname, seconds)
            # TLS replaces the socket with its own.
            self._network.track(stream.get_extra_info("socket"))
        return _Stream(stream, self._network, loops=isinstance(self._socket, ssl.SSLSocket))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 (httpcore's own)
        return self._inner.get_extra_info(info)

    @property
    def _socket(self) -> socket.socket:
        found: socket.socket = self._inner.get_extra_info("socket")
        return found

    def _count_seconds(self, timeout: float | None, expired: type[Exception]) -> float | None:
        seconds = self._network.limit_timeout(timeout)
        if seconds is not None and seconds <= 0:
            raise expired("the deadline is over")
        return seconds


@contextlib.contextmanager
def _handle(open_socket: socket.socket) -> Iterator[socket.socket]:
    """Yield a socket that can be shut down during a handshake.

    `wrap_socket` detaches the plain socket before the handshake, so a copy of it is needed.
    """
    if isinstance(open_socket, ssl.SSLSocket):
        yield open_socket
        return
    with open_socket.dup() as copy:
        yield copy


@contextlib.contextmanager
def _cut_after(
    seconds: float | None, open_socket: socket.socket, expired: type[Exception]
) -> Iterator[None]:
    """Cut the connection if the block lasts longer than this.

    A timeout of the socket is not enough for a call that waits for the socket many times.

    Args:
        seconds: The time limit; None means none.
        open_socket: The socket of the connection.
        expired: The class of the error to raise after the limit.
    """
    if seconds is None:
        yield
        return
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        _shut(open_socket)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except httpcore.NetworkError as error:
        if is_over.is_set():
            raise expired("the deadline is over") from error
        raise
    finally:
        timer.cancel()


def _shut(open_socket: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # The method of the plain socket: that of a TLS socket drops its session under a reader.
        socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
