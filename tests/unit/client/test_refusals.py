"""A text that is known to be final is a refusal, whatever status and code come with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.final_errors import REFUSALS, Refusal
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.settings import load
from pulumi_c1policy._findings.rule_registry import RULES
from pulumi_c1policy._lifecycle.effects.creation import create
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
from pulumi_c1policy._lifecycle.planning.decisions import Options

PROVISION = "provision steps are not allowed in policies"
CALLS: dict[str, Callable[[PolicyClient], Any]] = {
    "create": lambda client: client.create({}),
    "update": lambda client: client.update("p1", ["policySteps"], lambda _: {}),
    "delete": lambda client: client.delete("p1", lambda _: True),
    "get": lambda client: client.get("p1"),
    "list": lambda client: list(client.list()),
    "search": lambda client: list(client.search()),
    "validate": lambda client: client.validate_cel("x"),
    "test": lambda client: client.test_account_provision("x"),
}


def answer(status: int, message: str, code: object = 2) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": message, "details": []})


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.text)
def test_a_refusal_is_sent_once_and_shown_in_the_tenants_words(
    refusal: Refusal, call: str, connect: Any
) -> None:
    message = f'rpc error: failed to save: {refusal.text} "as it is"'
    look = {"id": "p1"} if call in ("update", "delete") else None
    client, tenant = connect(answer(500, message), look=look)
    with pytest.raises(errors.APIError) as caught:
        CALLS[call](client)
    assert type(caught.value) is errors.InvalidRequestError
    assert message in caught.value.summary
    assert not caught.value.ambiguous
    assert "may have been made" not in str(caught.value)
    assert "attempts" not in str(caught.value)
    assert len(tenant.requests) == 1
    if call in ("create", "update"):
        assert caught.value.advice == f"{refusal.fix} (rule {refusal.rule}); nothing was changed."


@pytest.mark.parametrize("status", [*range(400, 432), 451, 499, 500])
@pytest.mark.parametrize("code", [2, 3, 4, 14, "internal", None])
def test_the_text_counts_at_any_4xx_and_500(status: int, code: object, connect: Any) -> None:
    client, tenant = connect(answer(status, PROVISION, code))
    with pytest.raises(errors.InvalidRequestError) as caught:
        client.create({})
    assert caught.value.status == status
    assert not caught.value.ambiguous
    assert len(tenant.requests) == len(tenant.token_requests) == 1


@pytest.mark.parametrize(
    "message",
    [PROVISION.upper(), f"\n{PROVISION.replace(' ', '  ')}\t", f"{'x' * 2000} {PROVISION}"],
    ids=["upper case", "white space", "at the end of a long message"],
)
def test_letter_case_and_white_space_do_not_count(message: str, connect: Any) -> None:
    client, tenant = connect(answer(500, message))
    with pytest.raises(errors.InvalidRequestError, match="on the entitlement"):
        client.create({})
    assert len(tenant.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        answer(500, "connection to the database was lost"),
        answer(502, PROVISION),
        answer(503, PROVISION),
        httpx.Response(500, text=PROVISION),
        httpx.Response(500, html=f"<p>{PROVISION}</p>"),
        httpx.Response(500, json={"code": 2, "details": [PROVISION]}),
        httpx.Response(500, json=[PROVISION]),
    ],
)
def test_code_2_with_another_text_and_other_bodies_stay_unclear(
    reply: httpx.Response, connect: Any
) -> None:
    client, _ = connect(reply)
    with pytest.raises(errors.ServerError, match="may have been made") as caught:
        client.create({})
    assert caught.value.ambiguous


def test_the_token_endpoint_refuses_no_policy(connect: Any) -> None:
    client, tenant = connect(
        httpx.Response(200, json={"policy": {"id": "p1"}}),
        token_replies=(
            answer(500, PROVISION),
            httpx.Response(200, json={"access_token": "token"}),
        ),
    )
    client.get("p1")
    assert len(tenant.token_requests) == 2


def test_a_refusal_ends_the_doubt_of_an_earlier_attempt(connect: Any) -> None:
    client, tenant = connect(httpx.Response(503), answer(500, PROVISION))
    with pytest.raises(errors.InvalidRequestError) as caught:
        client.update("p1", ["policySteps"], lambda _: {})
    assert not caught.value.ambiguous
    assert len(tenant.requests) == 2


def test_each_refusal_belongs_to_a_rule() -> None:
    assert {refusal.rule for refusal in REFUSALS} <= RULES.keys()


def test_the_documentation_lists_every_text() -> None:
    page = Path(__file__).parents[3] / "docs" / "reliability.md"
    assert [r.text for r in REFUSALS if f"`{r.text}`" not in page.read_text()] == []


def test_a_create_that_is_refused_is_not_looked_for() -> None:
    requests: list[str] = []

    def tenant(request: httpx.Request) -> httpx.Response:
        requests.append(f"{request.method} {request.url.path}")
        if request.url.path.endswith("/search/policies"):
            return httpx.Response(200, json={"list": []})
        return answer(500, PROVISION)

    settings = load({"accessToken": "made-up", "serverUrl": "https://a.example"}, {})
    desired = {"display_name": "A", "policy_type": "POLICY_TYPE_GRANT"}
    with PolicyClient(settings, transport=httpx.MockTransport(tenant)) as client:
        run = Run.over(client, KnownState())
        with pytest.raises(errors.InvalidRequestError, match=PROVISION):
            create(run, desired, Options())
    assert requests.count("POST /api/v1/policies") == 1
    assert requests[-1] == "POST /api/v1/policies"
