"""The step from the JSON object of an answer to a model."""

from __future__ import annotations

from typing import Any, TypeVar

from pulumi_c1policy._client import answer_shapes, answers
from pulumi_c1policy._client.answer_models import PolicyEnvelope
from pulumi_c1policy._client.api_requests import ApiRequest
from pulumi_c1policy._client.outcomes import Call, Failure, unwrap
from pulumi_c1policy._client.transport import Transport

_Model = TypeVar("_Model")


def request_model(transport: Transport, model: type[_Model], request: ApiRequest) -> _Model:
    """Send a request; return its answer as a model.

    Raises:
        APIError: The request failed, or its answer has another shape.
    """
    value = unwrap(transport.send(request))
    return unwrap(decode(model, request.call, value))


def decode(model: type[_Model], call: Call, value: dict[str, Any]) -> _Model | Failure:
    """Return a JSON object as a model; a failure if it has another shape."""
    try:
        return answer_shapes.read_model(model, value)
    except answer_shapes.ShapeError as error:
        return answers.describe_unreadable(call, f"JSON of another shape (at `{error.place}`)")


def decode_policy(policy_id: str, call: Call, value: dict[str, Any]) -> dict[str, Any] | Failure:
    """Return the policy in the answer to a get or an update; a failure if it is another one."""
    envelope = decode(PolicyEnvelope, call, value)
    if isinstance(envelope, Failure):
        return envelope
    if envelope.policy.get("id", policy_id) != policy_id:
        return answers.describe_unreadable(call, "another policy")
    return envelope.policy
