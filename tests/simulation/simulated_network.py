"""The network between a process of the provider and the tenants, with random faults.

A request arrives, takes effect and is answered at moments of virtual time; the thread that sent it
waits. It uses no sockets.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from random import Random

import httpx

from tests.simulation.installation import EPOCH, step
from tests.simulation.looks import Call, Look
from tests.simulation.scheduler import Group, Killed, Scheduler, Task
from tests.simulation.simulated_tenant import POLICIES, SimulatedTenant

_PAGE = b"<!DOCTYPE html><html><body>Sorry.</body></html>"
_ROUTE = b'{"message": "no Route matched with those values"}'
_LATE_SECONDS = (0.05, 0.3, 1.0, 3.0, 8.0)
Raw = tuple[int, list[tuple[bytes, bytes]], bytes]


@dataclass(frozen=True)
class Fate:
    """The fate of one request.

    Attributes:
        name: Its name in the trace.
        arrives: True if the tenant gets the request.
        later: Seconds after which it arrives, longer than usual.
        cut: The connection is cut: "" never, `before` or `after` the tenant has got the request.
        answer: The body that replaces the tenant's answer.
        status: The status of that answer.
        retry_after: Its `Retry-After` header.
        expires: Every token becomes unknown before the request arrives.
    """

    name: str = "fine"
    arrives: bool = True
    later: float = 0.0
    cut: str = ""
    answer: bytes | None = None
    status: int = 0
    retry_after: str = ""
    expires: bool = False
    other_policy: bool = False
    half: bool = False
    refused: bool = False


def build_error(code: int, text: str = "Fault") -> bytes:
    """Return the body of an API error."""
    return json.dumps({"code": code, "message": text, "details": []}).encode()


FINE = Fate()
REFUSED = Fate("no connection", arrives=False, refused=True)
CUT = Fate("cut before", arrives=False, cut="before")
CUT_AFTER = Fate("cut after", cut="after")
HALF = Fate("half an answer", half=True)
EXPIRED = Fate("expired token", expires=True)
THROTTLED = Fate("429", arrives=False, status=429, answer=build_error(8))
BAD_GATEWAY = Fate("502", arrives=False, status=502, answer=_PAGE)
BAD_GATEWAY_AFTER = Fate("502 after", status=502, answer=_PAGE)
UNAVAILABLE = Fate("503", arrives=False, status=503, answer=build_error(14))
UNAVAILABLE_AFTER = Fate("503 after", status=503, answer=build_error(14))
TIMED_OUT = Fate("504", arrives=False, status=504, answer=_PAGE)
TIMED_OUT_AFTER = Fate("504 after", status=504, answer=_PAGE)
GATEWAY_404 = Fate("404 of a gateway", arrives=False, status=404, answer=_ROUTE)
EMPTY_404 = Fate("empty 404", arrives=False, status=404, answer=b"")
FAILED = Fate("500", arrives=False, status=500, answer=build_error(2))
FAILED_AFTER = Fate("500 after", status=500, answer=build_error(2))
HTML_AFTER = Fate("a page after", status=200, answer=_PAGE)
OTHER_POLICY = Fate("an answer about another policy", other_policy=True)


def make_throttled(retry_after: float | str) -> Fate:
    """Return a 429 with a wait."""
    return Fate(
        f"429 {retry_after}", False, status=429, answer=build_error(8), retry_after=str(retry_after)
    )


def make_late(seconds: float) -> Fate:
    """Return a cut connection whose request still arrives later."""
    return Fate(f"cut, arrives after {seconds}", cut="before", later=seconds)


COMMON = (
    REFUSED, CUT, CUT_AFTER, HALF, EXPIRED, THROTTLED, BAD_GATEWAY, BAD_GATEWAY_AFTER, UNAVAILABLE,
    UNAVAILABLE_AFTER, TIMED_OUT, TIMED_OUT_AFTER, FAILED, FAILED_AFTER, HTML_AFTER,
)  # fmt: skip
"""Fates that the network and correct gateways cause."""

ODD = (GATEWAY_404, EMPTY_404, OTHER_POLICY)
"""Fates that misbehaving gateways and proxies cause."""


@dataclass
class Weather:
    """The source of the requests' fates.

    Attributes:
        share: The share of requests with a fault.
        kinds: The possible fates.
        script: Returns the fate of a request; None draws it at random.
        latency: The longest usual transit time of a request, in seconds.
    """

    share: float = 0.0
    kinds: tuple[Fate, ...] = COMMON
    script: Callable[[httpx.Request], Fate | None] = lambda _: None
    latency: float = 0.05

    def draw_fate(self, request: httpx.Request, chance: Random) -> Fate:
        """Draw the fate of a request."""
        scripted = self.script(request)
        if scripted is not None:
            return scripted
        if not self.share or chance.random() >= self.share:
            return FINE
        drawn = chance.choice(self.kinds)
        if drawn is THROTTLED:
            return make_throttled(chance.choice(["", "0", "1", "3"]))
        if drawn is CUT and chance.random() < 0.5:
            return make_late(chance.choice(_LATE_SECONDS))
        return drawn


@dataclass(eq=False)
class _Exchange:
    request: httpx.Request
    task: Task
    fate: Fate
    sent_at: float
    call: Call | None
    outcome: httpx.Response | Exception | None = None


@dataclass(eq=False)
class Wire(httpx.BaseTransport):
    """The network of one process of the provider.

    Attributes:
        actor: The name of the sender in the tenants' records.
        run: The number of the process.
        looks: The last look at each policy.
        sent: The requests since the last call began, by method and path.
        total: All requests.
        odd_answers: Answers about another policy.
    """

    scheduler: Scheduler
    chance: Random
    tenants: Mapping[str, SimulatedTenant]
    weather: Weather
    actor: str
    run: int
    group: Group
    looks: dict[str, Look] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    total: int = 0
    odd_answers: int = 0
    on_request: Callable[[httpx.Request], None] = lambda _: None
    on_answer: Callable[[httpx.Request], None] = lambda _: None
    _under_way: list[_Exchange] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and wait for the answer."""
        scheduler = self.scheduler
        if scheduler.current.doomed:
            raise Killed
        request.read()
        fate = self.weather.draw_fate(request, self.chance)
        scheduler.note(f"{request.method} {request.url.path} [{fate.name}]")
        key = f"{request.method} {request.url.path}"
        self.sent[key] = self.sent.get(key, 0) + 1
        self.total += 1
        self.on_request(request)
        call = getattr(step, "call", None)
        exchange = _Exchange(request, scheduler.current, fate, scheduler.now, call)
        if fate.refused:
            scheduler.sleep(self._draw_latency())
            raise httpx.ConnectError("refused", request=request)
        look = self.looks.get(request.url.path.rpartition("/")[2])
        if fate.arrives:
            moment = scheduler.now + self._draw_latency() + fate.later
            scheduler.call_at(moment, lambda: self._arrive(exchange, look))
        elif not fate.cut:
            self._answer_later(
                exchange, (fate.status, self._build_headers(fate), fate.answer or b"")
            )
        if fate.cut == "before":
            self._end_later(exchange, httpx.ReadError("cut", request=request))
        timeout = (request.extensions.get("timeout") or {}).get("read")
        if timeout is not None:
            late = httpx.ReadTimeout("no answer", request=request)
            scheduler.call_at(scheduler.now + timeout, lambda: self._end(exchange, late))
        self._under_way.append(exchange)
        try:
            while exchange.outcome is None:
                scheduler.block(f"the answer to {key}")
        finally:
            self._under_way.remove(exchange)
        self.on_answer(request)
        if isinstance(exchange.outcome, Exception):
            scheduler.note(f"{key}: {type(exchange.outcome).__name__}")
            raise exchange.outcome
        scheduler.note(f"{key}: {exchange.outcome.status_code}")
        return exchange.outcome

    def cut(self) -> None:
        """Cut every connection."""
        for exchange in self._under_way:
            self._end(exchange, httpx.ReadError("cut", request=exchange.request))

    def _draw_latency(self) -> float:
        return self.chance.uniform(0.001, self.weather.latency)

    def _arrive(self, exchange: _Exchange, look: Look | None) -> None:
        """The tenant gets the request, and carries it out."""
        request, fate = exchange.request, exchange.fate
        tenant = self.tenants.get(request.url.netloc.decode())
        if tenant is None:
            self._end_later(exchange, httpx.ConnectError("no such host", request=request))
            return
        if fate.expires:
            tenant.tenant.tokens.revoke_issued()
        policy_id = request.url.path.rpartition("/")[2]
        kind = {"POST": "update", "DELETE": "delete"}.get(request.method, "")
        if request.url.path == POLICIES:
            kind, policy_id = ("create" if request.method == "POST" else ""), ""
        if not request.url.path.startswith(POLICIES):
            kind = ""
        is_attachment = tenant.objects.is_update(request.method, request.url.path)
        if not kind and not is_attachment:
            answer = tenant.call(request)
            version = tenant.read_visible(request.url.path) if request.method == "GET" else None
            self._answer_later(exchange, answer, version.updated_at if version else 0)
            return
        sent = {
            "sent_at": exchange.sent_at,
            "look": look,
            "run": self.run,
            "body": json.loads(request.content or b"{}"),
            "call": exchange.call,
        }
        if is_attachment:
            answer = tenant.objects.record(self.actor, lambda: tenant.call(request), **sent)
        else:
            write = partial(tenant.call, request)
            answer = tenant.record(self.actor, kind, policy_id, write, **sent)
        if fate.cut:
            self._end_later(exchange, httpx.ReadError("cut", request=request))
            return
        if fate.other_policy and answer[0] == 200:
            others = [r for r in tenant.list_live() if r.id not in answer[2].decode()]
            if others:
                self.odd_answers += 1
                answer = (200, answer[1], tenant.format_answer(self.chance.choice(others)))
        if fate.answer is not None:
            answer = (fate.status, self._build_headers(fate), fate.answer)
        self._answer_later(exchange, answer)

    def _answer_later(self, exchange: _Exchange, answer: Raw, version: int = 0) -> None:
        status, headers, body = answer
        request, fate = exchange.request, exchange.fate

        def deliver() -> None:
            if fate.cut == "after":
                self._end(exchange, httpx.ReadError("cut", request=request))
                return
            if fate.answer is not None and fate.arrives and request.method == "GET":
                self._end(
                    exchange,
                    self._build_response(fate.status, self._build_headers(fate), fate.answer),
                )
                return
            content = body[: len(body) // 2] if fate.half else body
            if version and not fate.half:
                policy_id = request.url.path.rpartition("/")[2]
                self.looks[policy_id] = Look(version, self.scheduler.now)
            self._end(exchange, self._build_response(status, headers, content))

        self.scheduler.call_at(self.scheduler.now + self._draw_latency(), deliver)

    def _build_response(
        self, status: int, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> httpx.Response:
        kept = [(k, v) for k, v in headers if k.lower() != b"content-length"]
        return httpx.Response(status, headers=kept, content=body)

    def _build_headers(self, fate: Fate) -> list[tuple[bytes, bytes]]:
        date = formatdate(EPOCH + self.scheduler.now, usegmt=True).encode()
        headers = [(b"date", date)]
        if fate.retry_after:
            headers.append((b"retry-after", fate.retry_after.encode()))
        return headers

    def _end_later(self, exchange: _Exchange, error: Exception) -> None:
        self.scheduler.call_at(
            self.scheduler.now + self._draw_latency(), lambda: self._end(exchange, error)
        )

    def _end(self, exchange: _Exchange, outcome: httpx.Response | Exception) -> None:
        if exchange.outcome is None:
            exchange.outcome = outcome
            self.scheduler.wake(exchange.task)
