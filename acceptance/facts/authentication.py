"""Facts about tokens."""

from __future__ import annotations

from acceptance.context import Context, expect_rejection
from acceptance.fact import API, SDK, Fact, expect
from acceptance.http import POLICIES, read_json


def _reject_missing_token(context: Context) -> None:
    expect_rejection(context.api.send("GET", POLICIES), status=401)


def _reject_unknown_token(context: Context) -> None:
    headers = {"Authorization": "Bearer not-a-token-of-this-tenant"}
    expect_rejection(context.api.send("GET", POLICIES, headers=headers), status=401)


def _answer_token_request(context: Context) -> None:
    answer = context.api.request_token(context.api.build_form())
    held = read_json(answer)
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")
    expect(bool(held["access_token"]), "no access token")
    expect(str(held["token_type"]).lower() == "bearer", "another type of token")
    expect(int(held["expires_in"]) > 0, "the token does not last")


def _reject_late_assertion(context: Context) -> None:
    expect_rejection(context.api.request_token(context.api.build_assertion_form(ends_in=900)))


def _reject_expired_assertion(context: Context) -> None:
    expect_rejection(context.api.request_token(context.api.build_assertion_form(ends_in=-60)))


def _reject_other_audience(context: Context) -> None:
    expect_rejection(
        context.api.request_token(context.api.build_assertion_form(aud="another-tenant.example"))
    )


def _reject_other_subject(context: Context) -> None:
    expect_rejection(
        context.api.request_token(context.api.build_assertion_form(sub="another-client"))
    )


def _accept_assertion(context: Context) -> None:
    answer = context.api.request_token(context.api.build_assertion_form())
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")


def _reject_grant_type(context: Context) -> None:
    expect_rejection(
        context.api.request_token({**context.api.build_form(), "grant_type": "password"})
    )


FACTS = (
    Fact("no-token", "A request without a token: 401.", "docs", API, _reject_missing_token),
    Fact(
        "unknown-token", "A request with an unknown token: 401.", "docs", API, _reject_unknown_token
    ),
    Fact(
        "token-answer",
        "The token endpoint answers `access_token`, `token_type: Bearer` and `expires_in` "
        "in seconds.",
        "docs",
        SDK,
        _answer_token_request,
    ),
    Fact(
        "assertion",
        "An assertion (EdDSA; `iss` and `sub` are the client id, `aud` the host, a nonce in the "
        "header) is exchanged for a token.",
        "docs",
        SDK,
        _accept_assertion,
    ),
    Fact(
        "assertion-subject",
        "An assertion of another subject than the client id is rejected.",
        "docs",
        SDK,
        _reject_other_subject,
    ),
    Fact(
        "assertion-too-far",
        "An assertion that ends more than 5 minutes ahead is rejected.",
        "docs",
        SDK,
        _reject_late_assertion,
    ),
    Fact(
        "assertion-expired",
        "An expired assertion is rejected.",
        "docs",
        SDK,
        _reject_expired_assertion,
    ),
    Fact(
        "assertion-audience",
        "An assertion for another host is rejected: the audience is the tenant's host.",
        "docs",
        SDK,
        _reject_other_audience,
    ),
    Fact(
        "grant-type",
        "The token endpoint rejects another grant type than client credentials and token exchange.",
        "docs",
        SDK,
        _reject_grant_type,
    ),
)
