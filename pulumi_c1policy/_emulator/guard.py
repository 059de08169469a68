"""The guard of the page and the control endpoints: only this machine's own tools may use them.

A web page in a browser of this machine can send requests to loopback, also under a name of its own
that resolves to it. Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import ipaddress
import json
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_c1policy._emulator.faulty import is_control
from pulumi_c1policy._emulator.tenant import Tenant


class Guarded:
    """Middleware that rejects requests from other sites to the page and the control endpoints."""

    def __init__(self, app: ASGIApp, _: Tenant) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_control(scope["path"]) or not (why := _find_objection(scope)):
            await self._app(scope, receive, send)
            return
        message = f"{why}: the emulator's control endpoints answer this machine's own tools only."
        body = json.dumps({"error": message}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _find_objection(scope: Scope) -> str:
    """Return the objection to a request by its headers, or ""."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    if not _is_loopback(host):
        return "The header Host names no loopback address"
    origin = headers.get(b"origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "The header Origin names another site"
    if headers.get(b"sec-fetch-site", "none") not in ("none", "same-origin"):
        return "A page of another site sent this"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
