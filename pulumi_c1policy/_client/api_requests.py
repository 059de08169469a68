"""A request of the API as a value, without its credential. Data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_c1policy._client import bodies
from pulumi_c1policy._client.outcomes import Call, Failure


@dataclass(frozen=True, slots=True)
class SendNothing:
    """A decision to send no write, and the answer to return instead of the tenant's."""

    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    """A decision to send a write with this JSON; None for a write without a body."""

    value: object


Decision = Body | SendNothing | Failure


@dataclass(frozen=True, slots=True)
class Look:
    """The look at a policy that precedes each attempt of a write.

    Attributes:
        call: The request that reads the policy.
        decide: Returns the decision for the answer to that request. It may be called several times,
            and raises an error if the write must not be sent.
    """

    call: Call
    decide: Callable[[dict[str, Any]], Decision]


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request of the API, without its credential.

    Attributes:
        call: The call.
        params: The query.
        body: The JSON, if there is any; a request with a look gets its JSON from the look.
        look: The look that precedes each attempt.
        budget: The memory for the answer, shared with the other pages of a list.
    """

    call: Call
    params: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    look: Look | None = None
    budget: bodies.Budget | None = None
