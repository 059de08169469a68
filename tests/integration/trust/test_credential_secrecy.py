"""No state, log, error, pickle or journal contains a credential."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import re
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import dill
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator, Fault
from pulumi_c1policy._emulator.tenant import Tenant
from tests.integration.trust.trust_cases import CREATE, ONE, UPDATE, make_grant
from tests.support.engine import Process, Stack


class EchoLayer:
    """A layer that answers with the credential of the request, once it is switched on."""

    answering = False

    def __init__(self, app: ASGIApp, _: Tenant) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not EchoLayer.answering:
            await self._app(scope, receive, send)
            return
        sent = dict(scope["headers"]).get(b"authorization", b"")
        while (message := await receive())["type"] == "http.request":
            sent += b" " + message.get("body", b"")
            if not message.get("more_body"):
                break
        body = json.dumps({"code": 13, "message": sent.decode("latin-1"), "details": []}).encode()
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": body})


def _collect_texts(error: BaseException) -> str:
    """Collect the texts of an error in all of its forms."""
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    told = [str(error), repr(error), repr(vars(error)), str(copied), str(copy.copy(error))]
    return "".join([*told, *traceback.format_exception(error)])


def _run_all_failures(stack: Stack, start: Callable[[], Process], found: list[str]) -> None:
    """Create, update, read and delete a policy with every kind of failure; return all texts."""
    tenant = stack.tenant
    for fault in (
        None,
        Fault(do="answer", status=401, times=None),
        Fault(do="answer", status=500, times=None, **CREATE),
        Fault(do="cut", times=None, **UPDATE),
        Fault(do="html", times=None),
        Fault(do="truncate", times=None),
        Fault(do="expire_tokens", times=None),
    ):
        tenant.set_faults(*([fault] if fault else []))
        for program in ({"access": make_grant(str(fault))}, {}):
            try:
                stack.up(program, process=start())
            except errors.C1PolicyError as error:
                found.append(_collect_texts(error))
    tenant.set_faults()


@pytest.mark.parametrize("echo", [False, True], ids=["plain", "echoing"])
@pytest.mark.parametrize("credential", ["client secret", "access token", "oidc token"])
def test_a_credential_appears_nowhere(
    credential: str, echo: bool, caplog: pytest.LogCaptureFixture
) -> None:
    found: list[str] = []
    EchoLayer.answering = False
    with Emulator(middleware=[EchoLayer]) as tenant, caplog.at_level(logging.DEBUG):
        config: dict[str, Any] = {}
        secrets = {tenant.client_secret, tenant.client_secret.rpartition(":")[2]}
        if credential == "access token":
            config = {"accessToken": tenant.access_token}
            secrets = {tenant.access_token}
        elif credential == "oidc token":
            config = {"oidcToken": tenant.oidc_token, "clientSecret": ""}
            secrets = {config["oidcToken"]}
        stack = Stack(tenant)
        EchoLayer.answering = echo
        _run_all_failures(stack, partial(Process, tenant, **config), found)
        EchoLayer.answering, told = False, "".join(found)
        process = Process(tenant, **config)
        stack.up(ONE, process=process)
        found += [repr(process.client), repr(process.run), repr(process.known)]
        found += [repr(vars(process.client)), repr(vars(process.client._transport))]
        found += [dill.dumps(process.provider).decode("latin-1")]
        found += [json.dumps([vars(entry) for entry in stack.state])]
        found += [repr(tenant.requests), json.dumps([r.as_json() for r in tenant.requests])]
        secrets |= set(tenant.tenant.tokens._issued)
    text = "".join([*found, caplog.text])
    assert "Cannot create the policy" in text
    assert ("***" in told) is echo
    assert [secret for secret in secrets if secret in text] == []
    # No part of one either: signatures and tokens have a known shape.
    assert re.findall(r"eyJ[\w-]{20,}\.[\w-]{20,}", text) == []
    assert re.findall(r"emulated-[\w-]{20,}", text) == []


def test_the_values_of_a_secret_input_are_not_in_the_conflict(
    c1_tenant: Emulator, stack: Stack
) -> None:
    options: dict[str, Any] = {"secrets": ["description"]}
    one, theirs, two = (f"canary-{number}" for number in range(3))
    stack.up({"access": make_grant(one, options=options)})
    c1_tenant.api_edit(stack.id_of("access"), {"description": theirs})
    with pytest.raises(errors.RefusedError, match=r"`description` \(a secret\)") as caught:
        stack.up({"access": make_grant(two, options=options)})
    assert "canary-" not in _collect_texts(caught.value)
