"""Any answer and any inputs give a result or an error of this package, without a hang."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pulumi.runtime import rpc

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy.provider import PolicyProvider
from tests.integration.trust.trust_cases import make_grant, make_ownership
from tests.support.engine import Process, Stack
from tests.support.strategies import policies

ID = "2anId00000000000000000000pol"
_MOST_REQUESTS = 60
_NAMES = sorted(
    {field.wire for field in POLICY.fields.values()}
    | {"policy", "list", "nextPageToken", "steps", "condition", "stepKey", "policyId", "approval"}
    | {"users", "userIds", "wait", "duration", "provision", "grant", "code", "message", "details"}
)
_TEXT = st.text(max_size=8) | st.sampled_from(
    [
        ID,
        "null",
        "",
        "POLICY_TYPE_GRANT",
        "2026-01-01T00:00:00Z",
        "3600s",
        *make_ownership().values(),
    ]
)
JSON: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_NAMES) | _TEXT, inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def _envelopes(draw: st.DrawFn) -> Any:
    """Generate answers of correct outer shape."""
    policy = draw(st.dictionaries(st.sampled_from(_NAMES), JSON, max_size=5))
    policy |= draw(st.sampled_from([{}, {"id": ID}]))
    policy |= draw(st.sampled_from([{}, {"annotations": make_ownership()}]))
    return draw(
        st.sampled_from(
            [{"policy": policy}, {"list": [policy]}, {"list": [policy], "nextPageToken": "more"}]
        )
    )


@st.composite
def _answers(draw: st.DrawFn) -> tuple[int, bytes]:
    status = draw(
        st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 503])
        | st.integers(200, 599)
    )
    body = draw(st.binary(max_size=60) | JSON | _envelopes())
    # Surrogates and NaN are invalid JSON, but some servers write them.
    return status, body if isinstance(body, bytes) else json.dumps(body).encode()


class _ScriptedNetwork(httpx.BaseTransport):
    """A network that answers requests from a list and repeats its last answer."""

    def __init__(self, answers: list[tuple[int, bytes]]) -> None:
        self._answers = answers
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        assert self.requests < _MOST_REQUESTS, "it does not stop asking"
        answers = self._answers
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        return httpx.Response(status, content=body)


def _catch(call: Callable[[], object]) -> errors.C1PolicyError | None:
    """Return the error of this package that a call raises, or None."""
    try:
        call()
    except errors.C1PolicyError as error:
        return error
    return None


def _create(provider: PolicyProvider, inputs: dict[str, Any], _: dict[str, Any]) -> object:
    return provider.create(inputs)


def _update(provider: PolicyProvider, inputs: dict[str, Any], outputs: dict[str, Any]) -> object:
    return provider.update(ID, outputs, inputs)


def _read(provider: PolicyProvider, _: dict[str, Any], outputs: dict[str, Any]) -> object:
    return provider.read(ID, outputs)


def _get(provider: PolicyProvider, _: dict[str, Any], __: dict[str, Any]) -> object:
    return provider.read(ID, {})


def _delete(provider: PolicyProvider, _: dict[str, Any], outputs: dict[str, Any]) -> object:
    provider.delete(ID, outputs)
    return None


OPERATIONS: dict[str, Callable[[PolicyProvider, dict[str, Any], dict[str, Any]], object]] = {
    "create": _create,
    "read": _read,
    "get": _get,
    "update": _update,
    "delete": _delete,
}


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.lists(_answers(), min_size=1, max_size=5))
@example(answers=[(200, b'{"list": [{}], "nextPageToken": "more"}')])
def test_any_answers_give_a_result_or_an_error_of_this_package(
    operation: str, c1_tenant: Emulator, answers: list[tuple[int, bytes]]
) -> None:
    stack = Stack(c1_tenant)
    token = c1_tenant.access_token
    process = Process(c1_tenant, network=_ScriptedNetwork(answers), accessToken=token)
    with process.alive() as provider:
        old, new = (
            provider.check({}, stack.build_properties("access", make_grant(text), {})).inputs
            for text in ("Old.", "New.")
        )
        outputs = {**old, "id": ID, "system_builtin": False}
        error = _catch(lambda: OPERATIONS[operation](provider, new, outputs))
    if error is not None:
        assert str(error).startswith("Cannot ")
        assert len(str(error).splitlines()) >= 2


_KEYS = st.sampled_from(
    [*POLICY.fields, "__owner", "__options", "__provider", "__taken_by", "__lost_marks", "steps"]
)
INPUTS = st.dictionaries(
    _KEYS | st.text(max_size=4),
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | _TEXT | st.just(rpc.UNKNOWN),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["steps", "grant", "approval", "condition", "step_key", "wait"])
                | _TEXT,
                inner,
                max_size=3,
            )
        ),
        max_leaves=10,
    ),
    max_size=6,
)
MUTATED = st.builds(lambda good, odd: {**good, **odd}, policies(), INPUTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(olds=INPUTS | MUTATED, news=INPUTS | MUTATED)
def test_any_inputs_give_a_result_of_check(
    c1_tenant: Emulator, olds: dict[str, Any], news: dict[str, Any]
) -> None:
    with Process(c1_tenant).alive() as provider:
        found = provider.check(olds, news)
        assert all(failure.reason for failure in found.failures)
    assert c1_tenant.requests == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(olds=INPUTS | MUTATED, news=INPUTS | MUTATED)
def test_any_inputs_give_a_result_of_diff_or_a_refusal(
    c1_tenant: Emulator, olds: dict[str, Any], news: dict[str, Any]
) -> None:
    with Process(c1_tenant).alive() as provider:
        error = _catch(lambda: provider.diff(ID, olds, news))
    assert error is None or isinstance(error, errors.RefusedError)
    assert c1_tenant.requests == []
