"""The execution of a plan over the client: read, update and delete.

Each attempt of an update or a delete follows a fresh GET of the policy, made inside the client's
send.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pulumi_c1policy._client.policies import PolicyClient
from pulumi_c1policy._lifecycle.effects import absence
from pulumi_c1policy._lifecycle.effects.creation import tell_of_others
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run, decoded, look
from pulumi_c1policy._lifecycle.planning import guards, leftover_texts
from pulumi_c1policy._lifecycle.planning.decisions import Options
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.managed_view import held_steps, view
from pulumi_c1policy._lifecycle.planning.merge import prune, strip
from pulumi_c1policy._lifecycle.planning.ownership import resource, workspace
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Refuse, Replace, Update, onto, plan
from pulumi_c1policy._lifecycle.planning.record import (
    Origin,
    Recorded,
    catch_up,
    held_by,
    is_before,
    record,
)
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode, only
from pulumi_c1policy.errors import AnswerError, APIError, NotFoundError, RefusedError


def read(run: Run, policy_id: str, recorded: Recorded | None) -> Recorded | None:
    """Return the policy as it is now, on top of what was recorded of it.

    Returns:
        The record brought up to date, or None where the policy is gone: the tenant answers that
        it does not exist and a search agrees, or it was deleted softly.

    Raises:
        APIError: It could not be read, or its absence is not proven.
    """
    with run.client.operation():
        live = _recent(run, policy_id, recorded)
        if live is None:
            run.leftovers.known.forget(policy_id)
            return None
        if recorded is None:
            return record(strip(POLICY, prune(POLICY, live)), live, origin=Origin(run.tenant))
        found = catch_up(recorded, live)
        whose = resource(recorded.outputs)
        if whose:
            run.leftovers.tell_of_strangers(whose, run.reads.twins(whose, policy_id))
        was_resent = found.origin.was_resent and tell_of_others(run, found)
        origin = replace(found.origin, tenant=run.tenant, was_resent=was_resent)
        return replace(found, origin=origin)


def update(
    run: Run, policy_id: str, recorded: Recorded, desired: Tree, options: Options
) -> Recorded:
    """Send what changed between the record and `desired`, and no more.

    Raises:
        RefusedError: The plan may not be carried out: builtin, taken over, or in conflict.
        NotFoundError: The policy is gone.
        APIError: The tenant did not take it.
    """
    planned = plan(recorded, desired, options)
    if isinstance(planned, Refuse):
        raise RefusedError(planned.summary, planned.advice)
    if isinstance(planned, Replace):
        fields = ", ".join(f"`{name}`" for name in planned.fields)
        raise RefusedError(f"{fields} cannot change in place.", "Replace the policy instead.")
    origin = replace(recorded.origin, tenant=run.tenant)
    if isinstance(planned, NoOp):
        return record(desired, recorded.outputs, held_by(recorded, desired), origin)
    seen: list[Tree] = []

    def body_for(wire: Tree) -> Tree | None:
        """The body for the policy as it is now; None where it has these values already."""
        live = decoded("GET", wire)
        if live.get("deleted_at"):
            raise _gone()
        seen[:] = [live]
        body = onto(planned, recorded, desired, live, options)
        if isinstance(body, Refuse):
            raise RefusedError(body.summary, body.advice)
        return None if _has(live, decode(POLICY, body), planned, desired) else body

    with run.client.operation():
        try:
            answer = _updated(run, policy_id, planned, body_for)
        finally:
            run.reads.forget(policy_id)
    held = None if "policySteps" in planned.mask else held_steps(desired, seen[0])
    return record(desired, _known_after(planned, recorded, answer), held, origin)


def _updated(
    run: Run, policy_id: str, planned: Update, body_for: Callable[[Tree], Tree | None]
) -> Tree:
    """The tenant's answer to the update, or the policy that shows that it took effect."""
    try:
        return decoded("POST", run.client.update(policy_id, planned.mask, body_for))
    except NotFoundError as error:
        if absence.is_proven(run.client, policy_id, error):
            raise _gone() from error
        raise AnswerError(*leftover_texts.contradiction(), method="GET", status=404) from error
    except APIError as error:
        if not error.ambiguous:
            raise
        unclear = error
    for _ in run.looks(unclear):
        try:
            wire = run.client.get(policy_id)
            if body_for(wire) is None:
                return decoded("GET", wire)
        except (APIError, RefusedError) as blind:
            raise unclear from blind
    raise unclear


