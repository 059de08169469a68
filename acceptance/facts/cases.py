"""Cases that many facts share: a policy that must be accepted, or refused."""

from __future__ import annotations

from typing import Any

from acceptance.context import Context, refusal
from acceptance.fact import Case
from acceptance.http import Json


def with_steps(*steps: Json, kind: str = "grant") -> Json:
    """Return the field `policySteps` with these steps as the baseline."""
    return {kind: {"steps": list(steps)}}


def approval(kind: str = "manager", /, **fields: Any) -> Json:
    """Return an approval step of one kind."""
    return {"approval": {kind: fields}}


def accepts(*steps: Json, kind: str = "grant") -> Case:
    """Return a case: a policy with these steps is created, and reads back with as many."""

    def case(context: Context) -> None:
        made = context.create(kind, policySteps=with_steps(*steps, kind=kind))
        held = context.read(made["id"])["policySteps"][kind]["steps"]
        if len(held) != len(steps):
            raise ValueError(f"{len(held)} steps instead of {len(steps)}")

    return case


def refuses(text: str = "", *, status: int = 0, **fields: Any) -> Case:
    """Return a case: a policy with these fields is refused.

    Args:
        text: A part of the refusal, where one is known.
        status: The HTTP status; 0 is any 4xx, or 500.
        fields: The fields of the policy.
    """

    def case(context: Context) -> None:
        refusal(context.refused("grant", text, **fields), status=status)

    return case


def refuses_steps(text: str, *steps: Json, kind: str = "grant", status: int = 0) -> Case:
    """Return a case: a policy with these steps as its baseline is refused."""

    def case(context: Context) -> None:
        answer = context.refused(kind, text, policySteps=with_steps(*steps, kind=kind))
        refusal(answer, status=status)

    return case


def bad_request(*, kind: str = "grant", **fields: Any) -> Case:
    """Return a case: a policy with these fields is a 400."""

    def case(context: Context) -> None:
        refusal(context.refused(kind, **fields), status=400)

    return case
