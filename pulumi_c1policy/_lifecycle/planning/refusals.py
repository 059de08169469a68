"""Refusals and warnings about writes, as sentences. Pure.

A sentence continues the name of the resource ("the policy 'x': it …"), so it begins in lower case.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._lifecycle.planning.ownership import PERSON
from pulumi_c1policy._model.paths import Path, format_path, get_at
from pulumi_c1policy._model.tree import Tree, Value

_MAX_SHOWN = 5
_MAX_VALUE_LENGTH = 160
_BUILTIN = "it is a builtin policy of the tenant (system_builtin)"
_STOP_MANAGING = "stop managing it: remove it from the program (the tenant keeps it)"


class Refuse(NamedTuple):
    """A refusal to send anything: a plan's outcome.

    Attributes:
        summary: What is wrong.
        advice: What to do.
    """

    summary: str
    advice: str


def refuse_builtin_change(changes: Sequence[Change]) -> Refuse:
    """Refuse to change a builtin policy."""
    return Refuse(
        f"{_BUILTIN}, which cannot be changed; the program would change {list_paths(changes)}.",
        "Declare a policy of your own under another resource name, or read this one with "
        "`Policy.get(name, id=...)`, which never writes.",
    )


def warn_of_builtin_delete() -> str:
    """Warn that the deletion of a builtin policy left it in the tenant."""
    return (
        f"{_BUILTIN}, which cannot be deleted. It was removed from the stack, and the tenant keeps "
        "it unchanged."
    )


def refuse_taken_change(taken_by: str) -> Refuse:
    """Refuse to change a policy that was taken over.

    Args:
        taken_by: The manager now.
    """
    summary = f"it was taken over by {taken_by}, so nothing is sent."
    if taken_by != PERSON:
        return Refuse(
            summary,
            "Let one program manage it: remove it from the other program, or from this one (the "
            "tenant keeps it).",
        )
    return Refuse(
        f"{summary} A person edited it there, and the product removed the ownership annotations.",
        'Take it back with on_takeover="take_back", which writes what the program says; or '
        f"{_STOP_MANAGING}.",
    )


def warn_of_takeover(taken_by: str, *, take_back: bool) -> str:
    """Warn at preview about a policy that was taken over.

    Args:
        taken_by: The manager now.
        take_back: The user decided to take policies back.
    """
    if take_back and taken_by == PERSON:
        return (
            f"it was taken over by {PERSON}; the update takes it back and writes what the program "
            "says."
        )
    summary, advice = refuse_taken_change(taken_by)
    return f"{summary} The update will be refused. {advice}"


def warn_of_taken_delete(taken_by: str) -> str:
    """Warn that the deletion of a policy that was taken over left it in the tenant."""
    return (
        f"it was taken over by {taken_by}. It was removed from the stack, and the tenant keeps it. "
        "Delete it in ConductorOne if nobody needs it."
    )


def warn_of_unreadable_delete(problem: str, ownership: Tree) -> str:
    """Warn that a policy with an unreadable state was left in the tenant.

    Args:
        problem: The sentence about the state.
        ownership: The ownership annotations of the live policy.
    """
    listed = ", ".join(f"{key}={value!r}" for key, value in ownership.items())
    if listed:
        reason = f"The live policy's ownership annotations name another resource ({listed})"
    else:
        reason = "The live policy has no ownership annotations"
    return (
        f"{problem} {reason}, so it was removed from the stack only, and the tenant keeps it. "
        "Delete it in ConductorOne if nobody needs it."
    )


def warn_of_unreadable_read(problem: str) -> str:
    """Warn that a read replaced an unreadable state with the live policy."""
    return f"{problem} It was read again from the tenant."


def refuse_two_holders(urns: Sequence[str]) -> Refuse:
    """Refuse to write a policy that two resources of the state hold.

    Args:
        urns: The URNs of the other resources.
    """
    return Refuse(
        f"the state holds this policy under another resource, too: {', '.join(urns)}. Neither "
        "resource may write or delete it.",
        "Remove one of them from the state (the tenant keeps the policy): `pulumi state delete "
        f"'{urns[0]}'`.",
    )


def list_paths(changes: Sequence[Change]) -> str:
    """List the paths of changes; only the first few are named."""
    listed = ", ".join(f"`{format_path(change.path)}`" for change in changes[:_MAX_SHOWN])
    return listed + (f" and {len(changes) - _MAX_SHOWN} more" if len(changes) > _MAX_SHOWN else "")


def refuse_conflict(changes: Sequence[Change], desired: Tree, secrets: Collection[str]) -> Refuse:
    """Refuse to overwrite changes of others.

    Args:
        changes: The changes of others.
        desired: The desired policy.
        secrets: The top-level inputs whose values are not shown.
    """
    shown = "; ".join(
        f"`{format_path(change.path)}` (a secret)"
        if change.field in secrets
        else f"`{format_path(change.path)}` was {_show(change.before)} at the last operation and "
        f"is {_show(change.after)} now, and the program says {_show(get_at(desired, change.path))}"
        for change in changes[:_MAX_SHOWN]
    )
    more = f"; and {len(changes) - _MAX_SHOWN} more" if len(changes) > _MAX_SHOWN else ""
    return Refuse(
        f"this update would overwrite changes of somebody else: {shown}{more}.",
        "Look at them with `pulumi preview --refresh --diff` and overwrite them with "
        '`pulumi up --refresh`, or set on_conflict="overwrite".',
    )


def refuse_held_steps(held: Mapping[str, str]) -> Refuse:
    """Refuse to send steps to a policy with held steps.

    Args:
        held: The held steps: the rule id by the path.
    """
    setting = rule_texts.format_setting(sorted(held.values()), "warning")
    return Refuse(
        f"the live policy contains steps that a tenant rejects ({_list(held)}). According to the "
        "vendor's CLI the server rejects an update with these steps; an update without them would "
        "delete them. So nothing is sent.",
        "Remove these steps in ConductorOne and set provisioning on the entitlement, then run "
        "`pulumi up --refresh`; or send the program's steps alone with "
        f"{rule_texts.format_setting_command(setting)}.{rule_texts.cite_rules(*held.values())}",
    )


def warn_of_dropped_steps(held: Mapping[str, str]) -> str:
    """Warn that the update drops held steps."""
    return (
        f"the live policy contains steps that a tenant rejects ({_list(held)}) and that the "
        f"program does not contain; the update drops them.{rule_texts.cite_rules(*held.values())}"
    )


def _list(held: Mapping[str, str]) -> str:
    return ", ".join(f"`{path}`" for path in [*held][:_MAX_SHOWN])


def refuse_unclear_ignored(paths: Sequence[Path]) -> Refuse:
    """Refuse to guess the value of ignored places."""
    listed = ", ".join(f"`{format_path(path)}`" for path in paths[:_MAX_SHOWN])
    return Refuse(
        f"the value to send at {listed} is unclear: `ignore_changes` names this place or one below "
        "it, and items around it were moved, added or removed, or changed their kind, since the "
        "last refresh.",
        "Run `pulumi up --refresh`, or let `ignore_changes` name the whole list or map around it.",
    )


def _show(value: Value) -> str:
    if value is None:
        return "unset"
    whole = json.dumps(value, ensure_ascii=False, default=repr)
    return whole if len(whole) <= _MAX_VALUE_LENGTH else f"{whole[:_MAX_VALUE_LENGTH]}…"


def refuse_missing_read() -> Refuse:
    """Refuse to read a policy that does not exist (`Policy.get`)."""
    return Refuse(
        "the tenant has no policy with that id.",
        "Check the id in `Policy.get`, and the tenant that the program uses.",
    )


def refuse_self_reference(paths: Sequence[Path]) -> Refuse:
    """Refuse a policy that hands requests to itself."""
    listed = ", ".join(f"`{format_path(path)}`" for path in paths)
    return Refuse(
        f"{listed} is the policy's own id, so a request would never end.",
        "Name another policy of the same type, or steps with `step_key`."
        + rule_texts.cite_rules("self-reference"),
    )


def refuse_agent_reference(paths: Sequence[Path]) -> Refuse:
    """Refuse an agent that may choose its own policy."""
    listed = ", ".join(f"`{format_path(path)}`" for path in paths)
    return Refuse(
        f"{listed} names the policy itself, which the server rejects according to the vendor's "
        "CLI.",
        f"Name other policies of the same type.{rule_texts.cite_rules('agent-policies')}",
    )


def refuse_cycle(paths: Sequence[Path]) -> Refuse:
    """Refuse policies that hand requests to each other in a cycle."""
    listed = ", ".join(f"`{format_path(path)}`" for path in paths)
    return Refuse(
        f"{listed} leads through other policies back to this one, so a request would never end.",
        "Let one of these policies decide with steps (`step_key`)."
        + rule_texts.cite_rules("policy-cycle"),
    )
