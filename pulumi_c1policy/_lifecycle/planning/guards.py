"""What is refused, and the sentence that says so. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._lifecycle.planning.ownership import PERSON
from pulumi_c1policy._lifecycle.planning.record import Recorded
from pulumi_c1policy._model.paths import Path, at, text
from pulumi_c1policy._model.tree import Tree, Value

_SHOWN = 5
_LONGEST = 160
_BUILTIN = "it came with the tenant (system_builtin)"


def builtin_change(changes: Sequence[Change]) -> tuple[str, str]:
    """Why a builtin policy is not changed, and what to do instead: summary and advice."""
    return (
        f"{_BUILTIN}, and ConductorOne lets nobody change it; "
        f"the program would change {paths(changes)}.",
        "Declare a policy of your own under another resource name, or read this one with "
        "`Policy.get(name, id=...)`, which never writes.",
    )


def builtin_delete() -> str:
    """What is said when a builtin policy leaves the stack."""
    return (
        f"{_BUILTIN}, and cannot be deleted; it was dropped from the stack and is left in the "
        "tenant as it is."
    )


def taken_change(recorded: Recorded) -> tuple[str, str]:
    """Why a policy that somebody else keeps now is not changed: summary and advice."""
    summary = f"it was taken over by {recorded.taken_by}, so it is left as it is."
    if recorded.taken_by != PERSON:
        return (
            summary,
            "Let one program keep it: take it out of the other, or out of this one, which leaves it in "
            "the tenant.",
        )
    return (
        f"{summary} A person edited it there, and the product cleared the ownership annotations.",
        'Take it back with on_takeover="take_back", which writes what the program says; or let it '
        "go: take it out of the program, which leaves it in the tenant.",
    )


def taken_warning(recorded: Recorded, *, take_back: bool) -> str:
    """What preview says of a policy that somebody else keeps now."""
    if take_back and recorded.taken_by == PERSON:
        return f"it was taken over by {PERSON}; the update takes it back and writes what the program says."
    summary, advice = taken_change(recorded)
    return f"{summary} The update will be refused. {advice}"


def taken_delete(recorded: Recorded) -> str:
    """What is said when a policy that somebody else keeps now leaves the stack."""
    return (
        f"it was taken over by {recorded.taken_by}; it was dropped from the stack and is left in the "
        "tenant. Delete it there if it shall go."
    )


def unreadable_delete(problem: str, marks: Tree) -> str:
    """A warning that a policy with an unreadable state was left in the tenant.

    Args:
        problem: The sentence about the state.
        marks: The ownership annotations of the live policy.
    """
    said = ", ".join(f"{key}={value!r}" for key, value in marks.items())
    whose = f"its annotations name another resource ({said})" if said else "no annotation names it"
    return (
        f"{problem} In the tenant {whose}, so it was dropped from the stack and is left in the tenant. "
        "Delete it in ConductorOne if it is of no use."
    )


def read_anew(problem: str) -> str:
    """A warning that the live policy took the place of an unreadable state."""
    return f"{problem} It was read anew from the tenant."


def held_twice(urns: Sequence[str]) -> tuple[str, str]:
    """A refusal to write a policy that two resources hold: summary and advice."""
    named = ", ".join(urns)
    return (
        f"the state holds this policy under another resource, too: {named}. Neither writes or "
        "deletes it.",
        f"Take one of them out of the state, which leaves the policy: `pulumi state delete "
        f"'{urns[0]}'`.",
    )


def paths(changes: Sequence[Change]) -> str:
    """The paths of changes, the first few by name."""
    named = ", ".join(f"`{text(change.path)}`" for change in changes[:_SHOWN])
    return named + (f" and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else "")


def conflict(changes: Sequence[Change], desired: Tree, secrets: Collection[str]) -> tuple[str, str]:
    """Why somebody else's change is not overwritten: summary, with all values, and advice.

    Of the fields in `secrets` no value is shown.
    """
    shown = "; ".join(
        f"`{text(change.path)}` (a secret)"
        if change.field in secrets
        else f"`{text(change.path)}` was {_shown(change.before)} when last recorded and is "
        f"{_shown(change.after)} now, the program says {_shown(at(desired, change.path))}"
        for change in changes[:_SHOWN]
    )
    more = f"; and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
    return (
        f"somebody else changed what this update would overwrite: {shown}{more}.",
        "Look at it with `pulumi preview --refresh --diff` and overwrite it with "
        '`pulumi up --refresh`, or set on_conflict="overwrite".',
    )


def held_steps(held: Mapping[str, str]) -> tuple[str, str]:
    """A refusal to send steps while the live policy holds some that tenants refuse."""
    paths = ", ".join(f"`{path}`" for path in [*held][:_SHOWN])
    rules = sorted(set(held.values()))
    levels = ",".join(f"{rule}=warning" for rule in rules)
    return (
        f"the live policy holds steps that a tenant refuses ({paths}): according to the vendor's CLI "
        "the server refuses `policySteps` with them, and without them they would be lost, so nothing "
        "is sent.",
        "Remove these steps in ConductorOne and set provisioning on the entitlement, then run `pulumi "
        f"up --refresh`; or send the program's steps alone with `pulumi config set c1policy:severity "
        f'"{levels}"`. [{", ".join(rules)}]',
    )


def dropped_steps(held: Mapping[str, str]) -> str:
    """A warning that steps of the live policy will be lost."""
    paths = ", ".join(f"`{path}`" for path in [*held][:_SHOWN])
    return (
        f"the live policy holds steps that a tenant refuses ({paths}) and the program does not write; "
        f"they will be lost. [{', '.join(sorted(set(held.values())))}]"
    )


def unclear_ignored(paths: Sequence[Path]) -> tuple[str, str]:
    """A refusal to guess an ignored value: summary and advice."""
    where = ", ".join(f"`{text(path)}`" for path in paths[:_SHOWN])
    return (
        f"it is unclear what to send at {where}: `ignore_changes` names this or something below it, and "
        "items around it were moved, added or removed, or changed their kind, since the last refresh.",
        "Run `pulumi up --refresh`, or let `ignore_changes` name the whole list or map around it.",
    )


def _shown(value: Value) -> str:
    if value is None:
        return "unset"
    whole = json.dumps(value, ensure_ascii=False, default=repr)
    return whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]}…"


def nothing_to_read() -> tuple[str, str]:
    """Why a policy that is merely read cannot be: summary and advice."""
    return (
        "the tenant has no policy of that id.",
        "Check the id that the program gives to `Policy.get`, and which tenant it talks to.",
    )


def self_reference(paths: Sequence[Path]) -> tuple[str, str]:
    """Why a policy may not point to itself: summary and advice."""
    where = ", ".join(f"`{text(path)}`" for path in paths)
    return (
        f"{where} is the policy's own id, so a request would never leave it.",
        "Point to another policy of the same type, or to steps with `step_key`. [self-reference]",
    )


def agent_reference(paths: Sequence[Path]) -> tuple[str, str]:
    """A refusal of an agent that may choose its own policy: summary and advice."""
    where = ", ".join(f"`{text(path)}`" for path in paths)
    return (
        f"{where} names the policy itself, which according to the vendor's CLI the server refuses.",
        "Name other policies of the same type. [agent-policies]",
    )


def circle(paths: Sequence[Path]) -> tuple[str, str]:
    """Why policies may not hand requests around in a circle: summary and advice."""
    where = ", ".join(f"`{text(path)}`" for path in paths)
    return (
        f"{where} leads through other policies back to this one, so a request would go in a circle.",
        "Let one of these policies decide with steps (`step_key`). [policy-cycle]",
    )
