"""Retries: one table of all kinds of requests and outcomes, and ambiguity across attempts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client import outcomes
from pulumi_c1policy._client.policy_client import PolicyClient

POLICY = {"id": "p1", "displayName": "One"}
OK = httpx.Response(200, json={"policy": POLICY, "list": [POLICY], "markers": [], "type": "t"})

CALLS: dict[str, Callable[[PolicyClient], Any]] = {
    "get": lambda client: client.get("p1"),
    "list": lambda client: list(client.list()),
    "search": lambda client: list(client.search(query="x")),
    "test": lambda client: client.test_account_provision("x"),
    "validate": lambda client: client.validate_cel("x"),
    "delete": lambda client: client.delete("p1", lambda _: True),
    "update": lambda client: client.update("p1", ["displayName"], lambda _: POLICY),
    "create": lambda client: client.create(POLICY),
}
REPEATABLE = frozenset(CALLS) - {"create"}
NOTHING: frozenset[str] = frozenset()


def look_for(call: str) -> dict[str, Any] | None:
    """Return the policy that the looks of a write find; None for other calls."""
    return POLICY if call in ("update", "delete") else None


OUTCOMES: dict[str, tuple[httpx.Response | Exception, frozenset[str]]] = {
    "refused connection": (httpx.ConnectError("x"), frozenset(CALLS)),
    "connect timeout": (httpx.ConnectTimeout("x"), frozenset(CALLS)),
    "no free connection": (httpx.PoolTimeout("x"), frozenset(CALLS)),
    "proxy refuses": (httpx.ProxyError("x"), frozenset(CALLS)),
    "read timeout": (httpx.ReadTimeout("x"), REPEATABLE),
    "write timeout": (httpx.WriteTimeout("x"), REPEATABLE),
    "cut while reading": (httpx.ReadError("x"), REPEATABLE),
    "cut while writing": (httpx.WriteError("x"), REPEATABLE),
    "cut off answer": (httpx.RemoteProtocolError("x"), REPEATABLE),
    "illegal request": (httpx.LocalProtocolError("x"), NOTHING),
    "broken encoding": (httpx.DecodingError("x"), NOTHING),
    "302": (httpx.Response(302, headers={"Location": "https://a.example"}), NOTHING),
    "400": (httpx.Response(400), NOTHING),
    "403": (httpx.Response(403), NOTHING),
    "404 of a gateway": (httpx.Response(404), REPEATABLE),
    "404": (httpx.Response(404, json={"code": 5, "message": "gone"}), NOTHING),
    "408": (httpx.Response(408), REPEATABLE),
    "409": (httpx.Response(409), NOTHING),
    "418": (httpx.Response(418), NOTHING),
    "429": (httpx.Response(429), frozenset(CALLS)),
    "500": (httpx.Response(500), REPEATABLE),
    "499": (httpx.Response(499), REPEATABLE),
    "502": (httpx.Response(502), REPEATABLE),
    "503": (httpx.Response(503), REPEATABLE),
    "504": (httpx.Response(504), REPEATABLE),
    "522": (httpx.Response(522), REPEATABLE),
    "HTML": (httpx.Response(200, html="<html>"), NOTHING),
    "cut off JSON": (httpx.Response(200, content=b'{"policy": {'), NOTHING),
}
AMBIGUOUS = {
    "read timeout",
    "write timeout",
    "cut while reading",
    "cut while writing",
    "cut off answer",
    "broken encoding",
    "408",
    "499",
    "500",
    "502",
    "503",
    "504",
    "522",
    "HTML",
    "cut off JSON",
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_request_is_repeated_only_after_the_outcomes_of_the_table(
    call: str, outcome: str, connect: Any
) -> None:
    reply, repeated = OUTCOMES[outcome]
    client, tenant = connect(reply, OK, look=look_for(call))
    if call in repeated:
        CALLS[call](client)
        assert len(tenant.requests) == 2
        assert tenant.requests[0].content == tenant.requests[1].content
    else:
        with pytest.raises(errors.APIError):
            CALLS[call](client)
        assert len(tenant.requests) == 1


@pytest.mark.parametrize("call", ["create", "update", "delete", "get"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_write_that_may_have_taken_effect_is_ambiguous(
    call: str, outcome: str, connect: Any
) -> None:
    client, _ = connect(OUTCOMES[outcome][0], look=look_for(call), requestDeadline="1")
    with pytest.raises(errors.APIError) as caught:
        CALLS[call](client)
    assert caught.value.ambiguous is (call != "get" and outcome in AMBIGUOUS)


@pytest.mark.parametrize(
    ("outcome", "attempts"),
    [
        ("refused connection", 4),
        ("read timeout", 4),
        ("500", 4),
        ("404 of a gateway", 4),
        ("404", 1),
    ],
)
def test_a_lasting_failure_ends_the_call_after_a_few_attempts(
    outcome: str, attempts: int, connect: Any, clock: Any
) -> None:
    client, tenant = connect(OUTCOMES[outcome][0])
    started = clock.now
    with pytest.raises(errors.APIError):
        client.get("p1")
    assert len(tenant.requests) == attempts
    assert clock.now - started < 5


@pytest.mark.parametrize(
    ("call", "first", "then", "error"),
    [
        ("update", httpx.Response(503), httpx.ConnectError("x"), errors.NoAnswerError),
        ("update", httpx.Response(503), httpx.Response(400), errors.InvalidRequestError),
        ("delete", httpx.ReadTimeout("x"), OUTCOMES["404"][0], errors.NotFoundError),
        ("delete", httpx.ReadTimeout("x"), httpx.ConnectError("x"), errors.NoAnswerError),
    ],
)
def test_an_ambiguous_attempt_makes_later_failures_ambiguous(
    call: str, first: Any, then: Any, error: type[errors.APIError], connect: Any
) -> None:
    client, _ = connect(first, then, look=look_for(call))
    with pytest.raises(error) as caught:
        CALLS[call](client)
    assert caught.value.ambiguous
    assert caught.value.advice == outcomes.LOOK_FIRST


def test_an_ambiguous_attempt_makes_an_error_of_the_decision_ambiguous(connect: Any) -> None:
    client, _ = connect(httpx.Response(503), look=POLICY)
    raised = errors.NotFoundError("It is gone.", "Refresh.", status=404)
    decisions: list[dict[str, Any]] = []

    def body_for(policy: dict[str, Any]) -> dict[str, Any]:
        decisions.append(policy)
        if len(decisions) == 2:
            raise raised
        return POLICY

    with pytest.raises(errors.NotFoundError) as caught:
        client.update("p1", ["displayName"], body_for)
    assert caught.value.ambiguous
    assert caught.value.status == 404
    assert caught.value.advice == outcomes.LOOK_FIRST
    assert not raised.ambiguous


@pytest.mark.parametrize(
    ("outcome", "is_in_progress"),
    [("read timeout", True), ("write timeout", True), ("cut while reading", False)],
)
def test_a_create_may_be_in_progress_after_a_timeout(
    outcome: str, is_in_progress: bool, connect: Any
) -> None:
    client, _ = connect(OUTCOMES[outcome][0])
    with pytest.raises(errors.NoAnswerError) as caught:
        client.create(POLICY)
    assert caught.value.ambiguous
    assert caught.value.in_progress is is_in_progress


def test_an_ambiguous_attempt_makes_a_failed_token_renewal_ambiguous(connect: Any) -> None:
    client, _ = connect(
        httpx.Response(503),
        httpx.Response(401),
        look=POLICY,
        token_replies=(httpx.Response(200, json={"access_token": "one"}), httpx.Response(401)),
    )
    with pytest.raises(errors.AuthenticationError) as caught:
        CALLS["update"](client)
    assert caught.value.ambiguous


def test_an_interruption_between_attempts_raises_the_failure_of_the_last_attempt(
    connect: Any, clock: Any
) -> None:
    client, _ = connect(httpx.Response(503), look=POLICY)
    clock.when_waiting = client.close
    with pytest.raises(errors.ServerError) as caught:
        CALLS["update"](client)
    assert caught.value.ambiguous


def test_the_summary_has_the_number_of_attempts(connect: Any) -> None:
    client, _ = connect(httpx.Response(500))
    with pytest.raises(errors.ServerError, match="The last of 4 attempts"):
        client.get("p1")


@pytest.mark.parametrize("call", ["update", "delete"])
@pytest.mark.parametrize(
    "held", [httpx.Response(429), httpx.Response(503), httpx.Response(401), httpx.ReadError("x")]
)
def test_a_new_look_precedes_each_attempt_of_a_write(call: str, held: Any, connect: Any) -> None:
    client, tenant = connect(held, OK, look=POLICY)
    CALLS[call](client)
    assert len(tenant.requests) == len(tenant.looks) == 2


@pytest.mark.parametrize("call", ["update", "delete"])
def test_a_wait_after_the_look_causes_another_look(call: str, connect: Any, clock: Any) -> None:
    client, tenant = connect(OK, look=POLICY)
    looks: list[float] = []

    def decide(_: Any) -> Any:
        looks.append(clock.now)
        if len(looks) == 1:
            client._transport._pace.delay(5)  # As after a 429 to another thread.
        return POLICY

    if call == "update":
        client.update("p1", ["displayName"], decide)
    else:
        client.delete("p1", decide)
    assert looks[1] - looks[0] >= 5
    assert len(tenant.requests) == 1


@pytest.mark.parametrize("call", ["update", "delete"])
def test_a_write_is_not_sent_if_its_decision_is_negative(call: str, connect: Any) -> None:
    client, tenant = connect(OK, look=POLICY)
    if call == "update":
        assert client.update("p1", ["displayName"], lambda _: None) == POLICY
    else:
        client.delete("p1", lambda _: False)
    assert tenant.requests == []
