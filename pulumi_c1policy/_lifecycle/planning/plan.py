"""The plan: a pure value that says what an operation will do. Pure.

Preview and update ask the same planner, so that an update sends what the preview shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pulumi_c1policy._lifecycle.planning import refusals
from pulumi_c1policy._lifecycle.planning.decisions import DEFAULTS, LifecycleOptions
from pulumi_c1policy._lifecycle.planning.diff import Change, compare
from pulumi_c1policy._lifecycle.planning.ignored_places import substitute_live_values
from pulumi_c1policy._lifecycle.planning.merge import merge
from pulumi_c1policy._lifecycle.planning.ownership import (
    OWNERSHIP_KEYS,
    PERSON,
    read_ownership,
)
from pulumi_c1policy._lifecycle.planning.prior import (
    Prior,
    find_drift,
    find_prior_held_steps,
    refresh,
)
from pulumi_c1policy._lifecycle.planning.pruning import prune
from pulumi_c1policy._lifecycle.planning.refusals import Refuse
from pulumi_c1policy._lifecycle.planning.update_mask import make_mask
from pulumi_c1policy._model.paths import Key, covers
from pulumi_c1policy._model.tree import Tree, encode, make_zero, select_field


@dataclass(frozen=True, slots=True)
class NoOp:
    """Send nothing: prior and desired inputs are semantically equal."""


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
        fields: The immutable fields among them, sorted.
    """

    changes: tuple[Change, ...]
    fields: tuple[str, ...]


Plan: TypeAlias = NoOp | Update | Replace | Refuse


def plan(prior: Prior, desired: Tree, options: LifecycleOptions = DEFAULTS) -> Plan:
    """Plan the way from the prior inputs to the desired ones.

    Args:
        prior: The record of the last operation.
        desired: The checked inputs; at preview some values may be unknown.
        options: The user's decisions.
    """
    kind = prior.kind
    before = kind.drop_unwritten(desired, prior.inputs)
    changes = tuple(compare(kind.message, before, desired))
    if not changes:
        return NoOp()
    if prior.is_builtin:
        return refusals.refuse_builtin_change(changes)
    for objection in kind.find_objections(prior.outputs.get("id"), desired):
        if options.choose_level(objection.rule) == "error":
            return objection.refusal
    fields = {change.field for change in changes}
    immutable = sorted(name for name in fields if kind.message.fields[name].immutable)
    if immutable:
        return Replace(changes, tuple(immutable))
    mask = kind.extend_mask(before, desired, make_mask(kind.message, changes))
    if kind.held_field in mask:
        held = _select_refused(find_prior_held_steps(prior, desired), options)
        if held:
            return refusals.refuse_held_steps(held)
    return Update(changes, mask)


def list_warnings(
    planned: Plan, prior: Prior, desired: Tree, options: LifecycleOptions
) -> list[str]:
    """List the objections to a plan whose rules the user has turned down to a warning.

    Args:
        planned: The plan.
        prior: The record that it was made from.
        desired: The checked inputs.
        options: The user's decisions.
    """
    if not isinstance(planned, Update | Replace):
        return []
    warnings = [
        " ".join(objection.refusal)
        for objection in prior.kind.find_objections(prior.outputs.get("id"), desired)
        if options.choose_level(objection.rule) == "warning"
    ]
    held = find_prior_held_steps(prior, desired)
    if isinstance(planned, Update):
        is_sent = prior.kind.held_field in planned.mask
        held = {p: r for p, r in held.items() if is_sent and options.choose_level(r) == "warning"}
    if held:
        warnings.append(refusals.warn_of_dropped_steps(held))
    return warnings


def _select_refused(held: Mapping[str, str], options: LifecycleOptions) -> dict[str, str]:
    """Select the held steps whose rule has the severity "error"."""
    return {path: rule for path, rule in held.items() if options.choose_level(rule) == "error"}


def build_body(
    update: Update, prior: Prior, desired: Tree, live: Tree, options: LifecycleOptions
) -> Tree | Refuse:
    """Build the body that goes with the mask, for the policy as it is now.

    Each field in the mask is sent whole: the program's value, and within it what only the tenant
    knows (defaults that it filled in, fields of a newer API). An unset field is sent as its zero,
    so that it is reset whatever the tenant does with absent fields. Annotations merge, so a removed
    key is sent as "".

    Args:
        update: The plan.
        prior: The record that the plan was made from.
        desired: The checked inputs.
        live: The tenant's policy now (decoded).
        options: The user's decisions.

    Returns:
        The body on the wire, or the refusal to send anything.
    """
    kind = prior.kind
    refreshed = refresh(prior, live)
    if refreshed.is_builtin:
        return refusals.refuse_builtin_change(update.changes)
    taken_by = refreshed.taken_by if read_ownership(live) != read_ownership(desired) else ""
    if taken_by and not (taken_by == PERSON and options.take_back):
        return refusals.refuse_taken_change(taken_by)
    if kind.held_field in update.mask:
        held = _select_refused(kind.find_held(desired, live), options)
        if held:
            return refusals.refuse_held_steps(held)
    managed = prune(kind.message, kind.select_managed(desired, live))
    conflicts = [] if options.overwrite else _find_conflicts(update, prior, desired, live, options)
    if conflicts:
        return refusals.refuse_conflict(conflicts, desired, options.secrets)
    fields = [kind.message.wire_fields[wire].name for wire in update.mask]
    substituted, undecidable = substitute_live_values(
        kind.message, desired, managed, prior.outputs, options.ignored, fields
    )
    if undecidable:
        return refusals.refuse_unclear_ignored(undecidable)
    return _build_fields(update, prior, refreshed.inputs, managed, substituted, options)


def _build_fields(
    update: Update, prior: Prior, base: Tree, live: Tree, desired: Tree, options: LifecycleOptions
) -> Tree:
    """Build the fields in the mask on the wire, from a three-way merge of each."""
    message = prior.kind.message
    body: Tree = {}
    for wire in update.mask:
        field = message.wire_fields[wire]
        if field.merge:
            notes = desired.get(field.name) or {}
            keys = [*(prior.inputs.get(field.name) or {})]
            removed = {key: "" for key in keys if not options.ignores((field.name, Key(key)))}
            body[wire] = removed | {key: value or "" for key, value in notes.items()}
            continue
        sides = (select_field(tree, field.name) for tree in (base, live, desired))
        ancestor, theirs, ours = sides
        merged = merge(message, base=ancestor, theirs=theirs, ours=ours, prefer="ours")
        # The merge may have paired list items differently: set ignored places to live values again.
        substituted, _ = substitute_live_values(
            message, merged, live, merged, options.ignored, [field.name]
        )
        body[wire] = make_zero(field)
        body |= encode(message, substituted)
    return body


def _find_conflicts(
    update: Update, prior: Prior, desired: Tree, live: Tree, options: LifecycleOptions
) -> list[Change]:
    """Find what others changed in the fields of the mask, and not to the desired value."""
    message = prior.kind.message
    managed = prior.kind.select_managed(desired, live)
    open_paths = [change.path for change in compare(message, managed, desired)]
    return [
        change
        for change in find_drift(prior, live)
        if message.fields[change.field].wire in update.mask
        and not options.ignores(change.path)
        and not (options.take_back and change.path[1:] and change.path[1] in OWNERSHIP_KEYS)
        and any(covers(change.path, path) or covers(path, change.path) for path in open_paths)
    ]
