"""The plan: a pure value that says what to do, made before anything is done. Pure.

Preview and update ask the same planner, so that what is shown is what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pulumi_c1policy._lifecycle.checks import approval_checks as approval_rules
from pulumi_c1policy._lifecycle.checks.chains import outcomes
from pulumi_c1policy._lifecycle.planning import guards
from pulumi_c1policy._lifecycle.planning.decisions import DEFAULTS, Options
from pulumi_c1policy._lifecycle.planning.diff import Change, compare
from pulumi_c1policy._lifecycle.planning.ignored_places import hold
from pulumi_c1policy._lifecycle.planning.managed_view import held_steps, view, without_kept_steps
from pulumi_c1policy._lifecycle.planning.mask import update_mask
from pulumi_c1policy._lifecycle.planning.merge import merge, prune
from pulumi_c1policy._lifecycle.planning.ownership import MARKS, PERSON, marks
from pulumi_c1policy._lifecycle.planning.record import Recorded, catch_up, drift, held_by
from pulumi_c1policy._model.paths import Key, Path, covers
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, encode, only, zero

_STEPS = "policySteps"


@dataclass(frozen=True, slots=True)
class NoOp:
    """Nothing is to do."""


@dataclass(frozen=True, slots=True)
class Update:
    """Change fields of the live policy.

    Attributes:
        changes: Every leaf that changes.
        mask: The update mask, never empty.
    """

    changes: tuple[Change, ...]
    mask: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replace:
    """Create a new policy in place of this one.

    Attributes:
        changes: Every leaf that changes.
        fields: The immutable fields that do, sorted.
    """

    changes: tuple[Change, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do nothing, say why, and say what to do instead."""

    summary: str
    advice: str


Plan: TypeAlias = NoOp | Update | Replace | Refuse


def plan(recorded: Recorded, desired: Tree, options: Options = DEFAULTS) -> Plan:
    """The plan that leads from the record to `desired`.

    Args:
        recorded: The last record of the policy.
        desired: The checked inputs; at preview some may be unknown.
        options: The program's decisions.
    """
    # Steps that tenants refuse and the program no longer writes are kept: no change.
    prior = without_kept_steps(desired, recorded.inputs)
    changes = tuple(compare(POLICY, prior, desired))
    if not changes:
        return NoOp()
    if recorded.builtin:
        return Refuse(*guards.builtin_change(changes))
    refuses = options.level("self-reference") == "error"
    if refuses and (own := _pointing_to(recorded.outputs.get("id"), desired)):
        return Refuse(*guards.self_reference(own))
    if options.level("agent-policies") == "error" and (
        own := approval_rules.agents_choosing(recorded.outputs.get("id"), desired)
    ):
        return Refuse(*guards.agent_reference(own))
    immutable = {change.field for change in changes if POLICY.fields[change.field].immutable}
    if immutable:
        return Replace(changes, tuple(sorted(immutable)))
    mask = update_mask(changes)
    if desired.get("baseline_policy_id") and not prior.get("baseline_policy_id"):
        # The tenant has a list under the baseline's key, at least the one that it fills in, and takes
        # the other policy only in place of it.
        mask = tuple(sorted({*mask, _STEPS}))
    if _STEPS in mask and (kept := _refused(held_by(recorded, desired), options)):
        return Refuse(*guards.held_steps(kept))
    return Update(changes, mask)


def doubts(planned: Plan, recorded: Recorded, desired: Tree, options: Options) -> list[str]:
    """Sentences about what the plan does although a rule speaks against it, turned down to a warning.

    Args:
        planned: The plan.
        recorded: What it was made from.
        desired: The checked inputs.
        options: The program's decisions.
    """
    if not isinstance(planned, Update | Replace):
        return []
    own, found = recorded.outputs.get("id"), []
    if options.level("self-reference") == "warning" and (paths := _pointing_to(own, desired)):
        found.append(" ".join(guards.self_reference(paths)))
    if options.level("agent-policies") == "warning" and (
        paths := approval_rules.agents_choosing(own, desired)
    ):
        found.append(" ".join(guards.agent_reference(paths)))
    held = held_by(recorded, desired)
    if isinstance(planned, Update):
        held = {path: rule for path, rule in held.items() if options.level(rule) == "warning"}
        held = held if _STEPS in planned.mask else {}
    if held:
        found.append(guards.dropped_steps(held))
    return found


