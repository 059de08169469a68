"""All threads share one token, which is renewed once, in time, and again after a 401."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.access_tokens import AccessToken, TokenCache
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.outcomes import Failure

OK = httpx.Response(200, json={"policy": {"id": "p1"}})
FAILURE = Failure(errors.AuthenticationError, "Not granted.", "Get another one.", status=401)
UNAUTHORIZED = httpx.Response(401, json={"code": 16, "message": "expired"})


def build_token_answer(token: str, expires_in: object = 3600) -> httpx.Response:
    return httpx.Response(200, json={"access_token": token, "expires_in": expires_in})


def list_bearer_tokens(tenant: Any) -> list[str]:
    return [request.headers["authorization"].removeprefix("Bearer ") for request in tenant.requests]


@pytest.mark.parametrize(
    ("config", "grant"),
    [
        ({}, "client_credentials"),
        ({"oidcToken": "oidc"}, "urn:ietf:params:oauth:grant-type:token-exchange"),
    ],
)
def test_only_the_body_of_the_token_request_has_the_credential(
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


def test_an_access_token_from_the_settings_is_sent_unchanged(connect: Any) -> None:
    client, tenant = connect(OK, accessToken="mine")
    client.get("p1")
    assert list_bearer_tokens(tenant) == ["mine"]
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
def test_a_token_is_renewed_before_it_ends(
    expires_in: object, after: float, token_requests: int, connect: Any, clock: Any
) -> None:
    client, tenant = connect(OK, token_replies=(build_token_answer("token", expires_in),))
    client.get("p1")
    clock.now += after
    client.get("p1")
    assert len(tenant.token_requests) == token_requests


def test_a_token_that_the_tenant_does_not_accept_is_replaced_once(connect: Any) -> None:
    client, tenant = connect(UNAUTHORIZED, OK)
    client.create({"displayName": "One"})
    assert list_bearer_tokens(tenant) == ["token-number-1", "token-number-2"]
    assert tenant.requests[0].content == tenant.requests[1].content


def test_a_second_401_is_final(connect: Any) -> None:
    client, tenant = connect(UNAUTHORIZED)
    with pytest.raises(errors.AuthenticationError):
        client.get("p1")
    assert len(tenant.requests) == 2


def test_a_401_to_an_access_token_from_the_settings_is_final(connect: Any) -> None:
    client, tenant = connect(UNAUTHORIZED, accessToken="mine")
    with pytest.raises(errors.AuthenticationError, match="c1policy:accessToken"):
        client.get("p1")
    assert len(tenant.requests) == 1


def test_the_token_request_is_repeated_like_a_read(connect: Any) -> None:
    client, tenant = connect(
        OK, token_replies=(httpx.Response(503), httpx.ReadError("x"), build_token_answer("token"))
    )
    client.create({})
    assert len(tenant.token_requests) == 3
    assert len(tenant.requests) == 1


class Endpoint:
    """A token endpoint that answers when the test releases it."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.answer = threading.Semaphore(0)
        self.lifetime = 3600.0
        self.count = 0
        self.failure: Failure | None = None
        self.interruption: BaseException | None = None

    def __call__(self, deadline: float) -> AccessToken | Failure:
        self.count += 1
        number = self.count
        self.asked.release()
        assert self.answer.acquire(timeout=10)
        if self.interruption is not None:
            raise self.interruption
        if self.failure is not None:
            return self.failure
        return AccessToken.from_answer(f"token-{number}", ClientClock().monotonic(), self.lifetime)


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def cache(endpoint: Endpoint) -> TokenCache:
    return TokenCache(endpoint, ClientClock(), threading.Event())


