"""Carrying out a plan: create, read, update and delete over the client.

The only part of the lifecycle that does I/O.
"""

from __future__ import annotations

from collections.abc import Callable

from pulumi_c1policy._client.policies import PolicyClient
from pulumi_c1policy._lifecycle import guards
from pulumi_c1policy._lifecycle.merge import prune, strip
from pulumi_c1policy._lifecycle.plan import NoOp, Refuse, Replace, body, plan
from pulumi_c1policy._lifecycle.record import Recorded, catch_up, record
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import camel
from pulumi_c1policy._model.tree import ShapeError, Tree, decode, encode
from pulumi_c1policy.errors import AnswerError, NotFoundError, RefusedError, StatusError


def create(client: PolicyClient, desired: Tree) -> Recorded:
    """Create the policy that `desired` (checked inputs) describes.

    Raises:
        APIError: The tenant did not take it.
    """
    return record(desired, _decoded("POST", client.create(encode(POLICY, desired))))


def read(client: PolicyClient, policy_id: str, recorded: Recorded | None) -> Recorded | None:
    """The policy as it is now, on top of what was recorded of it.

    Returns:
        The record brought up to date, or None where the policy is gone (not found, or deleted).
    """
    live = _live(client, policy_id)
    if live is None:
        return None
    if recorded is None:
        return record(strip(POLICY, prune(POLICY, live)), live)
    return catch_up(recorded, live)


def update(client: PolicyClient, policy_id: str, recorded: Recorded, desired: Tree) -> Recorded:
    """Send what changed between the record and `desired`, and no more.

    Raises:
        RefusedError: The plan may not be carried out.
        NotFoundError: The policy is gone.
        APIError: The tenant did not take it.
    """
    planned = plan(recorded, desired)
    if isinstance(planned, Refuse):
        raise RefusedError(planned.summary, planned.advice)
    if isinstance(planned, Replace):
        fields = ", ".join(f"`{name}`" for name in planned.fields)
        raise RefusedError(f"{fields} cannot change in place.", "Replace the policy instead.")
    if isinstance(planned, NoOp):
        return Recorded(desired, recorded.outputs)
    live = _live(client, policy_id)
    if live is None:
        raise _gone(policy_id)
    if live.get("system_builtin") is True:
        changed = Recorded(recorded.inputs, live)
        raise RefusedError(*guards.builtin_change(changed, planned.changes))
    sent = body(planned, recorded, desired, live)
    answer = _decoded("POST", client.update(policy_id, sent, planned.mask))
    # What others changed outside the mask stays unrecorded, so that the next refresh shows it.
    known = {name: value for name, value in recorded.outputs.items() if name in POLICY.fields}
    for name, field in POLICY.fields.items():
        if field.output_only or camel(name) in planned.mask:
            known.pop(name, None)
            known |= {name: answer[name]} if name in answer else {}
    return record(desired, known)


def delete(connect: Callable[[], PolicyClient], policy_id: str, recorded: Recorded) -> str | None:
    """Delete the policy; already gone is fine.

    Args:
        connect: Gives the client; not asked for where no request is needed.
        policy_id: Which.
        recorded: What is known of it.

    Returns:
        None, or a sentence why the policy was left in the tenant all the same (builtin).

    Raises:
        APIError: The tenant did not delete it.
    """
    if recorded.builtin:
        return guards.builtin_delete(recorded)
    client = connect()
    try:
        client.delete(policy_id)
    except NotFoundError:
        return None
    except StatusError:
        live = _live(client, policy_id)
        if live is None:
            return None
        if live.get("system_builtin") is True:
            return guards.builtin_delete(Recorded({}, live))
        raise
    return None


def _live(client: PolicyClient, policy_id: str) -> Tree | None:
    try:
        live = _decoded("GET", client.get(policy_id))
    except NotFoundError:
        return None
    return None if live.get("deleted_at") else live


def _decoded(method: str, wire: Tree) -> Tree:
    try:
        return decode(POLICY, wire)
    except ShapeError as error:
        summary = f"The tenant's answer is not a policy: {error}."
        raise AnswerError(
            summary, "Check that the server URL is the tenant's.", method=method
        ) from error


def _gone(policy_id: str) -> NotFoundError:
    return NotFoundError(
        f"the policy {policy_id} is gone from the tenant.",
        "Run `pulumi up --refresh` to create it anew.",
    )