def _refused(held: Mapping[str, str], options: Options) -> dict[str, str]:
    """Those of the held steps whose rule the user did not turn down."""
    return {path: rule for path, rule in held.items() if options.level(rule) == "error"}


def _pointing_to(policy_id: str | None, desired: Tree) -> list[Path]:
    """Where `desired` hands a request to the policy `policy_id`."""
    return [path for path, target in outcomes(desired) if policy_id and target == policy_id]


def onto(
    update: Update, recorded: Recorded, desired: Tree, live: Tree, options: Options
) -> Tree | Refuse:
    """The policy that goes with the mask, on the wire, onto what is there now.

    Each field in the mask is whole: what the program wrote, and within it what only the tenant
    knows (defaults it filled in, fields of a newer API). What is unset is sent as its zero, so that
    it is reset however the tenant reads a mask. Annotations merge, so a removed key goes with "".

    Args:
        update: The plan.
        recorded: What it was made from.
        desired: The checked inputs.
        live: The tenant's policy now (decoded).
        options: The program's decisions.

    Returns:
        The body, or why nothing may be sent.
    """
    caught_up = catch_up(recorded, live)
    if caught_up.builtin:
        return Refuse(*guards.builtin_change(update.changes))
    taken_by = caught_up.taken_by if marks(live) != marks(desired) else ""
    if taken_by and not (taken_by == PERSON and options.take_back):
        return Refuse(*guards.taken_change(caught_up))
    if _STEPS in update.mask and (kept := _refused(held_steps(desired, live), options)):
        return Refuse(*guards.held_steps(kept))
    seen = view(desired, live)
    pruned = prune(POLICY, seen)
    fields = [POLICY.wire_fields[wire].name for wire in update.mask]
    since = [
        change
        for change in drift(recorded, live)
        if POLICY.fields[change.field].wire in update.mask
    ]
    conflicts = [] if options.overwrite else _conflicts(since, desired, seen, options)
    if conflicts:
        return Refuse(*guards.conflict(conflicts, desired, options.secrets))
    wanted, unclear = hold(desired, pruned, recorded.outputs, options.ignored, fields)
    if unclear:
        return Refuse(*guards.unclear_ignored(unclear))
    return _body(update, recorded, caught_up.inputs, pruned, wanted, options)


def _body(
    update: Update, recorded: Recorded, base: Tree, live: Tree, wanted: Tree, options: Options
) -> Tree:
    """The fields in the mask on the wire: what is `wanted`, and what only the tenant knows."""
    out: Tree = {}
    for wire in update.mask:
        field = POLICY.wire_fields[wire]
        if field.merge:
            notes = wanted.get(field.name) or {}
            keys = [*(recorded.inputs.get(field.name) or {})]
            removed = {key: "" for key in keys if not options.ignores((field.name, Key(key)))}
            out[wire] = removed | {key: value or "" for key, value in notes.items()}
            continue
        sides = (only(tree, field.name) for tree in (base, live, wanted))
        ancestor, theirs, ours = sides
        merged = merge(POLICY, base=ancestor, theirs=theirs, ours=ours, prefer="ours")
        # Where the merge aligned items anew, what is ignored stays as it is live.
        held, _ = hold(merged, live, merged, options.ignored, [field.name])
        out[wire] = zero(field)
        out |= encode(POLICY, held)
    return out


def _conflicts(since: list[Change], desired: Tree, live: Tree, options: Options) -> list[Change]:
    """What somebody else changed in our fields, and not to what the program wants."""
    still_differs = [change.path for change in compare(POLICY, live, desired)]
    return [
        change
        for change in since
        if not options.ignores(change.path)
        and not (options.take_back and change.path[1:] and change.path[1] in MARKS)
        and any(covers(change.path, path) or covers(path, change.path) for path in still_differs)
    ]
