"""The routes of the page, which the command hands to the emulator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from pulumi_c1policy._emulator import Quirks
from pulumi_c1policy._emulator.api_errors import HandlerError, TenantError
from pulumi_c1policy._emulator.render import render
from pulumi_c1policy._emulator.tenant import Tenant
from pulumi_c1policy._emulator.wire_schema import POLICY
from pulumi_c1policy._emulator_page import page, paths, sections
from pulumi_c1policy._emulator_page.edits import EDITS, EditError, Policy, read_fields
from pulumi_c1policy._emulator_page.fault_buttons import FAULTS

_Form: TypeAlias = Mapping[str, str]
_Act: TypeAlias = Callable[[Tenant, _Form], None]


def list_routes(tenant: Tenant, directory: Mapping[str, Any]) -> Sequence[Route]:
    """List the routes.

    Args:
        tenant: The tenant.
        directory: The tables of its directory, for the names of people, groups and apps.
    """

    def show(chosen: str = "", problem: str = "", refused: str = "") -> Response:
        policies = _list_policies(tenant)
        text = page.render(
            policies,
            tenant.journal.list_entries(),
            _list_faults(tenant),
            directory,
            _make_version(tenant),
            chosen,
            problem,
            refused,
        )
        status = HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK
        return HTMLResponse(text, status, page.make_headers())

    async def show_page(request: Request) -> Response:
        return show(request.query_params.get("policy", ""))

    async def show_changes(_request: Request) -> Response:
        entries = tenant.journal.list_entries()
        found = {
            "version": _make_version(tenant),
            "count": sections.count_requests(entries),
            "requests": sections.build_rows(entries),
        }
        return JSONResponse(found, headers={"cache-control": "no-store"})

    def make_endpoint(act: _Act) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
            try:
                act(tenant, form)
            except (EditError, HandlerError, TenantError) as error:
                problem = f"The change was refused: {error}"
                return show(form.get("policy", ""), problem, form.get("json", ""))
            return RedirectResponse(paths.PAGE, HTTPStatus.SEE_OTHER)

        return endpoint

    return [
        Route(paths.PAGE, show_page, methods=["GET"]),
        Route(paths.CHANGES, show_changes, methods=["GET"]),
        *(Route(path, make_endpoint(act), methods=["POST"]) for path, act in _ACTS.items()),
    ]


def _list_policies(tenant: Tenant) -> list[Policy]:
    """List the policies as JSON, without unset fields; builtin ones come last."""
    quirks = Quirks(unset_fields="omitted")
    found = [record for record in tenant.policies if record.deleted_at is None]
    found.sort(key=lambda record: (record.builtin, record.fields.get("displayName", "")))
    return [render(POLICY, record.stored, quirks) for record in found]


def _list_faults(tenant: Tenant) -> list[str]:
    return [str(fault) for fault in tenant.faults.list_active()]


def _make_version(tenant: Tenant) -> str:
    """Return a text that changes with the policies and the faults."""
    content = json.dumps([_list_policies(tenant), _list_faults(tenant)], sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _find_policy(tenant: Tenant, form: _Form) -> Policy:
    for each in _list_policies(tenant):
        if each.get("id") == form.get("policy"):
            return each
    raise EditError("The policy does not exist any more.")


def _change(tenant: Tenant, form: _Form, changes: Policy) -> None:
    tenant.edit(form["policy"], changes, by_product=form.get("actor") != "client")


def _edit(tenant: Tenant, form: _Form) -> None:
    if form.get("edit", "") not in EDITS:
        raise EditError("There is no such change.")
    _, edit = EDITS[form["edit"]]
    _change(tenant, form, edit(_find_policy(tenant, form)))


def _save_json(tenant: Tenant, form: _Form) -> None:
    _change(tenant, form, read_fields(_find_policy(tenant, form), form.get("json", "")))


def _delete(tenant: Tenant, form: _Form) -> None:
    tenant.delete_in_product(str(_find_policy(tenant, form)["id"]))


def _set_fault(tenant: Tenant, form: _Form) -> None:
    """Add a fault to those that are on; without a name, turn all off."""
    name = form.get("fault", "")
    if not name:
        tenant.faults.replace(())
        return
    if name not in FAULTS:
        raise EditError("There is no such fault.")
    tenant.faults.add(FAULTS[name][1])


_ACTS: Mapping[str, _Act] = {
    paths.EDIT: _edit,
    paths.JSON: _save_json,
    paths.DELETE: _delete,
    paths.FAULT: _set_fault,
    paths.FORGET: lambda tenant, _: tenant.journal.clear(),
    paths.RESET: lambda tenant, _: tenant.reset(),
}
