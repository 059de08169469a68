"""The create, read, update and deletion of attachments over the client.

Each attempt of a write follows a fresh GET of the object, which the client makes inside its send.
A write sends only the fields whose live value differs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from pulumi_c1policy._lifecycle.effects import absence, predecessors
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run, decode_object
from pulumi_c1policy._lifecycle.planning import attachment_texts, leftover_texts
from pulumi_c1policy._lifecycle.planning.attachment_kind import (
    find_added,
    find_dropped,
    find_overwritten,
    list_set,
    list_settable,
    select_values,
)
from pulumi_c1policy._lifecycle.planning.decisions import LifecycleOptions
from pulumi_c1policy._lifecycle.planning.object_kind import ObjectKind
from pulumi_c1policy._lifecycle.planning.plan import NoOp, Replace, build_body, plan
from pulumi_c1policy._lifecycle.planning.prior import (
    Origin,
    Prior,
    find_drift,
    record_answer,
    refresh,
)
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._model.attachment_fields import AttachmentTarget, make_target
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import Tree, encode
from pulumi_c1policy.errors import AnswerError, APIError, NotFoundError, RefusedError

_FieldsFor = Callable[[Tree], Tree | None]
"""A function from the live object (decoded) to the fields to send on the wire."""


def create(run: Run, kind: ObjectKind, desired: Tree, workspace: str) -> Prior:
    """Set the fields of the program on an object that exists.

    Args:
        run: The run.
        kind: The kind of the attachment.
        desired: The checked inputs.
        workspace: The workspace of the stack. A live policy of it is no predecessor: an earlier
            create, whose record was lost, has set it.

    Raises:
        NotFoundError: The tenant has no such object.
        APIError: The fields could not be set.
    """
    target, names = make_target(desired), list_set(kind.message, desired)
    before: Tree = {}

    def find_fields(live: Tree) -> Tree | None:
        if live.get("deleted_at"):
            raise NotFoundError(*attachment_texts.refuse_missing(target))
        predecessors.note_predecessors(before, kind.message, live, desired, names)
        return _select_different(kind.message, live, desired, names)

    with run.client.share_deadline():
        missing = NotFoundError(*attachment_texts.refuse_missing(target))
        answered = _send(run, kind, target, find_fields, missing)
        recovered = predecessors.drop_own_policies(run, kind, before, desired, workspace)
    new_prior = record_answer(desired, desired | answered, origin=Origin(run.tenant), kind=kind)
    return replace(new_prior, predecessors=recovered)


def read(
    run: Run,
    kind: ObjectKind,
    target: AttachmentTarget,
    prior: Prior | None,
    names: list[str] | None = None,
) -> Prior | None:
    """Read the object as it is now.

    Args:
        run: The run.
        kind: The kind of the attachment.
        target: The object.
        prior: The record of the last operation; None for an object without one (an import).
        names: The fields to record without a prior record. Default: those with a value.

    Returns:
        The record brought up to date, or None if the object is gone.

    Raises:
        APIError: It could not be read, or its absence is not proven.
    """
    with run.client.share_deadline():
        live = _read_recent(run, kind, target, prior)
    if live is None:
        return None
    if prior is None:
        values = select_values(kind.message, live, list_settable(kind.message))
        ids = {field.name: live[field.name] for field in kind.message.required}
        inputs = ids | {n: v for n, v in values.items() if (n in names if names else v)}
        return record_answer(inputs, live, origin=Origin(run.tenant), kind=kind)
    refreshed = refresh(prior, live)
    overwritten = find_overwritten(prior, refreshed)
    origin = replace(prior.origin, tenant=run.tenant)
    return replace(refreshed, overwritten=overwritten, origin=origin)


def _read_recent(
    run: Run, kind: ObjectKind, target: AttachmentTarget, prior: Prior | None
) -> Tree | None:
    """Return the object from the reads of the run, or None if it is provably gone."""
    fields = kind.message.fields.values()
    policies = [prior.outputs.get(f.name) for f in fields if f.names_policy] if prior else []
    try:
        wire, is_fresh = run.attachment_reads.get(target, [str(each or "") for each in policies])
        live = decode_object(kind.message, target, "GET", wire)
        if prior and not is_fresh and find_drift(prior, live):
            # A page may lag behind the last write.
            live = decode_object(kind.message, target, "GET", run.attachments.get(target))
    except NotFoundError as error:
        if is_gone(run, target, error):
            return None
        live = decode_object(kind.message, target, "GET", run.attachments.get(target))
    return None if live.get("deleted_at") else live


def update(
    run: Run, prior: Prior, desired: Tree, options: LifecycleOptions, workspace: str
) -> Prior:
    """Send the changes from the prior to the desired inputs, and put back dropped fields.

    Raises:
        RefusedError: The plan refuses: somebody else changed a field.
        NotFoundError: The object is gone.
        APIError: The update failed.
    """
    planned, kind = plan(prior, desired, options), prior.kind
    if isinstance(planned, Refuse):
        raise RefusedError(*planned)
    if isinstance(planned, Replace):
        fields = ", ".join(f"`{name}`" for name in planned.fields)
        raise RefusedError(f"{fields} cannot change in place.", "Replace the attachment instead.")
    origin = replace(prior.origin, tenant=run.tenant)
    if isinstance(planned, NoOp):
        new_prior = record_answer(desired, prior.outputs, origin=origin, kind=kind)
        return replace(new_prior, predecessors=prior.predecessors, overwritten=prior.overwritten)
    message, target = kind.message, make_target(desired)
    added, before = find_added(prior, desired), Tree()
    with run.client.share_deadline():
        restored = predecessors.restore(run, prior, find_dropped(prior, desired), workspace)
        complete = desired | restored
        sent = {message.fields[name].wire for name in list_set(message, complete)}
        narrowed = replace(planned, mask=tuple(wire for wire in planned.mask if wire in sent))

        def find_fields(live: Tree) -> Tree | None:
            if live.get("deleted_at"):
                raise NotFoundError(*attachment_texts.describe_gone(target))
            predecessors.note_predecessors(before, message, live, desired, added)
            body = build_body(narrowed, prior, complete, live, options)
            if isinstance(body, Refuse):
                raise RefusedError(*body)
            names = [message.wire_fields[wire].name for wire in body]
            values = complete | {message.wire_fields[wire].name: body[wire] for wire in body}
            return _select_different(message, live, values, names)

        gone = NotFoundError(*attachment_texts.describe_gone(target))
        answered = _send(run, kind, target, find_fields, gone) if narrowed.mask else {}
        new = predecessors.drop_own_policies(run, kind, before, desired, workspace)
    # Changes of others in the other fields stay unrecorded, so that the next refresh shows them.
    planned_fields = {message.wire_fields[wire].name for wire in planned.mask}
    values = {name: desired[name] for name in planned_fields if name in desired}
    outputs = prior.outputs | values | answered
    new_prior = record_answer(desired, outputs, origin=origin, kind=kind)
    kept = {n: v for n, v in prior.predecessors.items() if desired.get(n) is not None}
    overwritten = {
        name: value
        for name, value in prior.overwritten.items()
        if desired.get(name) is not None and message.fields[name].wire not in planned.mask
    }
    return replace(new_prior, predecessors=kept | new, overwritten=overwritten)


def delete(
    connect: Callable[[], Run],
    target: AttachmentTarget,
    prior: Prior,
    workspace: str,
    *,
    find_managers: Callable[[], Mapping[str, str]] = dict,
    secrets: Collection[str] = (),
) -> list[str]:
    """Put back the predecessor of each field that still has the value of the program.

    Args:
        connect: Returns the run.
        target: The object.
        prior: The record of the last operation.
        workspace: The workspace of the stack.
        find_managers: Returns the resources of the program that manage fields of the object now, as
            noun phrases by field. Other resources are created at the same time.
        secrets: The fields whose values no warning shows.

    Returns:
        Warnings about fields that were left.

    Raises:
        APIError: The fields could not be put back.
    """
    kind, taken = prior.kind, dict(find_managers())
    written = list_set(kind.message, prior.inputs)
    names, changed = [name for name in written if name not in taken], list[str]()

    def find_fields(live: Tree) -> Tree | None:
        changed.clear()
        if live.get("deleted_at"):
            return None
        taken.update(find_managers())
        ours = [name for name in restored if name not in taken]
        found = select_values(kind.message, live, ours)
        changed.extend(n for n in ours if found[n] not in (prior.outputs.get(n), restored[n]))
        unchanged = [name for name in ours if name not in changed]
        return _select_different(kind.message, live, restored, unchanged)

    warnings = list[str]()
    if names and not prior.predecessors:
        warnings.append(attachment_texts.warn_of_unknown_predecessors(names))
    elif names:
        run = connect()
        with run.client.share_deadline():
            restored = predecessors.restore(run, prior, names, workspace)
            try:
                _send(run, kind, target, find_fields, NotFoundError("", ""))
            except NotFoundError as error:
                if error.summary:
                    raise
    if changed:
        warnings.append(attachment_texts.warn_of_changed_fields(changed))
    left = {name: manager for name, manager in taken.items() if name in written}
    return warnings + attachment_texts.warn_of_taken_fields(left, prior.predecessors, secrets)


def _select_different(message: Message, live: Tree, values: Tree, names: list[str]) -> Tree | None:
    """Return the fields whose live value differs, on the wire; None if there is none."""
    found = select_values(message, live, names)
    different = {name: values[name] for name in names if found[name] != values[name]}
    return encode(message, different) or None


def _send(
    run: Run,
    kind: ObjectKind,
    target: AttachmentTarget,
    find_fields: _FieldsFor,
    gone: NotFoundError,
) -> Tree:
    """Send an update; return the sent fields as its answer shows them.

    The result is empty if the object has the values already, or if the answer was lost and the
    object shows that the update took effect. Others may have changed fields that were not sent.

    Args:
        run: The run.
        kind: The kind of the attachment.
        target: The object.
        find_fields: Returns the fields to send for the live object; None if it has them.
        gone: The error to raise if the object does not exist.
    """

    sent = list[str]()

    def find(wire: Tree) -> Tree | None:
        fields = find_fields(decode_object(kind.message, target, "GET", wire))
        sent[:] = [kind.message.wire_fields[name].name for name in fields or ()]
        return fields

    try:
        with run.take_turn(target):
            wire = run.attachments.update(target, find)
        return select_values(kind.message, decode_object(kind.message, target, "POST", wire), sent)
    except NotFoundError as error:
        if error.status is None:
            raise
        if is_gone(run, target, error):
            raise gone from error
        contradiction = leftover_texts.describe_contradiction(target.noun)
        raise AnswerError(*contradiction, method="GET", status=404) from error
    except APIError as error:
        if not error.ambiguous:
            raise
        ambiguous = error
    finally:
        run.attachment_reads.forget(target)
    for _ in run.wait_for_looks(ambiguous):
        try:
            if find(run.attachments.get(target)) is None:
                return {}
        except (APIError, RefusedError) as look_error:
            raise ambiguous from look_error
    raise ambiguous


def is_gone(run: Run, target: AttachmentTarget, error: NotFoundError) -> bool:
    """Return whether an object that a GET did not find is gone."""
    return absence.prove(
        run.client.wait,
        lambda: run.attachments.search([target]),
        lambda: run.attachments.get(target),
        error,
        target.noun,
    )
