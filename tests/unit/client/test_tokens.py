"""One token for all threads, renewed once, in time, and again after a 401."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.access_tokens import Token, TokenCache
from pulumi_c1policy._client.clock import Clock

OK = httpx.Response(200, json={"policy": {"id": "p1"}})
UNAUTHORIZED = httpx.Response(401, json={"code": 16, "message": "expired"})


def issued(token: str, expires_in: object = 3600) -> httpx.Response:
    return httpx.Response(200, json={"access_token": token, "expires_in": expires_in})


def bearers(tenant: Any) -> list[str]:
    return [request.headers["authorization"].removeprefix("Bearer ") for request in tenant.requests]


@pytest.mark.parametrize(
    ("config", "grant"),
    [
        ({}, "client_credentials"),
        ({"oidcToken": "oidc"}, "urn:ietf:params:oauth:grant-type:token-exchange"),
    ],
)
def test_the_credential_goes_into_the_body_of_the_token_request_only(
    config: dict[str, str], grant: str, connect: Any
) -> None:
    client, tenant = connect(OK, **config)
    client.get("p1")
    (request,) = tenant.token_requests
    form = parse_qs(request.content.decode())
    assert request.url == "https://acme.conductor.one/auth/v1/token"
    assert form["grant_type"] == [grant]
    assert form["client_id"] == ["clever-fox-42195@acme.conductor.one/spc"]
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in request.headers


def test_an_access_token_is_used_as_it_is(connect: Any) -> None:
    client, tenant = connect(OK, accessToken="mine")
    client.get("p1")
    assert bearers(tenant) == ["mine"]
    assert tenant.token_requests == []


@pytest.mark.parametrize(
    ("expires_in", "after", "token_requests"),
    [
        (3600, 3539, 1),
        (3600, 3541, 2),
        (100, 79, 1),
        (100, 81, 2),
        ("100", 81, 2),
        (None, 539, 1),
        (None, 541, 2),
        (1e30, 86_300, 1),
        (1e30, 86_400, 2),
        (0, 0, 2),
    ],
)
def test_a_token_is_renewed_ahead_of_its_end(
    expires_in: object, after: float, token_requests: int, connect: Any, clock: Any
) -> None:
    client, tenant = connect(OK, token_replies=(issued("token", expires_in),))
    client.get("p1")
    clock.now += after
    client.get("p1")
    assert len(tenant.token_requests) == token_requests


def test_a_refused_token_is_replaced_once(connect: Any) -> None:
    client, tenant = connect(UNAUTHORIZED, OK)
    client.create({"displayName": "One"})
    assert bearers(tenant) == ["token-number-1", "token-number-2"]
    assert tenant.requests[0].content == tenant.requests[1].content


def test_a_second_refusal_is_final(connect: Any) -> None:
    client, tenant = connect(UNAUTHORIZED)
    with pytest.raises(errors.AuthenticationError):
        client.get("p1")
    assert len(tenant.requests) == 2


def test_a_refused_access_token_is_final(connect: Any) -> None:
    client, tenant = connect(UNAUTHORIZED, accessToken="mine")
    with pytest.raises(errors.AuthenticationError, match="c1policy:accessToken"):
        client.get("p1")
    assert len(tenant.requests) == 1


def test_the_token_request_is_tried_again_like_a_read(connect: Any) -> None:
    client, tenant = connect(
        OK, token_replies=(httpx.Response(503), httpx.ReadError("x"), issued("token"))
    )
    client.create({})
    assert len(tenant.token_requests) == 3
    assert len(tenant.requests) == 1


class Endpoint:
    """A token endpoint that answers when it is told to."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.answer = threading.Semaphore(0)
        self.lifetime = 3600.0
        self.count = 0
        self.failure: BaseException | None = None

    def __call__(self, deadline: float) -> Token:
        self.count += 1
        number = self.count
        self.asked.release()
        assert self.answer.acquire(timeout=10)
        if self.failure is not None:
            raise self.failure
        return Token.issued(f"token-{number}", Clock().monotonic(), self.lifetime)


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def cache(endpoint: Endpoint) -> TokenCache:
    return TokenCache(endpoint, Clock(), threading.Event())


