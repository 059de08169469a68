"""The execution of plans over the client: read, update and delete.

Each attempt of an update or a delete follows a fresh GET of the policy, which the client makes
inside its send.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._lifecycle.effects import absence
from pulumi_c1policy._lifecycle.effects.creation import warn_of_duplicates
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run, decode_policy, look
from pulumi_c1policy._lifecycle.planning import leftover_texts, refusals, use_texts
from pulumi_c1policy._lifecycle.planning.decisions import DEFAULTS, LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._lifecycle.planning.ownership import read_resource, read_workspace
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, Update, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import (
    Origin,
    Prior,
    find_prior_held_steps,
    is_older,
    record_answer,
    refresh,
    refresh_ownership,
)
from pulumi_c1policy._lifecycle.planning.pruning import prune, strip
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, decode, select_field
from pulumi_c1policy.errors import AnswerError, APIError, NotFoundError, RefusedError


def read(run: Run, policy_id: str, prior: Prior | None) -> Prior | None:
    """Read the policy as it is now.

    Args:
        run: The run.
        policy_id: The policy's id.
        prior: The record of the last operation; None for a policy without one (an import).

    Returns:
        The record brought up to date, or None if the policy is gone: the tenant answers that it
        does not exist and a search agrees, or it was deleted softly.

    Raises:
        APIError: It could not be read, or its absence is not proven.
    """
    with run.client.share_deadline():
        live = _read_recent(run, policy_id, prior)
        if live is None:
            run.leftovers.known.forget(policy_id)
            return None
        if prior is None:
            inputs = strip(POLICY, prune(POLICY, live))
            return record_answer(inputs, live, origin=Origin(run.tenant))
        refreshed = refresh(prior, live)
        if whose := read_resource(prior.outputs):
            run.leftovers.warn_of_read(whose, policy_id, run.reads.list_owned(whose))
        was_resent = refreshed.origin.was_resent and warn_of_duplicates(run, refreshed)
        origin = replace(refreshed.origin, tenant=run.tenant, was_resent=was_resent)
        return replace(refreshed, origin=origin)


def _read_recent(run: Run, policy_id: str, prior: Prior | None) -> Tree | None:
    """Return the policy from the reads of the run, or None if it is provably gone."""
    of = read_workspace(prior.outputs) if prior else ""
    try:
        live = decode_policy("GET", run.reads.get(policy_id, of))
    except NotFoundError as error:
        if run.reads.was_missed(policy_id) or absence.is_proven(run.client, policy_id, error):
            return None
        return look(run.client, policy_id)
    if prior and is_older(live, prior.outputs):
        # A page or a search lags behind the last write.
        return look(run.client, policy_id)
    return None if live.get("deleted_at") else live


def update(
    run: Run, policy_id: str, prior: Prior, desired: Tree, options: LifecycleOptions
) -> Prior:
    """Send the changes from the prior to the desired inputs, and nothing else.

    Raises:
        RefusedError: The plan refuses: the policy is builtin, taken over, or in conflict.
        NotFoundError: The policy is gone.
        APIError: The update failed.
    """
    planned = plan(prior, desired, options)
    if isinstance(planned, Refuse):
        raise RefusedError(*planned)
    if isinstance(planned, Replace):
        fields = ", ".join(f"`{name}`" for name in planned.fields)
        raise RefusedError(f"{fields} cannot change in place.", "Replace the policy instead.")
    origin = replace(prior.origin, tenant=run.tenant)
    if isinstance(planned, NoOp):
        held = find_prior_held_steps(prior, desired)
        return record_answer(desired, prior.outputs, held, origin)
    seen: list[Tree] = []

    def build_for(wire: Tree) -> Tree | None:
        """Build the body for the policy as it is now; None if it has the values already."""
        live = decode_policy("GET", wire)
        if live.get("deleted_at"):
            raise _make_gone_error()
        seen[:] = [live]
        body = build_body(planned, prior, desired, live, options)
        if isinstance(body, Refuse):
            raise RefusedError(*body)
        is_done = _is_in_effect(live, decode(POLICY, body), planned, prior, desired)
        return None if is_done else body

    with run.client.share_deadline():
        try:
            answer = _send_update(run, policy_id, planned, build_for)
        finally:
            run.reads.forget(policy_id)
    is_steps_sent = prior.kind.held_field in planned.mask
    still_held = None if is_steps_sent else prior.kind.find_held(desired, seen[0])
    return record_answer(desired, _combine_outputs(planned, prior, answer), still_held, origin)


def _send_update(
    run: Run, policy_id: str, planned: Update, build_for: Callable[[Tree], Tree | None]
) -> Tree:
    """Send the update; return its answer, or the policy that shows that it took effect."""
    try:
        return decode_policy("POST", run.client.update(policy_id, planned.mask, build_for))
    except NotFoundError as error:
        if absence.is_proven(run.client, policy_id, error):
            raise _make_gone_error() from error
        contradiction = leftover_texts.describe_contradiction()
        raise AnswerError(*contradiction, method="GET", status=404) from error
    except APIError as error:
        if not error.ambiguous:
            raise
        ambiguous = error
    for _ in run.wait_for_looks(ambiguous):
        try:
            wire = run.client.get(policy_id)
            if build_for(wire) is None:
                return decode_policy("GET", wire)
        except (APIError, RefusedError) as look_error:
            raise ambiguous from look_error
    raise ambiguous


def _is_in_effect(live: Tree, sent: Tree, planned: Update, prior: Prior, desired: Tree) -> bool:
    """Return whether the live policy has the values of an update that would send `sent`."""
    kind = prior.kind
    if kind.held_field in planned.mask and kind.find_held(desired, live):
        return False  # The update drops the held steps.
    # Look at all annotations: a removed key must be gone.
    found = kind.select_managed(desired, live) | select_field(live, "annotations")
    return not compare(
        kind.message,
        _select_masked(found, sent, planned, prior),
        _select_masked(sent, sent, planned, prior),
    )


def _select_masked(policy: Tree, sent: Tree, planned: Update, prior: Prior) -> Tree:
    """Select the part of a policy that shows whether an update that sends `sent` took effect."""
    selected: Tree = {}
    for wire in planned.mask:
        field = prior.kind.message.wire_fields[wire]
        selected |= select_field(policy, field.name)
        if field.merge:
            # Keys that were not sent do not show anything.
            notes, keys = policy.get(field.name) or {}, sent.get(field.name) or {}
            selected[field.name] = {key: value for key, value in notes.items() if key in keys}
    return selected


def _combine_outputs(planned: Update, prior: Prior, answer: Tree) -> Tree:
    """Take from the answer the fields of the mask and the output-only fields.

    Changes of others outside the mask stay unrecorded, so that the next refresh shows them.
    """
    outputs = dict(prior.outputs)
    for name, field in prior.kind.message.fields.items():
        if field.output_only or field.wire in planned.mask:
            outputs.pop(name, None)
            outputs |= select_field(answer, name)
    return outputs


def delete(
    connect: Callable[[], Run], policy_id: str, prior: Prior, options: LifecycleOptions = DEFAULTS
) -> str | None:
    """Delete the policy; a policy that is already gone is no error.

    Args:
        connect: Return the run; not called if no request is needed.
        policy_id: The policy's id.
        prior: The record of the last operation.
        options: The user's decisions.

    Returns:
        None, or a warning that the policy was left in the tenant: it is builtin, it was taken over,
        it was replaced and is still in use, or a create of this run has recorded it as the
        replacement.

    Raises:
        RefusedError: Apps or entitlements use the policy.
        APIError: The deletion failed, or the policy's absence is not proven.
    """
    if prior.is_builtin:
        return refusals.warn_of_builtin_delete()
    run = connect()
    if policy_id in run.leftovers.created:
        return leftover_texts.warn_of_recorded_delete()
    left: list[str | None] = [None]

    def may_delete(wire: Tree) -> bool:
        """Return whether the policy as it is now may be deleted; set the warning if not."""
        live = decode_policy("GET", wire)
        left[0] = None if live.get("deleted_at") else _explain_leaving(prior, live)
        return left[0] is None and not live.get("deleted_at")

    with run.client.share_deadline():
        if not options.delete_in_use and (used := _explain_use(run, policy_id, prior)):
            return used
        try:
            run.client.delete(policy_id, may_delete)
        except APIError as error:
            if not _is_gone(run.client, policy_id, error):
                raise
        finally:
            run.reads.forget(policy_id)
    return left[0]


def _explain_use(run: Run, policy_id: str, prior: Prior) -> str | None:
    """Return the warning that a replaced policy is left because it is in use; None if it is not.

    Raises:
        RefusedError: The policy is in use, and its resource has no other one.
    """
    found = run.guard.find(policy_id, read_workspace(prior.outputs))
    if found is None:
        return None
    live = look(run.client, policy_id)
    if live is None or _explain_leaving(prior, live):
        # It is gone, or stays in the tenant for another reason.
        return None
    if new := run.leftovers.known.find_replacement(prior.outputs, policy_id):
        return use_texts.warn_of_replaced_delete(
            policy_id, new, found.uses, is_complete=found.is_complete
        )
    raise RefusedError(
        *use_texts.refuse_delete(policy_id, found.uses, is_complete=found.is_complete)
    )


def _explain_leaving(prior: Prior, live: Tree) -> str | None:
    """Return the warning that the policy is left in the tenant, or None if it may be deleted."""
    if live.get("system_builtin") is True:
        return refusals.warn_of_builtin_delete()
    owner = refresh_ownership(prior, live)
    if owner.taken_by:
        return refusals.warn_of_taken_delete(owner.taken_by)
    return leftover_texts.warn_of_unproven_delete() if owner.origin.is_unproven else None


def _is_gone(client: PolicyClient, policy_id: str, error: APIError) -> bool:
    """Return whether the policy is gone although its deletion ended with `error`."""
    if isinstance(error, NotFoundError):
        return absence.is_proven(client, policy_id, error)
    if not error.ambiguous:
        return False
    try:
        return look(client, policy_id) is None
    except APIError as look_error:
        raise error from look_error


def _make_gone_error() -> NotFoundError:
    return NotFoundError(
        "it is gone from the tenant.",
        "Run `pulumi up --refresh` to create it again.",
    )
