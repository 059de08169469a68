"""A tenant with one policy on real sockets; it records the order and times of its requests."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

POLICY_PATH = "/api/v1/policies/p1"
_SLACK_SECONDS = 0.05
_Reply = Callable[["Recorder"], bytes | None]


class Listener:
    """A server that runs a function for each connection in a thread, then closes the connection."""

    def __init__(self, serve: Callable[[socket.socket, float], None]) -> None:
        """Listen on a free port.

        Args:
            serve: The function; it takes the connection and the moment at which it was accepted.
        """
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Accept no more connections."""
        # `close` alone does not wake a thread in `accept`.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            run = [connection, time.monotonic()]
            threading.Thread(target=self._run, args=run, daemon=True).start()

    def _run(self, connection: socket.socket, accepted_at: float) -> None:
        # The client may close the connection.
        with contextlib.suppress(OSError), connection:
            self._serve(connection, accepted_at)


class Proxy:
    """An HTTP proxy that connects to one port of this machine for every host."""

    def __init__(self, port: int, slow_seconds: float) -> None:
        """Start the proxy.

        Args:
            port: The port.
            slow_seconds: The wait before each connection is forwarded.
        """
        self._port = port
        self._slow_seconds = slow_seconds
        self._ended = threading.Event()
        self._listener = Listener(self._forward)
        self.url = f"http://127.0.0.1:{self._listener.port}"

    def stop(self) -> None:
        """Stop the proxy."""
        self._ended.set()
        self._listener.stop()

    def _forward(self, client: socket.socket, _: float) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if not (byte := client.recv(1)):
                return
            head += byte
        self._ended.wait(self._slow_seconds)
        with socket.create_connection(("127.0.0.1", self._port)) as server:
            if head.startswith(b"CONNECT "):
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                # A proxy gets the whole URL; the server gets its path.
                method, url, rest = head.split(b" ", 2)
                server.sendall(b" ".join([method, b"/" + url.split(b"/", 3)[3], rest]))
            back = threading.Thread(target=_pump, args=[server, client], daemon=True)
            back.start()
            _pump(client, server)
            back.join()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    for each in (one, other):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@dataclass
class Arrival:
    """A request that arrived.

    Attributes:
        method: The method.
        path: The path.
        value: The JSON.
        at: The moment at which it was complete, on the monotonic clock.
        ready_at: The moment at which its connection was ready, with TLS.
        is_first: It is the first request of its connection.
        answered_at: The moment at which its answer began.
        shown: The policy in its answer.
    """

    method: str
    path: str
    value: Any
    at: float
    ready_at: float
    is_first: bool
    answered_at: float = 0.0
    shown: dict[str, Any] | None = None

    @property
    def is_write(self) -> bool:
        return self.path == POLICY_PATH and self.method != "GET"

    @property
    def is_look(self) -> bool:
        return self.path == POLICY_PATH and self.method == "GET"


def build_answer(status: int, *headers: str, value: object = None) -> bytes:
    """Return an answer with a JSON body."""
    body = json.dumps({} if value is None else value).encode()
    head = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


