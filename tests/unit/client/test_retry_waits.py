"""The waits between the attempts of a request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client import settings
from pulumi_c1policy._client.outcomes import OutcomeKind
from pulumi_c1policy._client.usage_client import UsageClient

POLICY = {"id": "p1", "displayName": "One"}
OK = httpx.Response(200, json={"policy": POLICY})


@pytest.mark.parametrize("status", [429, 503])
def test_a_throttled_call_is_repeated_until_the_deadline(
    status: int, connect: Any, clock: Any
) -> None:
    client, tenant = connect(httpx.Response(status), requestDeadline="60")
    started = clock.now
    with pytest.raises(errors.StatusError, match="attempts"):
        client.get("p1")
    assert len(tenant.requests) > 4
    assert 40 < clock.now - started <= 60


@pytest.mark.parametrize(
    ("status", "attempts", "seconds"), [(503, [4], (1, 3)), (429, range(10, 31), (60, 120))]
)
def test_a_request_that_only_helps_does_not_wait_for_an_unavailable_endpoint(
    status: int, attempts: Sequence[int], seconds: tuple[int, int], connect: Any, clock: Any
) -> None:
    """A tenant that throttles will answer; one that is unavailable may not."""
    client, tenant = connect(httpx.Response(status), requestDeadline="120")
    helping = UsageClient(client.transport, OutcomeKind.HELP)
    started = clock.now
    with pytest.raises(errors.StatusError, match="attempts"):
        helping.search_apps_by_ids(["a1"])
    assert len(tenant.requests) in attempts
    assert seconds[0] <= clock.now - started <= seconds[1]


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
def test_the_wait_is_that_of_retry_after(
    status: int, headers: dict[str, str], least: float, most: float, connect: Any, clock: Any
) -> None:
    client, _ = connect(httpx.Response(status, headers=headers), OK)
    # The fake clock starts at 2023-11-14 22:30:00.
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


def test_a_503_to_a_create_makes_the_next_request_wait(connect: Any, clock: Any) -> None:
    client, _ = connect(httpx.Response(503, headers={"Retry-After": "9"}), OK)
    with pytest.raises(errors.ServerError):
        client.create(POLICY)
    before = clock.now
    client.get("p1")
    assert 9 <= clock.now - before <= 9.25


def test_the_looks_of_an_update_share_its_deadline(connect: Any, clock: Any) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and clock.now == begun:
            return OK
        seconds = "110" if request.method == "POST" else "20"
        return httpx.Response(503, headers={"Retry-After": seconds})

    client, _ = connect(reply)
    begun = clock.now
    with pytest.raises(errors.ServerError) as caught:
        client.update("p1", ["displayName"], lambda _: POLICY)
    assert caught.value.ambiguous
    assert clock.now - begun <= settings.DEFAULT_DEADLINE_SECONDS


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_0_does_not_cause_a_flood_of_requests(
    status: int, connect: Any, clock: Any
) -> None:
    client, tenant = connect(httpx.Response(status, headers={"Retry-After": "0"}))
    with pytest.raises(errors.StatusError):
        client.get("p1")
    assert len(tenant.requests) <= 30