def _has(live: Tree, sent: Tree, planned: Update, desired: Tree) -> bool:
    """Return whether the live policy has the values of an update that would send `sent`."""
    if "policySteps" in planned.mask and held_steps(desired, live):
        return False  # They are there, and shall go.
    # Annotations count whole here: a removed key must be seen to be gone.
    found = view(desired, live) | only(live, "annotations")
    return not compare(POLICY, _masked(found, sent, planned), _masked(sent, sent, planned))


def _masked(policy: Tree, sent: Tree, planned: Update) -> Tree:
    """The part of a policy that tells whether an update that sends `sent` took effect."""
    out: Tree = {}
    for wire in planned.mask:
        field = POLICY.wire_fields[wire]
        out |= only(policy, field.name)
        if field.merge:
            # Of the tenant's annotations only those that were sent can tell.
            notes, keys = policy.get(field.name) or {}, sent.get(field.name) or {}
            out[field.name] = {key: value for key, value in notes.items() if key in keys}
    return out


def _known_after(planned: Update, recorded: Recorded, answer: Tree) -> Tree:
    """The outputs to record: of the answer, the part that tells of our update.

    What others changed outside of the mask stays unrecorded, so that the next refresh shows it.
    """
    known = dict(recorded.outputs)
    for name, field in POLICY.fields.items():
        if field.output_only or field.wire in planned.mask:
            known.pop(name, None)
            known |= only(answer, name)
    return known


def delete(connect: Callable[[], Run], policy_id: str, recorded: Recorded) -> str | None:
    """Delete the policy; already gone is fine.

    Args:
        connect: Gives the run; not called where no request is needed.
        policy_id: The policy's id.
        recorded: The last record of it.

    Returns:
        None, or a sentence why the policy was left in the tenant all the same: it is builtin,
        somebody else keeps it now, or this run has taken it for its replacement.

    Raises:
        APIError: The tenant did not delete it, or its absence is not proven.
    """
    if recorded.builtin:
        return guards.builtin_delete()
    run = connect()
    if policy_id in run.leftovers.adopted:
        return leftover_texts.adopted_delete()
    left: list[str | None] = [None]

    def may(wire: Tree) -> bool:
        """Return whether the policy as it is now may be deleted; `left` tells why not."""
        live = decoded("GET", wire)
        left[0] = None if live.get("deleted_at") else _reason_to_leave(recorded, live)
        return left[0] is None and not live.get("deleted_at")

    with run.client.operation():
        try:
            run.client.delete(policy_id, may)
        except APIError as error:
            if not _is_gone(run.client, policy_id, error):
                raise
        finally:
            run.reads.forget(policy_id)
    return left[0]


def _reason_to_leave(recorded: Recorded, live: Tree) -> str | None:
    """The sentence that says why a policy is not deleted; None where it may be."""
    found = catch_up(recorded, live)
    if found.builtin:
        return guards.builtin_delete()
    if found.taken_by:
        return guards.taken_delete(found)
    return leftover_texts.unproven_delete() if found.origin.is_unproven else None


def _is_gone(client: PolicyClient, policy_id: str, error: APIError) -> bool:
    """Return whether the policy is gone although its deletion ended with `error`."""
    if isinstance(error, NotFoundError):
        return absence.is_proven(client, policy_id, error)
    if not error.ambiguous:
        return False
    try:
        return look(client, policy_id) is None
    except APIError as blind:
        raise error from blind


def _recent(run: Run, policy_id: str, recorded: Recorded | None) -> Tree | None:
    of = workspace(recorded.outputs) if recorded else ""
    try:
        live = decoded("GET", run.reads.get(policy_id, of))
    except NotFoundError as error:
        if run.reads.was_missed(policy_id) or absence.is_proven(run.client, policy_id, error):
            return None
        return look(run.client, policy_id)
    if recorded and is_before(live, recorded.outputs):
        # A page of a search that lags behind our own last write.
        return look(run.client, policy_id)
    return None if live.get("deleted_at") else live


def _gone() -> NotFoundError:
    return NotFoundError(
        "it is gone from the tenant.",
        "Run `pulumi up --refresh` to create it anew.",
    )
