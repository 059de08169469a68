"""What is tried again, and when: one table for every kind of request and every outcome."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client import retries, settings
from pulumi_c1policy._client.clock import Clock
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


def looked_at(call: str) -> dict[str, Any] | None:
    """The policy that the looks before a write find."""
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
def test_a_request_is_repeated_exactly_where_that_is_safe(
    call: str, outcome: str, connect: Any
) -> None:
    reply, repeated = OUTCOMES[outcome]
    client, tenant = connect(reply, OK, look=looked_at(call))
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
def test_a_write_that_may_have_happened_says_so(call: str, outcome: str, connect: Any) -> None:
    client, _ = connect(OUTCOMES[outcome][0], look=looked_at(call), requestDeadline="1")
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
def test_a_lasting_failure_ends_after_a_few_attempts(
    outcome: str, attempts: int, connect: Any, clock: Any
) -> None:
    client, tenant = connect(OUTCOMES[outcome][0])
    started = clock.now
    with pytest.raises(errors.APIError):
        client.get("p1")
    assert len(tenant.requests) == attempts
    assert clock.now - started < 5


@pytest.mark.parametrize("status", [429, 503])
def test_a_storm_is_waited_out_until_the_deadline(status: int, connect: Any, clock: Any) -> None:
    client, tenant = connect(httpx.Response(status), requestDeadline="60")
    started = clock.now
    with pytest.raises(errors.StatusError, match="attempts"):
        client.get("p1")
    assert len(tenant.requests) > 4
    assert 40 < clock.now - started <= 60


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 9),
        ({"Retry-After": " 7 "}, 7, 9),
        ({"Retry-After": "0"}, 0, 1),
        ({"Retry-After": "1.5"}, 1.5, 3),
        (
            {
                "Date": "Wed, 21 Oct 2015 07:28:00 GMT",
                "Retry-After": "Wed, 21 Oct 2015 07:28:20 GMT",
            },
            20,
            22,
        ),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:20 GMT"}, 0, 1),
        ({"Retry-After": "Tue, 14 Nov 2023 22:30:30 GMT"}, 30, 32),
        ({"Retry-After": "soon"}, 0, 1),
        ({"Retry-After": "-5"}, 0, 1),
        ({"Retry-After": "inf"}, 0, 1),
        ({"Retry-After": "Wed, 99 Foo"}, 0, 1),
        ({"Retry-After": ""}, 0, 1),
        ({}, 0, 1),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_is_the_one_asked_for(
    status: int, headers: dict[str, str], least: float, most: float, connect: Any, clock: Any
) -> None:
    client, _ = connect(httpx.Response(status, headers=headers), OK)
    # The fake clock stands at 2023-11-14 22:30:00.
    started = clock.now
    client.get("p1")
    assert least <= clock.now - started <= most


def test_a_wait_beyond_the_deadline_ends_the_call_at_once(connect: Any, clock: Any) -> None:
    client, tenant = connect(httpx.Response(429, headers={"Retry-After": "121"}))
    started = clock.now
    with pytest.raises(errors.RateLimitError):
        client.get("p1")
    assert len(tenant.requests) == 1
    assert clock.now == started


def test_all_threads_wait_when_one_was_asked_to(clock: Any) -> None:
    pace = retries.Pace(clock, threading.Event())
    pace.hold(30)
    before = clock.now
    pace.pass_by(clock.now + 60)
    assert 30 <= clock.now - before <= 30.25
    after = clock.now
    pace.pass_by(clock.now + 60)
    assert clock.now == after


def test_a_hold_beyond_the_deadline_of_another_call_fails_it_unsent(clock: Any) -> None:
    pace = retries.Pace(clock, threading.Event())
    pace.hold(30)
    with pytest.raises(
        errors.NoAnswerError, match="asked to wait for another 30 seconds"
    ) as caught:
        pace.pass_by(clock.now + 20)
    assert not caught.value.ambiguous


def test_a_shorter_hold_does_not_shorten_a_longer_one(clock: Any) -> None:
    pace = retries.Pace(clock, threading.Event())
    pace.hold(30)
    pace.hold(1)
    before = clock.now
    pace.pass_by(clock.now + 60)
    assert clock.now - before >= 30


def test_closing_the_client_ends_a_wait_at_once() -> None:
    closed = threading.Event()
    pace = retries.Pace(Clock(), closed)
    pace.hold(3_600)
    ended: list[errors.NoAnswerError] = []

    def wait() -> None:
        with pytest.raises(errors.NoAnswerError) as caught:
            pace.pass_by(Clock().monotonic() + 7_200)
        ended.append(caught.value)

    thread = threading.Thread(target=wait)
    thread.start()
    closed.set()
    thread.join(timeout=10)
    assert ended


def test_ctrl_c_ends_a_wait_at_once() -> None:
    pace = retries.Pace(Clock(), threading.Event())
    pace.hold(3_600)
    threading.Timer(0.05, os.kill, [os.getpid(), signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        pace.pass_by(Clock().monotonic() + 7_200)


def test_a_create_that_was_turned_away_makes_the_next_request_wait(
    connect: Any, clock: Any
) -> None:
    client, _ = connect(httpx.Response(503, headers={"Retry-After": "9"}), OK)
    with pytest.raises(errors.ServerError):
        client.create(POLICY)
    before = clock.now
    client.get("p1")
    assert 9 <= clock.now - before <= 9.25


@pytest.mark.parametrize(
    ("call", "first", "then", "error"),
    [
        ("update", httpx.Response(503), httpx.ConnectError("x"), errors.NoAnswerError),
        ("update", httpx.Response(503), httpx.Response(400), errors.InvalidRequestError),
        ("delete", httpx.ReadTimeout("x"), OUTCOMES["404"][0], errors.NotFoundError),
        ("delete", httpx.ReadTimeout("x"), httpx.ConnectError("x"), errors.NoAnswerError),
    ],
)
def test_a_doubt_outlives_the_attempt_that_raised_it(
    call: str, first: Any, then: Any, error: type[errors.APIError], connect: Any
) -> None:
    client, _ = connect(first, then, look=looked_at(call))
    with pytest.raises(error) as caught:
        CALLS[call](client)
    assert caught.value.ambiguous
    assert caught.value.advice == retries.LOOK_FIRST


def test_a_doubt_outlives_a_token_that_cannot_be_renewed(connect: Any) -> None:
    client, _ = connect(
        httpx.Response(503),
        httpx.Response(401),
        look=POLICY,
        token_replies=(httpx.Response(200, json={"access_token": "one"}), httpx.Response(401)),
    )
    with pytest.raises(errors.AuthenticationError) as caught:
        CALLS["update"](client)
    assert caught.value.ambiguous


def test_a_write_that_was_interrupted_between_attempts_keeps_its_failure(
    connect: Any, clock: Any
) -> None:
    client, _ = connect(httpx.Response(503), look=POLICY)
    clock.when_waiting = client.close
    with pytest.raises(errors.ServerError) as caught:
        CALLS["update"](client)
    assert caught.value.ambiguous


def test_the_number_of_attempts_stands_in_the_error(connect: Any) -> None:
    client, _ = connect(httpx.Response(500))
    with pytest.raises(errors.ServerError, match="The last of 4 attempts"):
        client.get("p1")


def test_the_looks_of_an_update_end_with_it(connect: Any, clock: Any) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and clock.now == begun:
            return OK
        seconds = "110" if request.method == "POST" else "20"
        return httpx.Response(503, headers={"Retry-After": seconds})

    client, _ = connect(reply)
    begun = clock.now
    with pytest.raises(errors.ServerError) as caught:
        CALLS["update"](client)
    assert caught.value.ambiguous
    assert clock.now - begun <= settings.DEFAULT_DEADLINE_SECONDS


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_no_wait_is_not_stormed(
    status: int, connect: Any, clock: Any
) -> None:
    client, tenant = connect(httpx.Response(status, headers={"Retry-After": "0"}))
    with pytest.raises(errors.StatusError):
        client.get("p1")
    assert len(tenant.requests) <= 30


@pytest.mark.parametrize("call", ["update", "delete"])
@pytest.mark.parametrize(
    "held", [httpx.Response(429), httpx.Response(503), httpx.Response(401), httpx.ReadError("x")]
)
def test_each_attempt_of_a_write_follows_a_look_of_its_own(
    call: str, held: Any, connect: Any
) -> None:
    client, tenant = connect(held, OK, look=POLICY)
    CALLS[call](client)
    assert len(tenant.requests) == len(tenant.looks) == 2


@pytest.mark.parametrize("call", ["update", "delete"])
def test_a_hold_that_begins_after_the_look_is_followed_by_another(
    call: str, connect: Any, clock: Any
) -> None:
    client, tenant = connect(OK, look=POLICY)
    looks: list[float] = []

    def decide(_: Any) -> Any:
        looks.append(clock.now)
        if len(looks) == 1:
            client._transport._pace.hold(5)  # As a thread does that was answered with a 429.
        return POLICY

    if call == "update":
        client.update("p1", ["displayName"], decide)
    else:
        client.delete("p1", decide)
    assert looks[1] - looks[0] >= 5
    assert len(tenant.requests) == 1


@pytest.mark.parametrize("call", ["update", "delete"])
def test_a_write_is_not_sent_where_a_look_says_no(call: str, connect: Any) -> None:
    client, tenant = connect(OK, look=POLICY)
    if call == "update":
        assert client.update("p1", ["displayName"], lambda _: None) == POLICY
    else:
        client.delete("p1", lambda _: False)
    assert tenant.requests == []