@dataclass
class Recorder:
    """The recording server.

    Attributes:
        replies: The answers to the first writes; later ones succeed. None cuts the connection.
        look_replies: The same for GETs of the policy.
        closes: Whether each answer ends its connection.
        tls: The TLS of the server; None for plain HTTP.
        slow_seconds: The wait before each connection is served.
        policy: The policy of the tenant.
        arrivals: The requests, in their order.
        holds: The moment of each answer with a `Retry-After`, and the end of its wait.
        tokens_issued: The number of access tokens that it issued.
    """

    replies: list[_Reply] = field(default_factory=list)
    look_replies: list[_Reply] = field(default_factory=list)
    closes: bool = False
    tls: ssl.SSLContext | None = None
    slow_seconds: float = 0.0
    policy: dict[str, Any] = field(default_factory=lambda: {"id": "p1", "displayName": "One"})
    arrivals: list[Arrival] = field(default_factory=list)
    holds: list[tuple[float, float]] = field(default_factory=list)
    tokens_issued: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = Listener(self._serve)
        self.port = self._listener.port

    def stop(self) -> None:
        """Stop the server."""
        self._ended.set()
        self._listener.stop()

    def edit(self) -> None:
        """Change the policy, as another client does."""
        self.policy = self.policy | {"displayName": f"Edit {time.monotonic()}"}

    def hold(self, seconds: float) -> None:
        """Record an answer with a `Retry-After`."""
        self.holds.append((time.monotonic(), time.monotonic() + seconds))

    def require_looks(self) -> int:
        """Return the number of writes; require a look directly before each.

        The look must be younger than the connection of the write and than the end of any wait.
        """
        writes = 0
        for before, arrival in zip([None, *self.arrivals], self.arrivals, strict=False):
            if not arrival.is_write:
                continue
            writes += 1
            assert before is not None
            assert before.is_look, self.arrivals
            assert before.shown is not None, "the look failed"
            if arrival.is_first:
                assert before.at >= arrival.ready_at, (
                    "the look precedes the connection of the write"
                )
            for begin, until in self.holds:
                if begin + _SLACK_SECONDS < arrival.at:
                    assert before.at >= until, "the look precedes the end of a wait"
            tokens = [each.answered_at for each in self.arrivals if "token" in each.path]
            assert all(not before.at < at < arrival.at for at in tokens)
            assert arrival.at - before.answered_at < 0.3
        return writes

    def _serve(self, connection: socket.socket, accepted_at: float) -> None:
        self._ended.wait(self.slow_seconds)
        if self.tls is None:
            self._talk(connection, accepted_at)
            return
        with self.tls.wrap_socket(connection, server_side=True) as inner:
            self._talk(inner, time.monotonic())

    def _talk(self, connection: socket.socket, ready_at: float) -> None:
        is_first = True
        with connection.makefile("rb") as stream:
            while request_line := stream.readline().decode():
                method, path, _ = request_line.split(" ")
                headers = {}
                for line in iter(stream.readline, b"\r\n"):
                    name, _, text = line.decode().partition(":")
                    headers[name.lower()] = text.strip()
                body = stream.read(int(headers.get("content-length", 0)))
                value = json.loads(body) if body.startswith(b"{") else None
                with self._lock:
                    arrival = Arrival(method, path, value, time.monotonic(), ready_at, is_first)
                    self.arrivals.append(arrival)
                    reply = self._reply(arrival)
                    arrival.answered_at = time.monotonic()
                is_first = False
                if reply is None:
                    return
                if self.closes:
                    reply = reply.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
                connection.sendall(reply)
                if self.closes:
                    return

    def _reply(self, arrival: Arrival) -> bytes | None:
        if arrival.path == "/auth/v1/token":
            self.tokens_issued += 1
            token = {"access_token": f"token-{self.tokens_issued}", "expires_in": 3600}
            return build_answer(200, value=token)
        if not (arrival.is_look or arrival.is_write):
            return build_answer(200, value={"markers": []})
        script = self.look_replies if arrival.is_look else self.replies
        if script:
            return script.pop(0)(self)
        if arrival.is_look:
            arrival.shown = self.policy
        elif arrival.value is not None:
            self.policy = self.policy | arrival.value["policy"]
        return build_answer(200, value={"policy": self.policy})


def throttle(status: int, seconds: float) -> _Reply:
    """Return a reply with a `Retry-After`; another client edits the policy meanwhile."""

    def reply(recorder: Recorder) -> bytes:
        recorder.edit()
        recorder.hold(seconds)
        return build_answer(status, f"Retry-After: {seconds}", value={"code": 8, "message": "slow"})

    return reply


def reject_token(recorder: Recorder) -> bytes:
    """Answer 401; another client edits the policy meanwhile."""
    recorder.edit()
    return build_answer(401, value={"code": 16, "message": "expired"})


def cut(recorder: Recorder) -> None:
    """Cut the connection; another client edits the policy meanwhile."""
    recorder.edit()
