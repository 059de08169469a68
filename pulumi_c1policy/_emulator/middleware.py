"""The layers between the socket and the API, before the faults: the journal, and delay.

Each is plain ASGI, so that a further one can cut a connection or answer something else. Must not
import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, MutableMapping
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_c1policy._emulator import faulty, reading
from pulumi_c1policy._emulator.api_errors import TenantError
from pulumi_c1policy._emulator.journal import RecordedRequest
from pulumi_c1policy._emulator.tenant import Tenant

Middleware = Callable[[ASGIApp, Tenant], ASGIApp]

TOKEN_PATH = "/auth/v1/token"  # noqa: S105 (a path)
REQUEST_ID = b"x-request-id"


class Journaled:
    """Middleware that records every request of the API, and gives it an id and a date."""

    def __init__(self, app: ASGIApp, tenant: Tenant) -> None:
        self._app = app
        self._tenant = tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = uuid.uuid4().hex
        body = await _read_body(receive)
        journal = self._tenant.journal
        if not faulty.is_control(scope["path"]):
            journal.note_arrival(_make_entry(scope, body, request_id))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                journal.answer(request_id, message["status"])
                date = formatdate(self._tenant.clock.seconds(), usegmt=True)
                own = [(REQUEST_ID, request_id.encode()), (b"date", date.encode())]
                message = {**message, "headers": [*message["headers"], *own]}
            await send(message)

        named = {
            **scope,
            faulty.REQUEST_ID: request_id,
            faulty.STORE: self._tenant.policies,
        }
        await self._app(named, _make_replay(body, receive), answer)


class Delayed:
    """Middleware that delays every request of the API by the quirk `delay`."""

    def __init__(self, app: ASGIApp, tenant: Tenant) -> None:
        self._app = app
        self._tenant = tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._tenant.quirks.delay and not faulty.is_control(scope["path"]):
            await asyncio.sleep(self._tenant.quirks.delay)
        await self._app(scope, receive, send)


async def _read_body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return b"".join(parts)


def _make_replay(body: bytes, receive: Receive) -> Receive:
    pending: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": False}
    ]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _make_entry(scope: Scope, body: bytes, request_id: str) -> RecordedRequest:
    recorded = _read_recorded_body(scope["path"], body)
    mask = (recorded or {}).get("updateMask", (recorded or {}).get("update_mask"))
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return RecordedRequest(
        method=scope["method"],
        path=scope["path"],
        query={k: v if k in _OPEN_QUERY else "[hidden]" for k, v in query.items()},
        update_mask=mask if isinstance(mask, str) else None,
        body=recorded,
        status=None,
        request_id=request_id,
    )


# A credential may be sent in the wrong place; keep it out of the journal as well.
_OPEN_QUERY = frozenset({"page_size", "page_token", "pageSize", "pageToken"})
_OPEN_FORM = frozenset({"grant_type", "client_id", "client_assertion_type", "subject_token_type"})


def _read_recorded_body(path: str, body: bytes) -> dict[str, Any] | None:
    if path == TOKEN_PATH:
        form = parse_qsl(body.decode("utf-8", "replace"))
        return {key: value for key, value in form if key in _OPEN_FORM}
    try:
        return reading.parse(body) if body else None
    except TenantError:
        return None