class Threads:
    """Callers of one function, each in a thread, with their results and errors."""

    def __init__(self, count: int, function: Callable[[], AccessToken | Failure]) -> None:
        self.results: list[AccessToken | Failure] = []
        self.errors: list[BaseException] = []
        self._function = function
        self._threads = [threading.Thread(target=self._run) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        try:
            self.results.append(self._function())
        except BaseException as error:  # noqa: BLE001 (the test checks it)
            self.errors.append(error)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(timeout=10)


def get_far_deadline() -> float:
    return ClientClock().monotonic() + 60


def get_token(cache: TokenCache) -> AccessToken:
    token = cache.get(get_far_deadline())
    assert isinstance(token, AccessToken)
    return token


def reveal(result: AccessToken | Failure) -> str:
    assert isinstance(result, AccessToken)
    return result.secret.reveal()


def test_any_number_of_threads_share_one_renewal(endpoint: Endpoint, cache: TokenCache) -> None:
    threads = Threads(20, lambda: cache.get(get_far_deadline()))
    endpoint.asked.acquire()
    endpoint.answer.release()
    threads.join()
    assert endpoint.count == 1
    assert len({id(token) for token in threads.results}) == 1
    assert len(threads.results) == 20


def test_all_waiting_threads_get_the_failure_of_the_renewal(
    endpoint: Endpoint, cache: TokenCache
) -> None:
    endpoint.failure = FAILURE
    threads = Threads(5, lambda: cache.get(get_far_deadline()))
    endpoint.asked.acquire()
    for _ in range(5):
        endpoint.answer.release()
    threads.join()
    assert threads.results == [FAILURE] * 5


def test_a_failure_gives_each_caller_an_error_of_its_own() -> None:
    assert str(FAILURE.to_error()) == "Not granted.\nGet another one."
    assert FAILURE.to_error() is not FAILURE.to_error()


def test_another_thread_renews_the_token_after_an_interruption(
    endpoint: Endpoint, cache: TokenCache
) -> None:
    endpoint.interruption = KeyboardInterrupt()
    threads = Threads(2, lambda: cache.get(get_far_deadline()))
    endpoint.asked.acquire()
    endpoint.answer.release()
    endpoint.asked.acquire()
    endpoint.interruption = None
    endpoint.answer.release()
    threads.join()
    assert [type(error) for error in threads.errors] == [KeyboardInterrupt]
    assert [reveal(token) for token in threads.results] == ["token-2"]


def test_no_thread_waits_for_a_renewal_while_the_old_token_is_valid(
    endpoint: Endpoint, cache: TokenCache
) -> None:
    endpoint.answer.release()
    old = AccessToken(get_token(cache).secret, renew_at=0.0, ends_at=get_far_deadline())
    cache._token = old
    endpoint.asked.acquire()
    renewing = Threads(1, lambda: cache.get(get_far_deadline()))
    endpoint.asked.acquire()
    assert cache.get(get_far_deadline()) is old
    endpoint.answer.release()
    renewing.join()
    assert reveal(renewing.results[0]) == "token-2"


def test_a_valid_token_stays_in_use_when_its_renewal_fails(
    endpoint: Endpoint, cache: TokenCache
) -> None:
    endpoint.answer.release()
    old = AccessToken(get_token(cache).secret, renew_at=0.0, ends_at=get_far_deadline())
    cache._token = old
    endpoint.failure = FAILURE
    endpoint.answer.release()
    assert cache.get(get_far_deadline()) is old


def test_discarding_an_old_token_keeps_the_new_one(endpoint: Endpoint, cache: TokenCache) -> None:
    endpoint.answer.release()
    first = get_token(cache)
    cache.discard(first)
    endpoint.answer.release()
    second = get_token(cache)
    cache.discard(first)
    assert cache.get(get_far_deadline()) is second
    assert endpoint.count == 2


def test_a_waiting_thread_gives_up_at_its_deadline(endpoint: Endpoint, cache: TokenCache) -> None:
    renewing = Threads(1, lambda: cache.get(get_far_deadline()))
    endpoint.asked.acquire()
    failure = cache.get(ClientClock().monotonic() + 0.01)
    assert isinstance(failure, Failure)
    assert failure.error_type is errors.NoAnswerError
    endpoint.answer.release()
    renewing.join()


def test_a_waiting_thread_gives_up_when_the_client_is_closed(endpoint: Endpoint) -> None:
    closed = threading.Event()
    cache = TokenCache(endpoint, ClientClock(), closed)
    renewing = Threads(1, lambda: cache.get(get_far_deadline()))
    endpoint.asked.acquire()
    waiting = Threads(1, lambda: cache.get(get_far_deadline()))
    closed.set()
    waiting.join()
    (failure,) = waiting.results
    assert isinstance(failure, Failure)
    assert failure.error_type is errors.NoAnswerError
    endpoint.answer.release()
    renewing.join()
