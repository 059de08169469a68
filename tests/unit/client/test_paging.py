"""The pages of a list and of a search."""

from __future__ import annotations

import itertools
import json
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client import bodies


def build_page(*ids: str, token: object = "") -> httpx.Response:
    return httpx.Response(200, json={"list": [{"id": i} for i in ids], "nextPageToken": token})


def parse_body(request: httpx.Request) -> Any:
    return json.loads(request.content)


@pytest.mark.parametrize("last", [{}, {"nextPageToken": None}, {"nextPageToken": ""}])
@pytest.mark.parametrize("method", ["list", "search"])
def test_all_pages_are_read_up_to_the_last(
    method: str, last: dict[str, object], connect: Any
) -> None:
    client, tenant = connect(
        build_page("a", "b", token="t 1&"),
        httpx.Response(200, json={"list": None, "nextPageToken": "t2"}),
        httpx.Response(200, json={"list": [{"id": "c"}], **last}),
    )
    assert [policy["id"] for policy in getattr(client, method)()] == ["a", "b", "c"]
    if method == "list":
        tokens = [request.url.params.get("page_token") for request in tenant.requests]
    else:
        tokens = [parse_body(request).get("pageToken") for request in tenant.requests]
    assert tokens == [None, "t 1&", "t2"]


def test_an_answer_without_a_list_is_an_empty_page(connect: Any) -> None:
    client, _ = connect(httpx.Response(200, json={}))
    assert list(client.list()) == []


def test_a_page_is_requested_when_the_pages_before_are_used(connect: Any) -> None:
    client, tenant = connect(build_page("a", token="t"), build_page("b"))
    policies = client.list()
    assert tenant.requests == []
    next(policies)
    assert len(tenant.requests) == 1


@pytest.mark.parametrize("method", ["list", "search", "list_all"])
@pytest.mark.parametrize(
    "pages",
    [
        [build_page("a", token="x"), build_page("b", token="x")],
        [build_page("a", token="x"), build_page("b", token="y"), build_page("c", token="x")],
        [
            build_page(token="x"),
            build_page(token="y"),
            build_page(token="z"),
            build_page(token="y"),
        ],
    ],
    ids=["twice in a row", "cycle", "cycle of empty pages"],
)
def test_a_repeated_page_token_raises_an_error(
    pages: list[httpx.Response], method: str, connect: Any
) -> None:
    client, tenant = connect(*pages)
    with pytest.raises(errors.AnswerError, match="a page token that came before"):
        list(getattr(client, method)())
    assert len(tenant.requests) == len(pages)


@pytest.mark.parametrize("method", ["list", "search"])
def test_endless_pages_raise_an_error(method: str, connect: Any) -> None:
    numbers = itertools.count()
    client, tenant = connect(lambda _: build_page(token=f"t{next(numbers)}"))
    with pytest.raises(errors.AnswerError, match="more than 1000 pages"):
        list(getattr(client, method)())
    assert len(tenant.requests) == 1_000


@pytest.mark.parametrize("method", ["list", "search"])
def test_pages_that_do_not_fit_into_memory_raise_an_error(
    method: str, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "_MAX_LISTED_BYTES", 10_000_000)
    numbers, long = itertools.count(), "x" * 1_000_000
    client, tenant = connect(lambda _: build_page(long, token=f"t{next(numbers)}"))
    with pytest.raises(errors.AnswerError, match="more pages than fit into memory"):
        for _ in getattr(client, method)():
            pass
    assert len(tenant.requests) < 20


@pytest.mark.parametrize("method", ["list", "search"])
def test_pages_of_any_size_are_read_until_the_empty_token(method: str, connect: Any) -> None:
    client, tenant = connect(
        build_page(token="1"),
        build_page(*"abcdefghijkl", token="2"),
        build_page(token="3"),
        build_page("m", token="4"),
        build_page(),
    )
    found = getattr(client, method)(page_size=10)
    assert "".join(policy["id"] for policy in found) == "abcdefghijklm"
    assert len(tenant.requests) == 5
