"""The sockets of a pool, with an end to every wait.

httpx bounds each read but not their sum, cannot end a connect, and does not expose its sockets.
This backend of httpcore does all of that: no call outlasts the time that its thread has set with
`until`, and another thread can end all calls. It sends nothing by itself.
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

from pulumi_c1policy._client.clock import Clock
from pulumi_c1policy._client.retries import make_closed_error

_POLL_SECONDS = 0.05
# The kernel accepts this many bytes without waiting for the other side.
_AT_ONCE = 16 * 1024


class Network(NetworkBackend):
    """The connections of one client. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        """Prepare; nothing is opened yet.

        Args:
            clock: The clock of the times that `until` takes.
        """
        self._clock = clock
        self._inner = httpcore.SyncBackend()
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: WeakSet[socket.socket] = WeakSet()
        self._refusing = threading.Event()

    def carry(self, client: httpx.Client) -> None:
        """Make the connections of an httpx client here, those through proxies included."""
        # httpx has no public way to set the backend; tests check that it is in use.
        for transport in (client._transport, *client._mounts.values()):
            if isinstance(transport, httpx.HTTPTransport):
                transport._pool._network_backend = self

    @contextlib.contextmanager
    def until(self, moment: float) -> Iterator[None]:
        """End every call of this thread at a time of the monotonic clock, for the length of a
        block.
        """
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
            NoAnswerError: The client is closed.
            httpcore.ConnectError: The connection failed.
        """
        if self._refusing.is_set():
            raise make_closed_error()
        seconds = self.left(timeout)
        if seconds is not None and seconds <= 0:
            raise httpcore.ConnectTimeout("the deadline is over")
        stream = self._in_a_thread(
            lambda: self._inner.connect_tcp(host, port, seconds, local_address, socket_options),
            seconds,
        )
        found: socket.socket = stream.get_extra_info("socket")
        with self._lock:
            if not self._refusing.is_set():
                self._open.add(found)
                return _Stream(stream, self)
        stream.close()
        raise make_closed_error()

    def refuse(self) -> None:
        """Make no further connection, and end the waits for one."""
        with self._lock:
            self._refusing.set()

    def shut(self) -> None:
        """End every read and write at once, as if the other side had closed the connection."""
        with self._lock:
            sockets = list(self._open)
        for each in sockets:
            _shut(each)

    def left(self, timeout: float | None) -> float | None:
        """Return how many seconds a call with this timeout may last; zero or less means none."""
        moment = getattr(self._local, "moment", None)
        if moment is None:
            return timeout
        seconds: float = moment - self._clock.monotonic()
        return seconds if timeout is None else min(seconds, timeout)

    def opened(self, open_socket: socket.socket) -> None:
        """Register a socket, for `shut` to end."""
        with self._lock:
            self._open.add(open_socket)

    def _in_a_thread(
        self, connect: Callable[[], NetworkStream], seconds: float | None
    ) -> NetworkStream:
        """Connect in another thread, because a thread that resolves a name cannot be interrupted."""
        made: Future[NetworkStream] = Future()
        abandoned = threading.Event()

        def run() -> None:
            try:
                stream = connect()
            except BaseException as error:  # noqa: BLE001 - the waiting thread gets it
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
            # Ctrl-C of the main thread as well: close a connection that no thread waits for.
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
        raise make_closed_error()


class _Stream(NetworkStream):
    """A connection whose calls end when its network says so."""

    def __init__(self, inner: NetworkStream, network: Network, *, loops: bool = False) -> None:
        """Wrap a stream.

        Args:
            inner: The stream.
            network: The network that knows the end of each call.
            loops: One read may wait for the socket many times, as TLS inside TLS does.
        """
        self._inner = inner
        self._network = network
        self._loops = loops

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        seconds = self._seconds(timeout, httpcore.ReadTimeout)
        if not self._loops:
            return self._inner.read(max_bytes, seconds)
        with _cut_after(seconds, self._socket, httpcore.ReadTimeout):
            return self._inner.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        seconds = self._seconds(timeout, httpcore.WriteTimeout)
        if len(buffer) <= _AT_ONCE and not self._loops:
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
        seconds = self._seconds(timeout, httpcore.ConnectTimeout)
        with _handle(self._socket) as handle:
            self._network.opened(handle)
            with _cut_after(seconds, handle, httpcore.ConnectTimeout):
                stream = self._inner.start_tls(ssl_context, server_hostname, seconds)
            # TLS replaces the socket with its own.
            self._network.opened(stream.get_extra_info("socket"))
        return _Stream(stream, self._network, loops=isinstance(self._socket, ssl.SSLSocket))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 (httpcore's own)
        return self._inner.get_extra_info(info)

    @property
    def _socket(self) -> socket.socket:
        found: socket.socket = self._inner.get_extra_info("socket")
        return found

    def _seconds(self, timeout: float | None, over: type[Exception]) -> float | None:
        seconds = self._network.left(timeout)
        if seconds is not None and seconds <= 0:
            raise over("the deadline is over")
        return seconds


@contextlib.contextmanager
def _handle(open_socket: socket.socket) -> Iterator[socket.socket]:
    """Return a socket that can still be shut down while a handshake is in progress.

    `wrap_socket` detaches the plain socket before the handshake. Only a copy of it then reaches the
    connection.
    """
    if isinstance(open_socket, ssl.SSLSocket):
        yield open_socket
        return
    with open_socket.dup() as copy:
        yield copy


@contextlib.contextmanager
def _cut_after(
    seconds: float | None, open_socket: socket.socket, over: type[Exception]
) -> Iterator[None]:
    """Cut the connection if a call lasts longer, as a call that loops over the socket may.

    Args:
        seconds: The time that the call may take, if it ends at all.
        open_socket: The socket of the connection.
        over: The error to raise then.
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
            raise over("the deadline is over") from error
        raise
    finally:
        timer.cancel()


def _shut(open_socket: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # Use the plain socket's `shutdown`: the TLS socket's would drop its session under a reader.
        socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
