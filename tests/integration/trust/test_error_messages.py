"""Each error names the resource, the request, the answer and the correction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_c1policy import errors
from pulumi_c1policy._emulator import Emulator, Fault
from tests.integration.trust.trust_cases import (
    CREATE,
    DELETE,
    GET,
    ONE,
    UPDATE,
    FaultTarget,
    make_grant,
)
from tests.support.engine import Stack

STEPS: dict[str, tuple[FaultTarget, Callable[[Stack], None], str]] = {
    "create": (CREATE, lambda stack: stack.up({"new": make_grant()}), "POST /api/v1/policies"),
    "read": (GET, lambda stack: stack.refresh(), "GET /api/v1/policies/"),
    "update": (
        UPDATE,
        lambda stack: stack.up({"access": make_grant("B")}),
        "POST /api/v1/policies/",
    ),
    "delete": (DELETE, lambda stack: stack.destroy(), "DELETE /api/v1/policies/"),
}
ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "400": ({"do": "answer", "status": 400}, "400 INVALID_ARGUMENT (code 3)"),
    "403": ({"do": "answer", "status": 403}, "403 PERMISSION_DENIED (code 7)"),
    "500": ({"do": "answer", "status": 500}, "500 INTERNAL (code 13)"),
    "page": ({"do": "html", "status": 502}, "502 Bad Gateway: an HTML page"),
    "cut": ({"do": "cut"}, "got no answer: the connection was cut"),
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("step", STEPS)
def test_an_error_names_the_resource_the_request_and_the_answer(
    step: str, answer: str, c1_tenant: Emulator, stack: Stack
) -> None:
    which, carry_out, request = STEPS[step]
    fault, said = ANSWERS[answer]
    stack.up(ONE)
    c1_tenant.set_faults(Fault(**fault, times=None, **which))
    with pytest.raises(errors.APIError) as caught:
        carry_out(stack)
    *summary, advice = str(caught.value).splitlines()
    address = "c1policy.Policy/new" if step == "create" else "c1policy.Policy/access"
    assert f"Cannot {step} the policy {address}" in summary[0]
    assert request in summary[0]
    assert said in summary[0]
    assert len(summary) == 1
    assert advice.endswith(".")
    if answer != "cut":
        known = {entry.request_id for entry in c1_tenant.requests}
        assert caught.value.request_id in known
        assert f"(request id {caught.value.request_id})" in summary[0]
