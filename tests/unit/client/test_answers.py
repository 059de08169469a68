"""Every failed request raises an error of this package, with a summary and an advice."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_c1policy import errors

POLICY = {"id": "p1"}


def build_grpc_error(status: int, code: int, message: str = "said so") -> httpx.Response:
    return httpx.Response(
        status,
        json={"code": code, "message": message, "details": []},
        headers={"X-Request-Id": "req-7"},
    )


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (build_grpc_error(400, 3), errors.InvalidRequestError),
        (build_grpc_error(400, 9), errors.ConflictError),
        (build_grpc_error(412, 9), errors.ConflictError),
        (build_grpc_error(401, 16), errors.AuthenticationError),
        (build_grpc_error(403, 7), errors.PermissionDeniedError),
        (build_grpc_error(404, 5), errors.NotFoundError),
        (build_grpc_error(409, 6), errors.ConflictError),
        (build_grpc_error(409, 10), errors.ConflictError),
        (build_grpc_error(418, 2), errors.StatusError),
        (build_grpc_error(429, 8), errors.RateLimitError),
        (build_grpc_error(500, 13), errors.ServerError),
        (build_grpc_error(501, 12), errors.ServerError),
        (build_grpc_error(503, 14), errors.ServerError),
        (build_grpc_error(504, 4), errors.ServerError),
        (build_grpc_error(599, 99), errors.ServerError),
    ],
)
def test_each_status_raises_its_error_with_all_facts(
    reply: httpx.Response, error: type[errors.StatusError], connect: Any
) -> None:
    client, _ = connect(reply, look={"id": "p1"}, requestDeadline="0.1")
    with pytest.raises(error) as caught:
        client.update("p1", ["rules"], lambda _: {})
    assert type(caught.value) is error
    assert caught.value.status == reply.status_code
    assert caught.value.code == reply.json()["code"]
    assert (caught.value.method, caught.value.path) == ("POST", "/api/v1/policies/p1")
    assert caught.value.request_id == "req-7"
    summary, advice = str(caught.value).splitlines()
    assert summary.startswith(f"POST /api/v1/policies/p1 was answered {reply.status_code} ")
    assert ": said so." in summary
    assert "(request id req-7)" in summary
    assert advice[0].isupper()
    assert advice.endswith(".")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (httpx.Response(404, html="<html><b>canary</b></html>"), "an HTML page"),
        (httpx.Response(404, content=b" <!DOCTYPE canary>"), "an HTML page"),
        (httpx.Response(404, text="no such\x1b[31m\r\nthing"), "no such [31m thing"),
        (httpx.Response(404, content=b"\xff\xfe\x00"), "\ufffd"),
        (httpx.Response(404), "no explanation"),
        (httpx.Response(404, json={"message": ""}), "no explanation"),
        (httpx.Response(404, json=["canary"]), "no explanation"),
        (httpx.Response(404, json={"message": ["canary"]}), "no explanation"),
        (httpx.Response(404, json={"code": "not_found", "message": "no such"}), ": no such."),
        (httpx.Response(404, json={"message": "\u202ereversed"}), " reversed"),
    ],
)
def test_an_error_without_the_apis_body_quotes_its_text(
    reply: httpx.Response, said: str, connect: Any
) -> None:
    client, _ = connect(reply)
    with pytest.raises(errors.APIError) as caught:
        client.get("p1")
    assert said in caught.value.summary
    assert "canary" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (build_grpc_error(404, 5), errors.NotFoundError),
        (httpx.Response(404), errors.AnswerError),
        (httpx.Response(404, json={}), errors.AnswerError),
        (httpx.Response(404, json={"message": "no Route matched"}), errors.AnswerError),
        (build_grpc_error(404, 2), errors.AnswerError),
        (httpx.Response(404, html="<html></html>"), errors.AnswerError),
        (httpx.Response(404, text="404 page not found"), errors.AnswerError),
    ],
    ids=["the API's", "empty", "object", "gateway", "other code", "html", "text"],
)
def test_only_a_404_of_the_api_raises_not_found(
    reply: httpx.Response, kind: type[errors.APIError], connect: Any
) -> None:
    client, _ = connect(reply)
    with pytest.raises(errors.APIError) as caught:
        client.get("p1")
    assert type(caught.value) is kind


def test_a_long_explanation_is_cut(connect: Any) -> None:
    client, _ = connect(build_grpc_error(400, 3, "x" * 10_000))
    with pytest.raises(errors.InvalidRequestError) as caught:
        client.get("p1")
    assert "x" * 255 + "…" in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<html>canary</html>", "HTML page"),
        (b"", "empty body"),
        (b'{"policy": {"id": "can', "cut off"),
        (b"\xff", "not JSON"),
        (b'{"policy": NaN}', "not JSON"),
        (b'{"policy": {"id": "p1", "a": "\\ud800"}}', "not JSON"),
        (b"[" * 100_000, "cut off"),
        (b'{"policy":' * 100_000, "cut off"),
        (b"[]", "another shape"),
    ],
)
def test_a_body_that_the_api_never_sends_is_described(
    content: bytes, what: str, connect: Any
) -> None:
    client, _ = connect(httpx.Response(200, content=content))
    with pytest.raises(errors.AnswerError, match=what) as caught:
        client.get("p1")
    assert "canary" not in str(caught.value)
    assert caught.value.status == 200


def test_a_byte_order_mark_and_surrogate_pairs_are_read(connect: Any) -> None:
    content = b'\xef\xbb\xbf{"policy": {"id": "p1", "a": "\\ud83d\\ude00"}}'
    client, _ = connect(httpx.Response(200, content=content))
    assert client.get("p1")["a"] == "\U0001f600"


@pytest.mark.parametrize(
    "header", ["x-request-id", "X-Amzn-Trace-Id", "request-id", "x-correlation-id"]
)
def test_a_request_id_is_read_from_each_header(header: str, connect: Any) -> None:
    client, _ = connect(httpx.Response(403, headers={header: "r" * 500}))
    with pytest.raises(errors.PermissionDeniedError) as caught:
        client.get("p1")
    assert caught.value.request_id == "r" * 128


@pytest.mark.parametrize(
    ("config", "setting"),
    [
        ({"accessToken": "canary-access"}, "c1policy:accessToken"),
        ({"oidcToken": "canary-oidc"}, "c1policy:oidcToken"),
        ({}, "c1policy:clientSecret"),
    ],
)
def test_the_advice_names_the_setting_of_a_rejected_credential(
    config: dict[str, str], setting: str, connect: Any
) -> None:
    client, _ = connect(build_grpc_error(401, 16), **config)
    with pytest.raises(errors.AuthenticationError) as caught:
        client.get("p1")
    assert setting in caught.value.advice
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_credential_that_the_token_endpoint_rejects_raises_an_authentication_error(
    status: int, connect: Any
) -> None:
    rejected = httpx.Response(
        status, json={"error": "invalid_client", "error_description": "unknown client"}
    )
    client, tenant = connect(httpx.Response(200), token_replies=(rejected,))
    with pytest.raises(errors.AuthenticationError, match="unknown client") as caught:
        client.create({})
    assert caught.value.path == "/auth/v1/token"
    assert not caught.value.ambiguous
    assert tenant.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": ""},
        {"access_token": None},
        {"access_token": ["canary"]},
        {"access_token": "canary\r\nX-Evil: 1"},
        {"access_token": "canary é"},
        {"access_token": "canary", "token_type": "MAC"},
        {"access_token": "canary", "expires_in": -1},
        {"access_token": "canary", "expires_in": "soon"},
        [],
    ],
)
def test_the_error_for_an_unusable_token_does_not_show_it(answer: object, connect: Any) -> None:
    client, tenant = connect(httpx.Response(200), token_replies=(httpx.Response(200, json=answer),))
    with pytest.raises(errors.AnswerError) as caught:
        client.get("p1")
    assert "canary" not in f"{caught.value} {caught.value!r} {caught.value.__cause__!r}"
    assert tenant.requests == []


_VIOLATIONS = {
    "code": 3,
    "message": "invalid",
    "details": [
        {"fieldViolations": [{"field": "rules[0].condition", "description": "no such field"}]},
        "odd",
    ],
}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (httpx.Response(400, json=_VIOLATIONS), "invalid; rules[0].condition: no such field."),
        (httpx.Response(400, json="too big"), ": too big."),
        (httpx.Response(429, headers={"Retry-After": "3600"}), "asks to wait for 3600 seconds."),
        (httpx.Response(429, headers={"Retry-After": "0.3"}), "no explanation was given."),
    ],
    ids=["field-violations", "json-text", "retry-after", "retry-after-at-once"],
)
def test_the_summary_quotes_the_tenant(reply: httpx.Response, said: str, connect: Any) -> None:
    client, _ = connect(reply, requestDeadline="0.1")
    with pytest.raises(errors.StatusError) as caught:
        client.get("p1")
    assert said in caught.value.summary
    assert "for 0 seconds" not in caught.value.summary


@pytest.mark.parametrize(
    ("reply", "advice"),
    [
        (build_grpc_error(400, 9), "still points to this one"),
        (build_grpc_error(409, 9), "still points to this one"),
        (build_grpc_error(412, 9), "still points to this one"),
        (build_grpc_error(400, 3), "Correct what the tenant names"),
        (httpx.Response(400, html="<html>no</html>"), "c1policy:serverUrl"),
        (httpx.Response(403, html="<html>no</html>"), "c1policy:serverUrl"),
        (httpx.Response(409, text="no"), "c1policy:serverUrl"),
    ],
    ids=["400-9", "409-9", "412-9", "400-3", "400-html", "403-html", "409-text"],
)
def test_the_advice_for_a_rejected_delete_fits_its_cause(
    reply: httpx.Response, advice: str, connect: Any
) -> None:
    client, _ = connect(reply, look={"id": "p1"})
    with pytest.raises(errors.StatusError) as caught:
        client.delete("p1", lambda _: True)
    assert advice in caught.value.advice
