"""The apps and entitlements around the policies of an emulated tenant, as a layer of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_c1policy._emulator.tenant import Tenant

Row = dict[str, Any]
_POLICIES = ("grantPolicyId", "revokePolicyId", "certifyPolicyId", "emergencyGrantPolicyId")


@dataclass
class Objects:
    """The objects, which a test may change at any time.

    Attributes:
        apps: The apps.
        entitlements: The entitlements.
        defaults: The request defaults by app id.
        rules: The configuration rules by app id.
        ignores_filter: True answers a search by policy with all rows.
    """

    apps: list[Row] = field(default_factory=list)
    entitlements: list[Row] = field(default_factory=list)
    defaults: dict[str, Row] = field(default_factory=dict)
    rules: dict[str, list[Row]] = field(default_factory=dict)
    ignores_filter: bool = False

    def add_app(self, name: str, **fields: Any) -> str:
        """Add an app; return its id."""
        self.apps.append({"id": f"app{len(self.apps)}", "displayName": name, **fields})
        return str(self.apps[-1]["id"])

    def add_entitlement(self, app_id: str, name: str, grants: int = 0, **fields: Any) -> str:
        """Add an entitlement; return its id."""
        entitlement_id = f"entitlement{len(self.entitlements)}"
        row = {"id": entitlement_id, "appId": app_id, "displayName": name, "grantCount": grants}
        self.entitlements.append({**row, "grantCount": str(grants), **fields})
        return entitlement_id

    def layer(self, app: ASGIApp, tenant: Tenant) -> ASGIApp:
        """Return the layer of the emulator that serves these objects."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope["path"].removeprefix("/api/v1/")
            answer = self._find(path)
            if answer is None:
                await app(scope, receive, send)
                return
            request = Request(scope, receive)
            tenant.tokens.check(request.headers.get("authorization"))
            asked = json.loads(await request.body() or b"{}") | dict(request.query_params)
            await JSONResponse(answer(asked))(scope, receive, send)

        return serve

    def _find(self, path: str) -> Callable[[Mapping[str, Any]], Row] | None:
        match path.split("/"):
            case ["search", "apps"]:
                return lambda asked: _page(asked, self._select(self.apps, asked))
            case ["search", "entitlements"]:
                return lambda asked: _page(
                    asked,
                    [{"appEntitlement": row} for row in self._select(self.entitlements, asked)],
                )
            case ["apps"]:
                return lambda asked: _page(asked, self.apps)
            case ["apps", app_id, "access_request_defaults"] if app_id in self.defaults:
                return lambda asked: self.defaults[app_id]
            case ["apps", app_id, "entitlement_configuration_rules"]:
                return lambda asked: _page(asked, self.rules.get(app_id, []))
            case _:
                return None

    def _select(self, rows: Iterable[Row], asked: Mapping[str, Any]) -> list[Row]:
        refs = {ref["id"] for ref in asked.get("policyRefs", [])}
        ids = asked.get("appIds", [])
        return [
            row
            for row in rows
            if (not refs or self.ignores_filter or refs & {row.get(name) for name in _POLICIES})
            and (not ids or row["id"] in ids)
        ]


def _page(asked: Mapping[str, Any], rows: list[Row]) -> Row:
    start = int(asked.get("pageToken") or asked.get("page_token") or 0)
    end = start + int(asked.get("pageSize") or asked.get("page_size") or 25)
    return {"list": rows[start:end], "nextPageToken": str(end) if end < len(rows) else ""}
