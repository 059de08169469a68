"""Facts about access: tokens, errors and paths."""

from __future__ import annotations

import time

import httpx

from acceptance.fact import Fact, NotTried, expect
from acceptance.tenant import POLICIES, Tenant
from pulumi_c1policy._client import credentials

_DOCS = "the vendor's documentation of API access"
_LIVE = "captured answers of tenants"


def _form(tenant: Tenant, audience: str = "") -> dict[str, str]:
    credential = tenant.settings.credential
    if not isinstance(credential, credentials.ClientSecret):
        raise NotTried("needs a client id and secret")
    form = credentials.token_form(credential, audience or tenant.settings.audience, time.time())
    return dict(form)


def _token_in_body(tenant: Tenant) -> None:
    answer = tenant.token(_form(tenant))
    expect(answer.is_success and answer.json()["access_token"], "no token")
    expect(answer.json()["token_type"].lower() == "bearer", "another type of token")


def _lifetime(tenant: Tenant) -> None:
    seconds = int(tenant.token(_form(tenant)).json()["expires_in"])
    expect(0 < seconds <= 86400, "another lifetime")


def _broken_assertion(tenant: Tenant) -> None:
    form = _form(tenant)
    form["client_assertion"] = form["client_assertion"][:-8] + "AAAAAAAA"
    expect(tenant.token(form).status_code in (400, 401, 403), "a broken assertion got a token")


def _other_audience(tenant: Tenant) -> None:
    answer = tenant.token(_form(tenant, "elsewhere.invalid"))
    expect(answer.status_code in (400, 401, 403), "another audience got a token")


def _anonymous(tenant: Tenant) -> httpx.Response:
    return httpx.get(f"{tenant.settings.server_url}{POLICIES}", timeout=30)


def _no_token(tenant: Tenant) -> None:
    expect(_anonymous(tenant).status_code == 401, "not 401")


def _unknown_token(tenant: Tenant) -> None:
    answer = httpx.get(
        f"{tenant.settings.server_url}{POLICIES}",
        headers={"Authorization": "Bearer unknown"},
        timeout=30,
    )
    expect(answer.status_code == 401, "not 401")


def _error_body(tenant: Tenant) -> None:
    answer = tenant.try_create(tenant.body(policyType=None))
    body = answer.json()
    expect(isinstance(body.get("code"), int), "no gRPC code")
    expect(isinstance(body.get("message"), str), "no message")
    expect(isinstance(body.get("details", []), list), "no list of details")


def _not_found(tenant: Tenant) -> None:
    answer = tenant.send("GET", f"{POLICIES}/{'0' * 27}")
    expect(answer.status_code in (400, 404), f"answered {answer.status_code}")
    expect(answer.json().get("code") in (3, 5), "another gRPC code")


def _redirected(tenant: Tenant) -> None:
    answer = tenant.send("GET", f"{POLICIES}//")
    expect(answer.status_code == 301, f"answered {answer.status_code}")


FACTS = (
    Fact(
        "token-in-body",
        "The token endpoint takes a signed assertion in the form's body and answers a bearer token.",
        "docs",
        _DOCS,
        _token_in_body,
    ),
    Fact("token-lifetime", "A token tells its lifetime in `expires_in`.", "docs", _DOCS, _lifetime),
    Fact(
        "token-assertion-signed",
        "An assertion with another signature gets no token.",
        "docs",
        _DOCS,
        _broken_assertion,
    ),
    Fact(
        "token-audience",
        "The audience of an assertion is the tenant's host, without a port.",
        "docs",
        _DOCS,
        _other_audience,
    ),
    Fact("no-token-401", "A request without a token is a 401.", "live", _LIVE, _no_token),
    Fact("unknown-token-401", "An unknown token is a 401.", "live", _LIVE, _unknown_token),
    Fact(
        "error-body",
        "The body of an error is `code`, `message` and `details`.",
        "live",
        _LIVE,
        _error_body,
    ),
    Fact(
        "unknown-id",
        "An id that no policy has is a 404 with gRPC code 5, or refused by its form.",
        "live",
        _LIVE,
        _not_found,
    ),
    Fact(
        "odd-id-redirect",
        "An id of `/` in a path is a redirect to the collection.",
        "live",
        _LIVE,
        _redirected,
    ),
)
