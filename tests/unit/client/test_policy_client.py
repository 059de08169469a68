"""The calls of the API: the request of each, and the answers that it accepts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._client.policy_client import PolicyClient

POLICY = {"id": "p1", "displayName": "One", "newerThanUs": {"kept": [1, None]}}


def parse_body(request: httpx.Request) -> Any:
    return json.loads(request.content)


@pytest.mark.parametrize(
    ("call", "method", "target", "sent"),
    [
        (
            lambda c: c.create({"displayName": "One"}),
            "POST",
            "/api/v1/policies",
            {"displayName": "One"},
        ),
        (lambda c: c.get("p1"), "GET", "/api/v1/policies/p1", None),
        (
            lambda c: c.update("p1", ["rules", "displayName"], lambda _: {"rules": []}),
            "POST",
            "/api/v1/policies/p1",
            {"policy": {"rules": []}, "updateMask": "rules,displayName"},
        ),
        (lambda c: c.delete("p1", lambda _: True), "DELETE", "/api/v1/policies/p1", None),
        (
            lambda c: c.test_account_provision("a"),
            "POST",
            "/api/v1/policies/test-account-provision-policy",
            {"cel": "a"},
        ),
        (lambda c: c.validate_cel("b"), "POST", "/api/v1/policies/validate/cel", {"text": "b"}),
        (lambda c: list(c.list()), "GET", "/api/v1/policies?page_size=100", None),
        (lambda c: list(c.list(page_size=10)), "GET", "/api/v1/policies?page_size=10", None),
        (lambda c: list(c.search()), "POST", "/api/v1/search/policies", {"pageSize": 100}),
    ],
)
def test_each_call_is_the_request_that_the_reference_names(
    call: Callable[[PolicyClient], object], method: str, target: str, sent: object, connect: Any
) -> None:
    look = POLICY if method == "DELETE" or "updateMask" in str(sent) else None
    client, tenant = connect(httpx.Response(200, json={"policy": POLICY}), look=look)
    call(client)
    # Another test checks the GET before a write.
    request = tenant.requests[-1]
    assert (request.method, request.url.raw_path.decode()) == (method, target)
    assert (parse_body(request) if request.content else None) == sent
    assert request.url.host == "acme.conductor.one"
    assert request.headers["authorization"] == "Bearer token-number-1"
    assert request.headers["user-agent"].startswith("pulumi-c1policy/")


def test_each_search_filter_is_sent_with_its_wire_name(connect: Any) -> None:
    client, tenant = connect(httpx.Response(200, json={"list": [], "nextPageToken": ""}))
    found = client.search(
        query="q",
        display_name="d",
        policy_types=["POLICY_TYPE_GRANT"],
        refs=["p1", "p2"],
        exclude_policy_ids=["p3"],
        include_deleted=True,
        scope_view="POLICY_SCOPE_VIEW_ALL",
        scope_object_type="POLICY_SCOPE_OBJECT_TYPE_APP",
        scope_app_id="a",
        scope_app_entitlement_id="e",
        scope_slot="POLICY_SCOPE_SLOT_EMERGENCY",
        page_size=10,
    )
    assert list(found) == []
    assert parse_body(tenant.requests[0]) == {
        "query": "q",
        "displayName": "d",
        "policyTypes": ["POLICY_TYPE_GRANT"],
        "refs": [{"id": "p1"}, {"id": "p2"}],
        "excludePolicyIds": ["p3"],
        "includeDeleted": True,
        "scopeView": "POLICY_SCOPE_VIEW_ALL",
        "scopeObjectType": "POLICY_SCOPE_OBJECT_TYPE_APP",
        "scopeAppId": "a",
        "scopeAppEntitlementId": "e",
        "scopeSlot": "POLICY_SCOPE_SLOT_EMERGENCY",
        "pageSize": 10,
    }


def test_policies_are_returned_unchanged(connect: Any) -> None:
    client, _ = connect(httpx.Response(200, json={"policy": POLICY, "list": [POLICY], "new": 1}))
    assert client.create({}) == POLICY
    assert client.get("p1") == POLICY
    assert client.update("p1", ["rules"], lambda _: {}) == POLICY
    assert list(client.list()) == [POLICY]
    assert list(client.search()) == [POLICY]


@pytest.mark.parametrize(
    ("policy_id", "path"),
    [
        ("a/b", "/api/v1/policies/a%2Fb"),
        ("../users", "/api/v1/policies/..%2Fusers"),
        ("a?b#c", "/api/v1/policies/a%3Fb%23c"),
        ("é %", "/api/v1/policies/%C3%A9%20%25"),
    ],
)
def test_an_id_is_escaped_in_the_path(policy_id: str, path: str, connect: Any) -> None:
    client, tenant = connect(httpx.Response(200, json={"policy": {"id": policy_id}}))
    client.get(policy_id)
    assert tenant.requests[0].url.raw_path.decode() == path


@pytest.mark.parametrize("policy_id", ["", ".", "..", "/", "//", "../..", " ", "\ud800"])
def test_an_impossible_id_is_not_found_without_a_request(policy_id: str, connect: Any) -> None:
    client, tenant = connect(httpx.Response(200, json={}))
    for call in (
        client.get,
        lambda i: client.delete(i, lambda _: True),
        lambda i: client.update(i, ["rules"], lambda _: {}),
    ):
        with pytest.raises(errors.NotFoundError):
            call(policy_id)
    assert tenant.requests == []


def test_an_empty_mask_is_never_sent(connect: Any) -> None:
    client, tenant = connect(httpx.Response(200, json={"policy": POLICY}))
    with pytest.raises(ValueError, match="empty mask"):
        client.update("p1", [], lambda _: {})
    assert tenant.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"policy": None},
        {"policy": []},
        {"policy": "p1"},
        [],
        None,
        7,
    ],
)
def test_an_answer_without_a_policy_raises_an_error(answer: object, connect: Any) -> None:
    client, _ = connect(httpx.Response(200, json=answer))
    with pytest.raises(errors.AnswerError) as caught:
        client.get("p1")
    assert not caught.value.ambiguous
    client, _ = connect(httpx.Response(200, json=answer), look=POLICY)
    writes: list[Callable[[], object]] = [
        lambda: client.create({}),
        lambda: client.update("p1", ["rules"], lambda _: {}),
    ]
    for write in writes:
        with pytest.raises(errors.AnswerError) as caught:
            write()
        assert caught.value.ambiguous


@pytest.mark.parametrize("answer", [{}, {"policy": None}, {"policy": {"id": "p2"}}, [], 7])
def test_no_write_follows_a_look_without_the_policy(answer: object, connect: Any) -> None:
    client, tenant = connect(httpx.Response(200, json=answer))
    writes: list[Callable[[], object]] = [
        lambda: client.update("p1", ["rules"], lambda _: {}),
        lambda: client.delete("p1", lambda _: True),
    ]
    for write in writes:
        with pytest.raises(errors.AnswerError) as caught:
            write()
        assert not caught.value.ambiguous
    assert [request.method for request in tenant.requests] == ["GET", "GET"]


def test_a_created_policy_without_an_id_raises_an_error(connect: Any) -> None:
    client, _ = connect(httpx.Response(200, json={"policy": {"displayName": "One"}}))
    with pytest.raises(errors.AnswerError, match="without an id") as caught:
        client.create({})
    assert caught.value.ambiguous


def test_an_answer_with_another_policy_raises_an_error(connect: Any) -> None:
    client, _ = connect(httpx.Response(200, json={"policy": {"id": "p2"}}))
    with pytest.raises(errors.AnswerError, match="another policy"):
        client.get("p1")


@pytest.mark.parametrize("content", [b"", b"{}", b" \n", b'{"anything": 1}'])
def test_a_delete_needs_no_body_in_its_answer(content: bytes, connect: Any) -> None:
    client, tenant = connect(httpx.Response(200, content=content), look=POLICY)
    client.delete("p1", lambda _: True)
    assert [request.method for request in tenant.requests] == ["DELETE"]


def test_an_html_page_does_not_confirm_a_delete(connect: Any) -> None:
    client, _ = connect(httpx.Response(200, html="<html>Log in</html>"), look=POLICY)
    with pytest.raises(errors.AnswerError) as caught:
        client.delete("p1", lambda _: True)
    assert caught.value.ambiguous


def test_markers_and_results_accept_null_absent_and_unknown_fields(connect: Any) -> None:
    client, _ = connect(
        httpx.Response(200, json={"markers": [{"message": None, "new": 1}, {"startColumn": 3}]}),
        httpx.Response(200, json={"markers": None}),
        httpx.Response(200, json={"type": "TEXT", "value": None}),
    )
    first, second = client.validate_cel("x")
    assert (first.message, first.start_line_number, first.severity) == ("", 0, "UNKNOWN")
    assert second.start_column == 3
    assert client.validate_cel("x") == []
    result = client.test_account_provision("x")
    assert (result.type, result.value) == ("TEXT", "")


def test_half_a_surrogate_pair_is_sent_escaped(connect: Any) -> None:
    client, tenant = connect(httpx.Response(200, json={"policy": POLICY}))
    client.create({"displayName": "\ud800 é"})
    assert tenant.requests[0].content == b'{"displayName": "\\ud800 \\u00e9"}'


def test_a_closed_client_sends_nothing(connect: Any) -> None:
    client, tenant = connect(httpx.Response(200, json={"policy": POLICY}))
    with client:
        pass
    with pytest.raises(errors.NoAnswerError, match="interrupted") as caught:
        client.create({})
    assert not caught.value.ambiguous
    assert tenant.requests == []
