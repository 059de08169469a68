"""A tenant of the simulation: the emulator's own application, called without a socket.

Every write is recorded with its sender and the policy before it; `guarantees` reads that record.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from pulumi_c1policy._emulator import app
from pulumi_c1policy._emulator.quirks import Quirks
from pulumi_c1policy._emulator.render import render
from pulumi_c1policy._emulator.state import StoredPolicy
from pulumi_c1policy._emulator.tenant import Tenant
from pulumi_c1policy._emulator.tenant_directory import Row
from pulumi_c1policy._emulator.wire_schema import POLICY
from tests.simulation.attached_objects import APPS, AttachedObjects
from tests.simulation.looks import Call, Look
from tests.simulation.scheduler import Scheduler
from tests.simulation.simulated_clock import SimulatedTenantClock

POLICIES = "/api/v1/policies"
SEARCH = "/api/v1/search/policies"
TOKEN = "/auth/v1/token"
_PLAIN = Quirks(unset_fields="omitted")


@dataclass(frozen=True)
class Effect:
    """One write that the tenant accepted.

    Attributes:
        number: Its position in the order of all writes.
        at: The time of its effect.
        actor: The name of its sender.
        kind: create, update or delete.
        policy_id: The policy.
        before: The policy before it; None for a create.
        after: The policy after it.
        sent_at: The time at which it was sent.
        look: The last look of that client at the policy before the write.
        run: The number of the process of ours that sent it; 0 for others.
        body: The JSON of the request.
        call: The call of the provider that sent it; None for others.
    """

    number: int
    at: float
    actor: str
    kind: str
    policy_id: str
    before: StoredPolicy | None
    after: StoredPolicy
    sent_at: float = 0.0
    look: Look | None = None
    run: int = 0
    body: Any = None
    call: Call | None = None


class SimulatedTenant:
    """One tenant, at one host."""

    def __init__(self, scheduler: Scheduler, host: str, seed: int, chance: Random) -> None:
        self.host = host
        self.url = f"https://{host}"
        self.tenant = Tenant(host, seed=seed, clock=SimulatedTenantClock(scheduler))
        self.effects: list[Effect] = []
        self.objects = AttachedObjects(self.tenant, lambda: scheduler.now)
        self.longest_lag = {"get": 0.0, "list": 0.0, "search": 0.0}
        self.most_lag = 0.0
        """The longest lag of all reads so far."""
        self._exactly = False
        self._scheduler = scheduler
        self._chance = chance
        self._app = app.build(self.tenant)
        self.headers = [(b"authorization", f"Bearer {self.tenant.tokens.access_token}".encode())]

    def set_lag(self, *, get: float = 0.0, pages: float = 0.0, exactly: bool = False) -> None:
        """Let reads lag by up to some seconds; each read draws its lag."""
        self.longest_lag = {"get": get, "list": pages, "search": pages}
        self.most_lag = max(self.most_lag, get, pages)
        self._exactly = exactly

    def call(self, request: httpx.Request) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Execute a request now, and return its answer."""
        self._draw_lag()
        headers = [(key.lower(), value) for key, value in request.headers.raw]
        return self._call_application(request.method, request.url, headers, request.content)

    def read_visible(self, path: str) -> StoredPolicy | Row | None:
        """Return the policy, app or entitlement at a path as the last request saw it."""
        if path.startswith(APPS):
            return self.objects.read_visible(path)
        return self.tenant.see("get", self.tenant.policies).find(path.rpartition("/")[2])

    def record(
        self, actor: str, kind: str, policy_id: str, write: Callable[[], Any], **sent: Any
    ) -> Any:
        """Execute a write and record its effect.

        Args:
            actor: The name of the sender.
            kind: create, update or delete.
            policy_id: The policy; "" for a create.
            write: The function that writes.
            sent: Further fields of `Effect` about the request.

        Returns:
            The result of `write`.
        """
        store = self.tenant.policies
        before = len(store.versions)
        held = store.find(policy_id)
        result = write()
        for version in store.versions[before:]:
            self._scheduler.note(f"{actor} {kind} {version.id}")
            effect = Effect(
                len(self.effects),
                self._scheduler.now,
                actor,
                kind,
                version.id,
                held,
                version,
                **sent,
            )
            self.effects.append(effect)
        return result

    def list_live(self) -> list[StoredPolicy]:
        """Return every live policy, without builtin ones."""
        return [r for r in self.tenant.policies if r.deleted_at is None and not r.builtin]

    def render_policy(self, record: StoredPolicy) -> dict[str, Any]:
        """Return a policy as JSON, without unset fields."""
        return render(POLICY, record.stored, _PLAIN)

    def format_answer(self, record: StoredPolicy) -> bytes:
        """Return the body of an answer with a policy."""
        return json.dumps({"policy": render(POLICY, record.stored, self.tenant.quirks)}).encode()

    def _draw_lag(self) -> None:
        drawn = {f"{name}_lag": self._draw_one_lag(most) for name, most in self.longest_lag.items()}
        if any(getattr(self.tenant.quirks, name) != lag for name, lag in drawn.items()):
            self.tenant.quirks = self.tenant.quirks.replace(**drawn)

    def _draw_one_lag(self, longest: float) -> float:
        if self._exactly:
            return longest
        # A replica that is up to date is as likely as one that is not.
        return self._chance.choice([0.0, self._chance.uniform(0, longest)]) if longest else 0.0

    def _call_application(
        self, method: str, url: httpx.URL, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        async def receive() -> Any:
            return messages.pop()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "headers": headers,
            "scheme": "http",
            "server": (self.host, 80),
            "client": ("client", 1),
            "root_path": "",
            "extensions": {},
        }
        # The application waits for nothing, so that it needs no event loop.
        coroutine: Any = self._app(scope, receive, send)
        try:
            coroutine.send(None)
        except StopIteration:
            return start["status"], list(start["headers"]), b"".join(parts)
        raise AssertionError("the emulator waits for something")