class Threads:
    """Callers of one function, each in a thread, and what became of them."""

    def __init__(self, count: int, function: Callable[[], Token]) -> None:
        self.results: list[Token] = []
        self.errors: list[BaseException] = []
        self._function = function
        self._threads = [threading.Thread(target=self._run) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        try:
            self.results.append(self._function())
        except BaseException as error:  # noqa: BLE001 (whatever it is, the test looks at it)
            self.errors.append(error)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(timeout=10)


def soon() -> float:
    return Clock().monotonic() + 60


def test_any_number_of_threads_share_one_renewal(endpoint: Endpoint, cache: TokenCache) -> None:
    threads = Threads(20, lambda: cache.get(soon()))
    endpoint.asked.acquire()
    endpoint.answer.release()
    threads.join()
    assert endpoint.count == 1
    assert len({id(token) for token in threads.results}) == 1
    assert len(threads.results) == 20


def test_all_waiting_threads_get_an_error_of_their_own(
    endpoint: Endpoint, cache: TokenCache
) -> None:
    endpoint.failure = errors.AuthenticationError("no", "do", status=401)
    threads = Threads(5, lambda: cache.get(soon()))
    endpoint.asked.acquire()
    for _ in range(5):
        endpoint.answer.release()
    threads.join()
    assert [str(error) for error in threads.errors] == ["no\ndo"] * 5
    assert {getattr(error, "status", None) for error in threads.errors} == {401}
    assert len({id(error) for error in threads.errors}) == 5


def test_another_thread_takes_over_when_the_renewing_one_is_interrupted(
    endpoint: Endpoint, cache: TokenCache
) -> None:
    endpoint.failure = KeyboardInterrupt()
    threads = Threads(2, lambda: cache.get(soon()))
    endpoint.asked.acquire()
    endpoint.answer.release()
    endpoint.asked.acquire()
    endpoint.failure = None
    endpoint.answer.release()
    threads.join()
    assert [type(error) for error in threads.errors] == [KeyboardInterrupt]
    assert [token.secret.reveal() for token in threads.results] == ["token-2"]


def test_nobody_waits_for_a_renewal_while_the_old_token_serves(
    endpoint: Endpoint, cache: TokenCache
) -> None:
    endpoint.answer.release()
    first = cache.get(soon())
    old = Token(first.secret, renew_at=0.0, ends_at=soon())
    cache._token = old
    endpoint.asked.acquire()
    renewing = Threads(1, lambda: cache.get(soon()))
    endpoint.asked.acquire()
    assert cache.get(soon()) is old
    endpoint.answer.release()
    renewing.join()
    assert renewing.results[0].secret.reveal() == "token-2"


def test_the_old_token_serves_on_when_its_renewal_fails(
    endpoint: Endpoint, cache: TokenCache
) -> None:
    endpoint.answer.release()
    old = Token(cache.get(soon()).secret, renew_at=0.0, ends_at=soon())
    cache._token = old
    endpoint.failure = errors.ServerError("down", "wait")
    endpoint.answer.release()
    assert cache.get(soon()) is old


def test_only_the_token_that_was_refused_is_forgotten(
    endpoint: Endpoint, cache: TokenCache
) -> None:
    endpoint.answer.release()
    first = cache.get(soon())
    cache.refuse(first)
    endpoint.answer.release()
    second = cache.get(soon())
    cache.refuse(first)
    assert cache.get(soon()) is second
    assert endpoint.count == 2


def test_a_waiting_thread_gives_up_at_its_deadline(endpoint: Endpoint, cache: TokenCache) -> None:
    renewing = Threads(1, lambda: cache.get(soon()))
    endpoint.asked.acquire()
    with pytest.raises(errors.NoAnswerError, match="in time"):
        cache.get(Clock().monotonic() + 0.01)
    endpoint.answer.release()
    renewing.join()


def test_a_waiting_thread_gives_up_when_the_client_is_closed(endpoint: Endpoint) -> None:
    closed = threading.Event()
    cache = TokenCache(endpoint, Clock(), closed)
    renewing = Threads(1, lambda: cache.get(soon()))
    endpoint.asked.acquire()
    waiting = Threads(1, lambda: cache.get(soon()))
    closed.set()
    waiting.join()
    assert [type(error) for error in waiting.errors] == [errors.NoAnswerError]
    endpoint.answer.release()
    renewing.join()
