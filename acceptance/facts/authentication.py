"""Facts about tokens."""

from __future__ import annotations

from acceptance.context import Context, refusal
from acceptance.fact import API, SDK, Fact, expect
from acceptance.http import POLICIES, json_of


def _no_token(context: Context) -> None:
    refusal(context.api.send("GET", POLICIES), status=401)


def _unknown_token(context: Context) -> None:
    headers = {"Authorization": "Bearer not-a-token-of-this-tenant"}
    refusal(context.api.send("GET", POLICIES, headers=headers), status=401)


def _token_answer(context: Context) -> None:
    answer = context.api.token_answer(context.api.form())
    held = json_of(answer)
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")
    expect(bool(held["access_token"]), "no access token")
    expect(str(held["token_type"]).lower() == "bearer", "another type of token")
    expect(int(held["expires_in"]) > 0, "the token does not last")


def _late_assertion(context: Context) -> None:
    refusal(context.api.token_answer(context.api.assertion_form(ends_in=900)))


def _old_assertion(context: Context) -> None:
    refusal(context.api.token_answer(context.api.assertion_form(ends_in=-60)))


def _other_audience(context: Context) -> None:
    refusal(context.api.token_answer(context.api.assertion_form(aud="another-tenant.example")))


def _other_subject(context: Context) -> None:
    refusal(context.api.token_answer(context.api.assertion_form(sub="another-client")))


def _right_assertion(context: Context) -> None:
    answer = context.api.token_answer(context.api.assertion_form())
    expect(answer.status_code == 200, f"HTTP {answer.status_code}")


def _grant_type(context: Context) -> None:
    refusal(context.api.token_answer({**context.api.form(), "grant_type": "password"}))


FACTS = (
    Fact("no-token", "A request without a token: 401.", "docs", API, _no_token),
    Fact("unknown-token", "A request with an unknown token: 401.", "docs", API, _unknown_token),
    Fact(
        "token-answer",
        "The token endpoint answers `access_token`, `token_type: Bearer` and `expires_in` "
        "in seconds.",
        "docs",
        SDK,
        _token_answer,
    ),
    Fact(
        "assertion",
        "An assertion (EdDSA; `iss` and `sub` are the client id, `aud` the host, a nonce in the "
        "header) is exchanged for a token.",
        "docs",
        SDK,
        _right_assertion,
    ),
    Fact(
        "assertion-subject",
        "An assertion of another subject than the client id is refused.",
        "docs",
        SDK,
        _other_subject,
    ),
    Fact(
        "assertion-too-far",
        "An assertion that ends more than 5 minutes ahead is refused.",
        "docs",
        SDK,
        _late_assertion,
    ),
    Fact("assertion-expired", "An expired assertion is refused.", "docs", SDK, _old_assertion),
    Fact(
        "assertion-audience",
        "An assertion for another host is refused: the audience is the tenant's host.",
        "docs",
        SDK,
        _other_audience,
    ),
    Fact(
        "grant-type",
        "The token endpoint refuses another grant type than client credentials and token exchange.",
        "docs",
        SDK,
        _grant_type,
    ),
)
