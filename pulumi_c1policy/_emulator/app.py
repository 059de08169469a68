"""The tenant over HTTP: routes from the OpenAPI structure, the token and control endpoints.

Must not import anything of the package outside `_emulator`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from pulumi_c1policy._emulator import faults, faulty, reading
from pulumi_c1policy._emulator.api_errors import (
    HandlerError,
    StatusCode,
    TenantError,
    TokenError,
    invalid,
)
from pulumi_c1policy._emulator.directory_calls import DIRECTORY_OPERATIONS
from pulumi_c1policy._emulator.directory_file import fill
from pulumi_c1policy._emulator.faulty import CONTROL, Faulty
from pulumi_c1policy._emulator.guard import Guarded
from pulumi_c1policy._emulator.middleware import TOKEN_PATH, Delayed, Journaled, Middleware
from pulumi_c1policy._emulator.render import render
from pulumi_c1policy._emulator.tenant import OPERATIONS, Stored, Tenant
from pulumi_c1policy._emulator.wire_schema import CREATE_REQUEST, POLICY, get_message, load_document

Endpoint = Callable[[Request], Awaitable[Response]]

_COLLECTION = "/api/v1/policies"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_ID_PATTERN = "^[a-zA-Z0-9]{27}$"
_LIST_REQUESTS = {
    "Policies.List": "c1.api.policy.v1.SearchPoliciesRequest",
    "Apps.List": "c1.api.app.v1.SearchAppsRequest",
}
"""The messages with the query parameters of lists, by the name of the operation."""


def build(
    tenant: Tenant, middleware: Sequence[Middleware] = (), page: Sequence[Route] = ()
) -> ASGIApp:
    """Build the ASGI application of a tenant.

    Args:
        tenant: The tenant whose policies to serve.
        middleware: Layers between the faults and the API, outermost first.
        page: The routes of a page, at `/` and below the control endpoints.
    """
    starlette = Starlette(
        routes=[
            *(
                _make_route(f"{_COLLECTION}/{odd}", _redirect_to_collection, *_METHODS)
                for odd in ("", "/", ".")
            ),
            *_list_api_routes(tenant),
            _make_route(TOKEN_PATH, _make_token_endpoint(tenant), "POST"),
            *_list_control_routes(tenant),
            *page,
        ],
        exception_handlers={
            HandlerError: _make_error_handler(tenant),
            TenantError: _answer_refusal,
            HTTPException: _answer_routing_error,
            Exception: _answer_bug,
        },
    )
    # A gateway knows each path in one spelling, and redirects nobody.
    starlette.router.redirect_slashes = False
    app: ASGIApp = starlette
    layers: list[Middleware] = [*reversed(middleware), Faulty, Delayed, Journaled, Guarded]
    for layer in layers:
        app = layer(app, tenant)
    return app


def _list_api_routes(tenant: Tenant) -> Iterator[Route]:
    # Try a fixed path before the templated one that would match it as well.
    for path, methods in sorted(
        load_document()["paths"].items(), key=lambda item: item[0].count("{")
    ):
        for method, operation in methods.items():
            if _name_operation(operation) in {*OPERATIONS, *DIRECTORY_OPERATIONS}:
                yield _make_route(path, _make_api_endpoint(tenant, operation), method.upper())


def _name_operation(operation: dict[str, Any]) -> str:
    """Return the name of an operation: its service and its method."""
    return ".".join(operation["operationId"].rsplit(".", 2)[1:])


def _make_route(path: str, endpoint: Endpoint, *methods: str) -> Route:
    route = Route(path, endpoint)
    # Starlette would answer HEAD wherever it answers GET.
    route.methods = set(methods)
    return route


def _make_api_endpoint(tenant: Tenant, operation: dict[str, Any]) -> Endpoint:
    short_name = _name_operation(operation)
    answer_name = _get_message_name(operation["responses"]["200"])
    request_name = (
        _get_message_name(operation["requestBody"]) if "requestBody" in operation else None
    )
    named = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
    list_request = _LIST_REQUESTS.get(short_name, "")
    in_query = [get_message(list_request).by_any_name[name] for name in named]

    async def endpoint(request: Request) -> Response:
        tenant.tokens.check(request.headers.get("authorization"))
        if request.scope[faulty.STORE] is not tenant.policies:
            # A request that is delayed beyond a reset would leave its traces in another test.
            raise TenantError(StatusCode.UNAVAILABLE, "the tenant was reset meanwhile")
        policy_id = request.path_params.get("id", "")
        is_of_policy = short_name in OPERATIONS
        if is_of_policy and tenant.quirks.check_ids and "id" in request.path_params:
            _check_id(short_name, policy_id)
        stored: Stored = {}
        if request_name:
            reader = tenant.make_reader(creating=request_name == CREATE_REQUEST)
            stored = reader.read(request_name, reading.parse(await request.body()))
        elif in_query:
            asked = reading.parse_query(request.query_params.multi_items(), in_query)
            stored = reading.Reader().read(list_request, asked)
        if is_of_policy:
            answer = OPERATIONS[short_name](tenant, policy_id, stored)
        else:
            answer = DIRECTORY_OPERATIONS[short_name](tenant, request.path_params, stored)
        # As in every message, an empty value is unset.
        held = {name: value for name, value in answer.items() if value}
        return JSONResponse(render(answer_name, held, tenant.quirks))

    return endpoint


def _check_id(operation: str, policy_id: str) -> None:
    if not re.fullmatch(_ID_PATTERN, policy_id):
        request = f"{operation.rpartition('.')[2]}PolicyRequest"
        raise invalid(f'invalid {request}.Id: value does not match regex pattern "{_ID_PATTERN}"')


async def _redirect_to_collection(_request: Request) -> Response:
    """Clean the path of an invalid id, before anybody checks the token."""
    return RedirectResponse(_COLLECTION, HTTPStatus.MOVED_PERMANENTLY)


def _get_message_name(part: dict[str, Any]) -> str:
    reference: str = part["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]


def _make_token_endpoint(tenant: Tenant) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise TokenError("invalid_request", "the body must be a URL-encoded form")
        pairs = parse_qsl((await request.body()).decode("utf-8", "replace"))
        form = dict(pairs)
        if len(form) != len(pairs):
            raise TokenError("invalid_request", "a parameter is repeated")
        in_header = "authorization" in request.headers
        answer = tenant.tokens.issue(form, credentials_in_header=in_header)
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    return endpoint


def _list_control_routes(tenant: Tenant) -> Iterator[Route]:
    """Return endpoints for scripts; they cannot clash with the API and are never in the journal."""

    async def requests(_request: Request) -> Response:
        entries = [entry.as_json() for entry in tenant.journal.list_entries()]
        return JSONResponse({"requests": entries})

    async def clear_requests(_request: Request) -> Response:
        tenant.journal.clear()
        return JSONResponse({})

    async def policies(_request: Request) -> Response:
        shown = [render(POLICY, record.stored, tenant.quirks) for record in tenant.policies]
        return JSONResponse({"policies": shown})

    async def reset(_request: Request) -> Response:
        tenant.reset()
        return JSONResponse({})

    async def add(request: Request) -> Response:
        record = tenant.add(reading.parse(await request.body()))
        return JSONResponse({"policy": render(POLICY, record.stored, tenant.quirks)})

    async def add_directory(request: Request) -> Response:
        try:
            fill(tenant.directory, reading.parse(await request.body()))
        except ValueError as error:
            raise invalid(str(error)) from error
        return JSONResponse({})

    def edit(*, by_product: bool) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            changes = reading.parse(await request.body())
            record = tenant.edit(
                request.path_params["id"],
                changes,
                by_product=by_product,
                checked=request.query_params.get("checked") != "false",
            )
            return JSONResponse({"policy": render(POLICY, record.stored, tenant.quirks)})

        return endpoint

    async def product_delete(request: Request) -> Response:
        tenant.delete_in_product(request.path_params["id"])
        return JSONResponse({})

    async def quirks(request: Request) -> Response:
        try:
            tenant.quirks = tenant.quirks.replace(**reading.parse(await request.body()))
        except (TypeError, ValueError) as error:
            raise invalid(str(error)) from error
        return JSONResponse(dataclasses.asdict(tenant.quirks))

    async def show_faults(_request: Request) -> Response:
        return JSONResponse(tenant.faults.as_json())

    async def set_faults(request: Request) -> Response:
        try:
            tenant.faults.replace(*faults.parse(reading.parse(await request.body())))
        except ValueError as error:
            raise invalid(str(error)) from error
        return JSONResponse(tenant.faults.as_json())

    async def clear_faults(_request: Request) -> Response:
        tenant.faults.replace(())
        return JSONResponse({})

    async def expire_tokens(_request: Request) -> Response:
        tenant.tokens.revoke_issued()
        return JSONResponse({})

    yield _make_route(f"{CONTROL}/requests", requests, "GET")
    yield _make_route(f"{CONTROL}/requests", clear_requests, "DELETE")
    yield _make_route(f"{CONTROL}/policies", policies, "GET")
    yield _make_route(f"{CONTROL}/reset", reset, "POST")
    yield _make_route(f"{CONTROL}/quirks", quirks, "POST")
    yield _make_route(f"{CONTROL}/faults", show_faults, "GET")
    yield _make_route(f"{CONTROL}/faults", set_faults, "POST", "PUT")
    yield _make_route(f"{CONTROL}/faults", clear_faults, "DELETE")
    yield _make_route(f"{CONTROL}/expire-tokens", expire_tokens, "POST")
    yield _make_route(f"{CONTROL}/add-policy", add, "POST")
    yield _make_route(f"{CONTROL}/directory", add_directory, "POST")
    yield _make_route(f"{CONTROL}/product-delete/{{id}}", product_delete, "POST")
    yield _make_route(f"{CONTROL}/product-edit/{{id}}", edit(by_product=True), "POST")
    yield _make_route(f"{CONTROL}/api-edit/{{id}}", edit(by_product=False), "POST")


async def _answer_refusal(_request: Request, error: Exception) -> Response:
    refused = (
        error if isinstance(error, TenantError) else TenantError(StatusCode.INTERNAL, str(error))
    )
    headers = {"www-authenticate": "Bearer"} if refused.code is StatusCode.UNAUTHENTICATED else None
    return JSONResponse(refused.body(), refused.status, headers)


def _make_error_handler(tenant: Tenant) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        style = tenant.quirks.handler_errors
        if style == "invalid":
            error = invalid(str(error))
        elif style == "wrapped":
            error = HandlerError(f"error handling request: {error} (policies)")
        return await _answer_refusal(request, error)

    return answer


async def _answer_routing_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
    # grpc-gateway answers a wrong method on a known path as UNIMPLEMENTED.
    wrong_method = status == HTTPStatus.METHOD_NOT_ALLOWED
    code = StatusCode.UNIMPLEMENTED if wrong_method else StatusCode.NOT_FOUND
    return await _answer_refusal(request, TenantError(code, HTTPStatus(status).phrase))


async def _answer_bug(request: Request, error: Exception) -> Response:
    answer = await _answer_refusal(
        request, TenantError(StatusCode.INTERNAL, f"emulator: {error!r}")
    )
    # The error goes on to uvicorn, which then closes the connection: tell the client.
    answer.headers["connection"] = "close"
    return answer
