"""Warnings and errors about attachments, as sentences. Pure.

A sentence continues the name of the resource, so it begins in lower case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pulumi_c1policy import _text
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._model.tree import Tree


def refuse_missing(target: AttachmentTarget) -> Refuse:
    """Describe an object that does not exist, at a create."""
    return Refuse(
        f"the tenant has no such {target.noun}.",
        f"Check the ids of the {target.noun}, and the tenant that the program uses.",
    )


def describe_gone(target: AttachmentTarget) -> Refuse:
    """Describe an object that is gone, at an update."""
    return Refuse(
        f"the {target.noun} is gone from the tenant.",
        "Run `pulumi up --refresh`, and remove the resource from the program.",
    )


def refuse_two_resources(urns: Sequence[str]) -> str:
    """Refuse two resources of one program for one object.

    Args:
        urns: The URNs of both.
    """
    return (
        "two resources of the program manage the policies of this object: "
        f"{' and '.join(urns)}; remove one of them"
    )


def warn_of_gone_predecessor(name: str, policy_id: str) -> str:
    """Warn that a predecessor is gone."""
    return (
        f"`{name}` was {policy_id!r} before, and that policy is gone; the field is set to "
        "inherited instead."
    )


def warn_of_own_predecessor(name: str, policy_id: str, policy_name: str) -> str:
    """Warn that a predecessor is a policy of this stack, which may be deleted as well."""
    shown = _text.to_one_line(policy_name)
    policy = f"{shown!r} ({policy_id})" if shown else repr(policy_id)
    return (
        f"`{name}` was {policy} before, and this stack manages that policy; the field is set "
        "to inherited instead. To attach the policy, declare it in the program."
    )


def warn_of_lost_predecessors(names: Sequence[str]) -> str:
    """Warn that the values before a create are not known, because an earlier one was lost."""
    return (
        "the object had a policy of this stack already, which an earlier create may have set, so "
        f"the value from before is not known: {_list(names)}. When this resource is deleted, a "
        'policy is set to inherited, and a boolean to false; with `on_delete="keep"` they are '
        "left as they are."
    )


def warn_of_unknown_predecessors(names: Sequence[str]) -> str:
    """Warn that fields keep their values, because no predecessor is recorded."""
    return (
        f"{_list(names)} keeps its value in the tenant: the state has no value from before this "
        "resource. Change it in ConductorOne if you want another value."
    )


def warn_of_changed_fields(names: Sequence[str]) -> str:
    """Warn that a deletion left fields that others have changed."""
    return (
        f"{_list(names)} was changed by somebody else since the last update, and is left as it is."
    )


def warn_of_taken_fields(
    managers: Mapping[str, str], predecessors: Tree, secrets: Collection[str]
) -> list[str]:
    """Warn that a deletion left fields that another resource, or the replacement, manages now.

    The state loses the predecessors, so the warnings name them.

    Args:
        managers: The new manager of each field, as a noun phrase.
        predecessors: The values from before this resource, by field.
        secrets: The fields whose values are not shown.
    """
    warnings = []
    for manager in sorted({*managers.values()}):
        names = sorted(name for name, found in managers.items() if found == manager)
        lost = [
            f"`{name}` was {'a secret' if name in secrets else _show(predecessors[name])}"
            for name in names
            if name in predecessors
        ]
        told = f" Note the values from before; the state loses them: {', '.join(lost)}."
        warnings.append(
            f"{manager} manages the same object now, so {_list(names)} is not put back."
            f"{told if lost else ''}"
        )
    return warnings


def warn_of_unreadable_delete(problem: str) -> str:
    """Warn that nothing was put back, because the state cannot be read."""
    return f"{problem} Nothing was put back; check the policies in ConductorOne."


def _show(value: object) -> str:
    """Return the value of a field as text: a policy, the inherited one, or a boolean."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if value else "inherited"


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
