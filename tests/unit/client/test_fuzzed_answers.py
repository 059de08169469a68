"""Any answer of a server gives a result or an error of this package."""

from __future__ import annotations

import contextlib
import string
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient

pytestmark = pytest.mark.slow

CALLS: list[Callable[[PolicyClient], Any]] = [
    lambda client: client.create({"displayName": "One"}),
    lambda client: client.get("p1"),
    lambda client: client.update("p1", ["rules"], lambda _: {}),
    lambda client: client.delete("p1", lambda _: True),
    lambda client: list(client.list()),
    lambda client: list(client.search(refs=["p1"])),
    lambda client: client.test_account_provision("x"),
    lambda client: client.validate_cel("x"),
]
NAMES = st.sampled_from(
    [
        *("policy", "list", "nextPageToken", "id", "markers", "startColumn", "message", "type"),
        *("value", "code", "error", "access_token", "expires_in", "token_type"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(), inner),
    max_leaves=10,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("Content-Type", "Content-Encoding", "Location", "Retry-After", "Date"),
            *("X-Request-Id", "Set-Cookie", "Transfer-Encoding"),
        ]
    ),
    st.sampled_from(["gzip", "br", "text/html", "http://[", "https://a:b@c:99999/", "1", "\xff"])
    | st.text(string.printable, max_size=20),
)
STATUSES = st.sampled_from([200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 503]) | st.integers(
    min_value=200, max_value=999
)


@st.composite
def answers(draw: st.DrawFn) -> httpx.Response:
    try:
        body = draw(st.binary(max_size=200) | JSON)
        content = body if isinstance(body, bytes) else httpx.Response(200, json=body).content
    except ValueError:  # NaN or half a surrogate pair: httpx cannot write it
        content = b"{"
    raw = [(name.encode(), value.encode("latin-1")) for name, value in draw(HEADERS).items()]
    return httpx.Response(draw(STATUSES), headers=raw, stream=httpx.ByteStream(content))


@pytest.mark.parametrize("call", CALLS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=answers(), token_answer=st.none() | answers())
def test_any_answer_gives_a_result_or_an_api_error(
    call: Callable[[PolicyClient], Any],
    connect: Any,
    answer: httpx.Response,
    token_answer: httpx.Response | None,
) -> None:
    def reply(_: httpx.Request) -> httpx.Response:
        return answer

    tokens = (lambda _: token_answer,) if token_answer is not None else ()
    client, tenant = connect(reply, token_replies=tokens)
    with contextlib.suppress(errors.APIError):
        call(client)
    assert len(tenant.requests) < 100
