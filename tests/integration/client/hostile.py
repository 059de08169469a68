"""Servers on real sockets that never come to an end, each as a handler of one connection."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable
from functools import partial

from tests.integration.client.recorder import Listener

OK = b"HTTP/1.1 200 OK\r\n"
Handle = Callable[[socket.socket], None]


def listen(handle: Handle) -> Listener:
    """Run a handler for each connection."""
    return Listener(partial(_serve, handle))


def _serve(handle: Handle, connection: socket.socket, _: float) -> None:
    handle(connection)


def request_of(connection: socket.socket) -> bytes:
    """Read the head of a request."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError
        head += byte
    return head


def dripping(first: bytes, drop: bytes, every: float = 0.01) -> Handle:
    """Return a handler that answers a request, and never comes to the end."""

    def handle(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(first)
        never = threading.Event()
        while not never.wait(every):
            connection.sendall(drop)

    return handle


def throttling(connection: socket.socket) -> None:
    while True:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")


def paging(body: bytes) -> Handle:
    """Return a handler that has one more page each time."""
    numbers = itertools.count()

    def handle(connection: socket.socket) -> None:
        while True:
            request_of(connection)
            page = b'{"nextPageToken":"%d","list":[%s]}' % (next(numbers), body)
            connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(page) + page)

    return handle


def answering(answer: bytes) -> Handle:
    """Return a handler that gives one answer."""

    def handle(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)

    return handle


EMPTY_BLOCK = b"5\r\n\0\0\0\xff\xff\r\n"
GZIP_HEAD = b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
DRIPS: dict[str, Handle] = {
    "status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "header": dripping(OK + b"X-Long: ", b"x"),
    "headers": dripping(OK, b"X-More: 1\r\n"),
    "100": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 at once": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000, every=0),
    "103": dripping(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
    "body": dripping(OK + b"Content-Length: 1000000\r\n\r\n", b" "),
    "chunk head": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "small chunks at once": dripping(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 5_000, every=0
    ),
    "empty blocks": dripping(
        OK + GZIP_HEAD + b"a\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\r\n", EMPTY_BLOCK
    ),
    "empty blocks at once": dripping(
        OK + GZIP_HEAD + b"a\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\r\n", EMPTY_BLOCK * 5_000, every=0
    ),
    "trailer": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nX: ", b"x"),
    "nothing": dripping(b"", b""),
    "429 for ever": throttling,
}
