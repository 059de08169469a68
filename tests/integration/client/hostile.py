"""Handlers of one connection each, for servers whose answers never end."""

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
    """Start a server that runs a handler for each connection."""
    return Listener(partial(_serve, handle))


def _serve(handle: Handle, connection: socket.socket, _: float) -> None:
    handle(connection)


def read_request(connection: socket.socket) -> bytes:
    """Return the head of a request."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError
        head += byte
    return head


def drip(first: bytes, drop: bytes, every: float = 0.01) -> Handle:
    """Return a handler that starts an answer and never ends it.

    Args:
        first: The start of the answer.
        drop: The bytes that follow again and again.
        every: The seconds between them.
    """

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(first)
        never = threading.Event()
        while not never.wait(every):
            connection.sendall(drop)

    return handle


def throttle(connection: socket.socket) -> None:
    """Answer every request with a 429."""
    while True:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")


def page_forever(body: bytes) -> Handle:
    """Return a handler whose pages never end.

    Args:
        body: The JSON of the policies of each page.
    """
    numbers = itertools.count()

    def handle(connection: socket.socket) -> None:
        while True:
            read_request(connection)
            page = b'{"nextPageToken":"%d","list":[%s]}' % (next(numbers), body)
            connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(page) + page)

    return handle


def answer_with(answer: bytes) -> Handle:
    """Return a handler that sends one answer."""

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    return handle


EMPTY_BLOCK = b"5\r\n\0\0\0\xff\xff\r\n"
GZIP_HEAD = b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
DRIPS: dict[str, Handle] = {
    "status line": drip(b"HTTP/1.1 200 ", b"O"),
    "header": drip(OK + b"X-Long: ", b"x"),
    "headers": drip(OK, b"X-More: 1\r\n"),
    "100": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 at once": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000, every=0),
    "103": drip(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
    "body": drip(OK + b"Content-Length: 1000000\r\n\r\n", b" "),
    "chunk head": drip(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "small chunks at once": drip(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 5_000, every=0
    ),
    "empty blocks": drip(OK + GZIP_HEAD + b"a\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\r\n", EMPTY_BLOCK),
    "empty blocks at once": drip(
        OK + GZIP_HEAD + b"a\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\r\n", EMPTY_BLOCK * 5_000, every=0
    ),
    "trailer": drip(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nX: ", b"x"),
    "nothing": drip(b"", b""),
    "429 for ever": throttle,
}
