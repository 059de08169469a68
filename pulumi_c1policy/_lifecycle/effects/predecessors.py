"""The predecessors of an attachment's fields: their record, and the way back to them.

A predecessor that is a policy of this stack is neither recorded nor put back: this run or a later
one may delete that policy.
"""

from __future__ import annotations

from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run, look
from pulumi_c1policy._lifecycle.planning import attachment_texts
from pulumi_c1policy._lifecycle.planning.attachment_kind import select_values
from pulumi_c1policy._lifecycle.planning.object_kind import ObjectKind
from pulumi_c1policy._lifecycle.planning.ownership import read_workspace
from pulumi_c1policy._lifecycle.planning.prior import Prior
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy.errors import APIError


def note_predecessors(
    before: Tree, message: Message, live: Tree, desired: Tree, names: list[str]
) -> None:
    """Record the live values before a write.

    A value that the program wants may come from an earlier attempt of the same write.
    """
    found = select_values(message, live, names)
    for name, value in found.items():
        if name not in before or value != desired[name]:
            before[name] = value


def drop_own_policies(
    run: Run, kind: ObjectKind, before: Tree, desired: Tree, workspace: str
) -> Tree:
    """Replace predecessors that an earlier create of the stack has set, and warn of it.

    Only policies have ownership annotations. If the whole object was as the program wants it, and
    has a policy of the stack, the other fields come from that create as well.
    """
    own = {
        name
        for name, value in before.items()
        if kind.message.fields[name].names_policy and _is_own(run, value, workspace)
    }
    if own and all(before[name] == desired[name] for name in before):
        own = {*before}
    if own:
        run.warn(attachment_texts.warn_of_lost_predecessors(sorted(own)))
    return before | {n: "" if kind.message.fields[n].names_policy else False for n in own}


def _is_own(run: Run, policy_id: str, workspace: str) -> bool:
    """Return whether the stack manages a policy; False if that cannot be found out."""
    if not policy_id:
        return False
    if policy_id in run.leftovers.known.ids:
        return True
    try:
        found = read_workspace(look(run.client, policy_id) or {})
    except APIError:
        return False
    return bool(found) and found == workspace


def restore(run: Run, prior: Prior, names: list[str], workspace: str) -> Tree:
    """Return the values to put back into fields; warn of those that are left or get another one.

    A field that others have changed is left, although a refresh has read their value.
    """
    changed = [name for name in names if name in prior.overwritten]
    if changed:
        run.warn(attachment_texts.warn_of_changed_fields(changed))
    names = [name for name in names if name not in changed]
    unknown = [name for name in names if name not in prior.predecessors]
    if unknown:
        run.warn(attachment_texts.warn_of_unknown_predecessors(unknown))
    return {
        name: _judge(run, prior, name, prior.predecessors[name], workspace)
        for name in names
        if name in prior.predecessors
    }


def _judge(run: Run, prior: Prior, name: str, value: object, workspace: str) -> object:
    """Return a predecessor, or "" if it is gone or a policy of the stack."""
    field = prior.kind.message.fields[name]
    if not field.names_policy or not isinstance(value, str) or not value:
        return value
    if value == prior.outputs.get(name):
        return value
    try:
        policy = look(run.client, value)
    except APIError:
        # The tenant decides about a policy that cannot be read.
        return value
    if policy is None:
        run.warn(attachment_texts.warn_of_gone_predecessor(name, value))
        return ""
    if workspace and read_workspace(policy) == workspace:
        run.warn(
            attachment_texts.warn_of_own_predecessor(
                name, value, str(policy.get("display_name") or "")
            )
        )
        return ""
    return value
