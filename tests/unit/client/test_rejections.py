"""A text that is known to be final is a rejection, with any 4xx or 500 and any code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._client.rejections import REJECTIONS, Rejection
from pulumi_c1policy._client.settings import load
from pulumi_c1policy._findings.rule_registry import RULES
from pulumi_c1policy._lifecycle.effects.creation import create
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions

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


def build_answer(status: int, message: str, code: object = 2) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": message, "details": []})


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("rejection", REJECTIONS, ids=lambda rejection: rejection.text)
def test_a_rejected_request_is_sent_once_and_its_error_quotes_the_tenant(
    rejection: Rejection, call: str, connect: Any
) -> None:
    message = f'rpc error: failed to save: {rejection.text} "as it is"'
    look = {"id": "p1"} if call in ("update", "delete") else None
    client, tenant = connect(build_answer(500, message), look=look)
    with pytest.raises(errors.APIError) as caught:
        CALLS[call](client)
    assert type(caught.value) is errors.InvalidRequestError
    assert message in caught.value.summary
    assert not caught.value.ambiguous
    assert "may have been made" not in str(caught.value)
    assert "attempts" not in str(caught.value)
    assert len(tenant.requests) == 1
    if call in ("create", "update"):
        assert caught.value.advice == f"{rejection.fix}. Nothing was changed. [{rejection.rule}]"


@pytest.mark.parametrize("status", [*range(400, 432), 451, 499, 500])
@pytest.mark.parametrize("code", [2, 3, 4, 14, "internal", None])
def test_the_text_is_final_with_any_4xx_and_500(status: int, code: object, connect: Any) -> None:
    client, tenant = connect(build_answer(status, PROVISION, code))
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
def test_letter_case_and_white_space_are_ignored(message: str, connect: Any) -> None:
    client, tenant = connect(build_answer(500, message))
    with pytest.raises(errors.InvalidRequestError, match="on the entitlement"):
        client.create({})
    assert len(tenant.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        build_answer(500, "connection to the database was lost"),
        build_answer(502, PROVISION),
        build_answer(503, PROVISION),
        httpx.Response(500, text=PROVISION),
        httpx.Response(500, html=f"<p>{PROVISION}</p>"),
        httpx.Response(500, json={"code": 2, "details": [PROVISION]}),
        httpx.Response(500, json=[PROVISION]),
    ],
)
def test_another_text_or_body_stays_ambiguous(reply: httpx.Response, connect: Any) -> None:
    client, _ = connect(reply)
    with pytest.raises(errors.ServerError, match="may have been made") as caught:
        client.create({})
    assert caught.value.ambiguous


def test_a_text_of_the_token_endpoint_is_not_a_rejection(connect: Any) -> None:
    client, tenant = connect(
        httpx.Response(200, json={"policy": {"id": "p1"}}),
        token_replies=(
            build_answer(500, PROVISION),
            httpx.Response(200, json={"access_token": "token"}),
        ),
    )
    client.get("p1")
    assert len(tenant.token_requests) == 2


def test_a_rejection_ends_the_ambiguity_of_an_earlier_attempt(connect: Any) -> None:
    client, tenant = connect(httpx.Response(503), build_answer(500, PROVISION))
    with pytest.raises(errors.InvalidRequestError) as caught:
        client.update("p1", ["policySteps"], lambda _: {})
    assert not caught.value.ambiguous
    assert len(tenant.requests) == 2


def test_each_rejection_names_a_rule() -> None:
    assert {rejection.rule for rejection in REJECTIONS} <= RULES.keys()


def test_the_documentation_lists_every_text() -> None:
    page = Path(__file__).parents[3] / "docs" / "reliability.md"
    assert [each.text for each in REJECTIONS if f"`{each.text}`" not in page.read_text()] == []


def test_the_lifecycle_does_not_search_for_a_rejected_create() -> None:
    requests: list[str] = []

    def tenant(request: httpx.Request) -> httpx.Response:
        requests.append(f"{request.method} {request.url.path}")
        if request.url.path.endswith("/search/policies"):
            return httpx.Response(200, json={"list": []})
        return build_answer(500, PROVISION)

    settings = load({"accessToken": "made-up", "serverUrl": "https://a.example"}, {})
    desired = {"display_name": "A", "policy_type": "POLICY_TYPE_GRANT"}
    with PolicyClient(settings, transport=httpx.MockTransport(tenant)) as client:
        run = Run.start(client, KnownState())
        with pytest.raises(errors.InvalidRequestError, match=PROVISION):
            create(run, desired, LifecycleOptions())
    assert requests.count("POST /api/v1/policies") == 1
    assert requests[-1] == "POST /api/v1/policies"
