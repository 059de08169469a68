"""Cases of many facts: a policy that the tenant must accept or reject."""

from __future__ import annotations

from typing import Any

from acceptance.context import Context, expect_rejection
from acceptance.fact import Case
from acceptance.http import Json


def with_steps(*steps: Json, kind: str = "grant") -> Json:
    """Return the field `policySteps` with these steps as the baseline."""
    return {kind: {"steps": list(steps)}}


def approval(kind: str = "manager", /, **fields: Any) -> Json:
    """Return an approval step of one kind."""
    return {"approval": {kind: fields}}


def expect_accepted(*steps: Json, kind: str = "grant") -> Case:
    """Return a case: a create with these steps succeeds, and a read returns all of them."""

    def case(context: Context) -> None:
        made = context.create(kind, policySteps=with_steps(*steps, kind=kind))
        held = context.read(made["id"])["policySteps"][kind]["steps"]
        if len(held) != len(steps):
            raise ValueError(f"{len(held)} steps instead of {len(steps)}")

    return case


def expect_rejected(text: str = "", *, status: int = 0, **fields: Any) -> Case:
    """Return a case: the tenant rejects a policy with these fields.

    Args:
        text: A part of the message, if one is known.
        status: The HTTP status; 0 is any 4xx, or 500.
        fields: The fields of the policy.
    """

    def case(context: Context) -> None:
        expect_rejection(context.send_rejected_create("grant", text, **fields), status=status)

    return case


def expect_rejected_steps(text: str, *steps: Json, kind: str = "grant", status: int = 0) -> Case:
    """Return a case: the tenant rejects a policy with these steps as its baseline."""

    def case(context: Context) -> None:
        answer = context.send_rejected_create(kind, text, policySteps=with_steps(*steps, kind=kind))
        expect_rejection(answer, status=status)

    return case


def expect_bad_request(*, kind: str = "grant", **fields: Any) -> Case:
    """Return a case: the tenant rejects a policy with these fields with a 400."""

    def case(context: Context) -> None:
        expect_rejection(context.send_rejected_create(kind, **fields), status=400)

    return case
