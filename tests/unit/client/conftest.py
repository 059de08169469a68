"""A tenant that answers from a script, and a clock whose waits take no time."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from pulumi_c1policy._client import settings
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.policy_client import PolicyClient

CLIENT_ID = "clever-fox-42195@acme.conductor.one/spc"
KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
}
"""The key pair of RFC 8037, appendix A. It is public, so it is not a secret."""
CLIENT_SECRET = "secret-token:conductorone.com:v1:" + base64.urlsafe_b64encode(
    json.dumps(KEY).encode()
).decode().rstrip("=")

Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class FakeClock(ClientClock):
    """A clock that advances only during a wait."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.when_waiting: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return 1_700_000_000.0 + self.now

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.when_waiting()
        self.now += seconds
        return event.is_set()


@dataclass
class ScriptedTenant:
    """A tenant that answers token requests itself and all others from a script.

    It repeats the last reply of the script.
    """

    replies: list[Reply]
    clock: FakeClock
    token_replies: list[Reply] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    token_requests: list[httpx.Request] = field(default_factory=list)
    look: dict[str, object] | None = None
    """The policy in the answer to each GET; None takes the answer from the script."""
    looks: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/v1/token":
            self.token_requests.append(request)
            if not self.token_replies:
                return build_token_answer(f"token-number-{len(self.token_requests)}")
            return self._play(self.token_replies, request)
        if self.look is not None and request.method == "GET":
            self.looks.append(request)
            return httpx.Response(200, json={"policy": self.look})
        self.requests.append(request)
        return self._play(self.replies, request)

    def _play(self, script: list[Reply], request: httpx.Request) -> httpx.Response:
        reply = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(reply, Exception):
            raise reply
        if callable(reply):
            return reply(request)
        # A response can be read once only, and the last one of a script is sent again.
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)


Connect = Callable[..., tuple[PolicyClient, ScriptedTenant]]


def build_token_answer(token: str, expires_in: object = 3600) -> httpx.Response:
    answer = {"access_token": token, "token_type": "Bearer", "expires_in": expires_in}
    return httpx.Response(200, json=answer)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def connect(clock: FakeClock) -> Iterator[Connect]:
    """Return a function from replies to a client and its scripted tenant."""
    clients: list[PolicyClient] = []

    def connect(
        *replies: Reply,
        token_replies: tuple[Reply, ...] = (),
        look: dict[str, object] | None = None,
        **config: str,
    ) -> tuple[PolicyClient, ScriptedTenant]:
        tenant = ScriptedTenant(list(replies), clock, list(token_replies), look=look)
        if not config.keys() & {"accessToken", "oidcToken", "clientSecret"}:
            config |= {"clientSecret": CLIENT_SECRET}
        where = settings.load({"clientId": CLIENT_ID, **config}, {})
        client = PolicyClient(where, transport=httpx.MockTransport(tenant), clock=clock)
        clients.append(client)
        return client, tenant

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def client_secret() -> str:
    return CLIENT_SECRET


@pytest.fixture
def client_id() -> str:
    return CLIENT_ID


@pytest.fixture(autouse=True)
def _forget_warnings() -> None:
    """Let each test see the warning that a process logs once."""
    settings._warn_shadowed.cache_clear()
