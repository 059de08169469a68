"""The layer between a request and the tenant that carries faults out.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Sequence
from email.utils import formatdate
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_c1policy._emulator.faults import Fault
from pulumi_c1policy._emulator.tenant import Tenant

CONTROL = "/_emulator"
PAGE = "/"
CUT = "c1policy.cut"
"""The extension of a request's scope that closes its connection without another byte."""
STORE = "c1policy.store"
"""The key of a request's scope with the policies that existed when it arrived."""
REQUEST_ID = "c1policy.request_id"
"""The key of a request's scope with its name in the journal."""

_PAGE = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>Sorry.</body></html>"
# The gRPC code in a gateway's own answer, by HTTP status; UNKNOWN for all others.
_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 10, 429: 8, 500: 13, 501: 12, 503: 14, 504: 4}
_UNKNOWN = 2


def is_control(path: str) -> bool:
    """Return whether a path belongs to the page or the control endpoints, and not to the API."""
    return path == PAGE or path.startswith(CONTROL)


class Faulty:
    """Middleware that applies the faults to requests of the API and of the token endpoint."""

    def __init__(self, app: ASGIApp, tenant: Tenant) -> None:
        self._app = app
        self._tenant = tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hit: list[Fault] = []
        if not is_control(scope["path"]):
            hit = self._tenant.faults.find_hitting(scope["method"], scope["path"])
        if not hit:
            await self._app(scope, receive, send)
            return
        self._tenant.journal.note_fault(scope[REQUEST_ID], ", ".join(map(str, hit)))
        if await self._apply_fault([f for f in hit if not f.follows], (), scope, receive, send):
            return
        answer: list[Message] = []
        await self._app(scope, receive, _keep(answer))
        if not await self._apply_fault([f for f in hit if f.follows], answer, scope, receive, send):
            for message in answer:
                await send(message)

    async def _apply_fault(
        self,
        faults: Sequence[Fault],
        answer: Sequence[Message],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> bool:
        """Apply faults one after the other; return whether the request ended."""
        for fault in faults:
            match fault.do:
                case "delay":
                    await asyncio.sleep(fault.seconds)
                case "expire_tokens":
                    self._tenant.tokens.revoke_issued()
                case "skew_clock":
                    self._tenant.clock.advance(fault.seconds)
                case "answer" | "html":
                    await self._answer(fault, send)
                    return True
                case "truncate":
                    await _send_half(answer, send)
                    await _cut(scope, receive)
                    return True
                case "cut":
                    await _cut(scope, receive)
                    return True
        return False

    async def _answer(self, fault: Fault, send: Send) -> None:
        if fault.do == "html":
            status, kind, body = fault.status or 200, b"text/html", _PAGE
        else:
            status, kind = fault.status or 503, b"application/json"
            said = {
                "code": _CODES.get(status, _UNKNOWN),
                "message": _choose_phrase(status),
                "details": [],
            }
            body = json.dumps(said).encode() if fault.body is None else fault.body.encode()
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        if fault.retry_after is not None:
            headers.append((b"retry-after", self._retry_after(fault, fault.retry_after).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _retry_after(self, fault: Fault, seconds: float) -> str:
        if fault.retry_after_form == "seconds":
            return f"{seconds:g}"
        # A date has no fractions: round up, so that nobody is let in too early.
        return formatdate(math.ceil(self._tenant.clock.seconds() + seconds), usegmt=True)


def _choose_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Fault"


def _keep(answer: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        answer.append(message)

    return keep


async def _send_half(answer: Sequence[Message], send: Send) -> None:
    start, *rest = answer
    whole = b"".join(message.get("body", b"") for message in rest)
    await send(start)
    await send({"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True})


async def _cut(scope: Scope, receive: Receive) -> None:
    scope["extensions"][CUT]()
    # Otherwise uvicorn would answer 500 for an application without an answer.
    while (await receive())["type"] != "http.disconnect":
        pass
