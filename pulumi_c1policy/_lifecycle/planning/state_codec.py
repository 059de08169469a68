"""The state of a policy as the engine stores it: one tree, the outputs. Pure.

The inputs are the outputs without the fields that only the tenant sets. If the tenant changed an
input (it filled in a default, or changed a spelling that the model does not know), the input is
stored as well, under `REWRITTEN`, so that the next diff compares what was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from pulumi_c1policy._lifecycle.planning import state_versions
from pulumi_c1policy._lifecycle.planning.object_kind import ObjectKind
from pulumi_c1policy._lifecycle.planning.policy_kind import POLICY_KIND
from pulumi_c1policy._lifecycle.planning.prior import Origin, Prior
from pulumi_c1policy._lifecycle.planning.pruning import strip
from pulumi_c1policy._model.paths import Path
from pulumi_c1policy._model.tree import Tree, Value

OWNERSHIP_INPUT = "__owner"
"""The internal input with the ownership annotations, from the program to the provider."""

OPTIONS = "__options"
"""The internal input with the program's decisions, which are not fields of an object."""

REWRITTEN = "__rewritten"
"""The output with the inputs that the tenant changed, by field.

Each value is a list of the input, or an empty list, because a state file drops nulls.
"""

TAKEN_BY = "__taken_by"
"""The output that names the manager that took the policy over."""

LOST_OWNERSHIP = "__lost_marks"
"""The output with the ownership annotations before the takeover.

When the live policy has them again, the policy is the resource's again.
"""

HELD = "__held"
"""The output with the held steps of the live policy: the rule id by the path."""

TENANT = "__tenant"
"""The output that names the policy's tenant: the host and port of its API root."""

UNPROVEN = "__unproven"
"""The output of a policy without an annotation that proves that this resource created it."""

RESENT = "__resent"
"""The output of a policy whose create was sent again after an ambiguous outcome."""

PREDECESSORS = "__predecessors"
"""The output of an attachment with the values before the program set them, by field."""

OVERWRITTEN = "__overwritten"
"""The output of an attachment with the values of its last write that others have changed since.

After a refresh, the outputs have the values of the others.
"""


def _check_rewritten(
    kind: ObjectKind, value: Value, path: Path
) -> Iterator[state_versions.Problem]:
    if not isinstance(value, dict):
        yield path, "an object"
        return
    for name, stored in value.items():
        here = (*path, str(name))
        if name not in kind.writable or not isinstance(stored, list) or len(stored) > 1:
            yield here, "a list of one input"
        elif stored:
            field = kind.message.fields[name]
            yield from state_versions.check_field(field, stored[0], here)


def list_internal(kind: ObjectKind) -> dict[str, state_versions.Shape]:
    """List the checks of the outputs that are not fields of an object of this kind."""
    return {
        REWRITTEN: partial(_check_rewritten, kind),
        TAKEN_BY: state_versions.check_text,
        LOST_OWNERSHIP: state_versions.check_texts,
        HELD: state_versions.check_texts,
        TENANT: state_versions.check_text,
        PREDECESSORS: partial(state_versions.check_message, kind.message),
        OVERWRITTEN: partial(state_versions.check_message, kind.message),
    }


INTERNAL: Mapping[str, state_versions.Shape] = list_internal(POLICY_KIND)
"""The checks of the outputs that are not fields of a policy."""


def to_state(prior: Prior) -> Tree:
    """Return the outputs for the engine to store."""
    implied = strip(prior.kind.message, prior.outputs)
    rewritten = {
        name: [value for value in (prior.inputs.get(name),) if value is not None]
        for name in prior.kind.writable
        if implied.get(name) != prior.inputs.get(name)
    }
    state = prior.kind.defaults | prior.outputs
    internal = {
        state_versions.STATE: state_versions.VERSION,
        REWRITTEN: rewritten,
        TAKEN_BY: prior.taken_by,
        LOST_OWNERSHIP: prior.lost_ownership,
        HELD: prior.held,
        TENANT: prior.origin.tenant,
        UNPROVEN: prior.origin.is_unproven,
        RESENT: prior.origin.was_resent,
        PREDECESSORS: prior.predecessors,
        OVERWRITTEN: prior.overwritten,
    }
    return state | {name: value for name, value in internal.items() if value}


def from_state(state: Tree, kind: ObjectKind = POLICY_KIND) -> Prior:
    """Read outputs that `to_state` returned. Unknown keys with two underscores are dropped.

    Raises:
        StateError: The state is damaged, or a later release wrote it.
    """
    state = state_versions.upgrade(state)
    required = state_versions.Required(kind.message, kind.identity, kind.noun)
    state_versions.require_shape(state, list_internal(kind), required)
    outputs = {name: value for name, value in state.items() if not name.startswith("__")}
    rewritten = state.get(REWRITTEN) or {}
    implied = strip(kind.message, outputs)
    inputs = {name: value for name, value in implied.items() if name not in rewritten}
    inputs |= {name: value[0] for name, value in rewritten.items() if value}
    return Prior(
        inputs,
        outputs,
        taken_by=state.get(TAKEN_BY) or "",
        lost_ownership=state.get(LOST_OWNERSHIP) or {},
        held=state.get(HELD) or {},
        origin=Origin(
            tenant=read_tenant(state),
            is_unproven=state.get(UNPROVEN) is True,
            was_resent=state.get(RESENT) is True,
        ),
        kind=kind,
        predecessors=state.get(PREDECESSORS) or {},
        overwritten=state.get(OVERWRITTEN) or {},
    )


def read_tenant(state: Tree) -> str:
    """Return the tenant that a state (as stored) names, or ""."""
    found = state.get(TENANT)
    return found if isinstance(found, str) else ""


def matches(state: Tree, inputs: Tree, kind: ObjectKind = POLICY_KIND) -> bool:
    """Return whether a state (as stored) contains exactly these inputs: a quick way to no change.

    False does not mean that there is a change. A state that this release cannot read never matches.
    """
    # Compare the text: Python holds `True` and 1 for equal, and in free-form data they differ.
    return (
        not state.get(REWRITTEN)
        and state_versions.is_current(state)
        and all(repr(state.get(name)) == repr(inputs.get(name)) for name in kind.writable)
        and _is_sound(state, kind)
    )


def _is_sound(state: Tree, kind: ObjectKind) -> bool:
    """Return whether the outputs that no program writes have their shape."""
    return not any(
        problem
        for name, value in state.items()
        if name not in kind.writable and value is not None
        for problem in _check_output(name, value, kind)
    )


def _check_output(name: str, value: Value, kind: ObjectKind) -> Iterator[state_versions.Problem]:
    internal = INTERNAL if kind is POLICY_KIND else list_internal(kind)
    if name in internal:
        yield from internal[name](value, (name,))
    elif name in kind.message.fields:
        yield from state_versions.check_field(kind.message.fields[name], value, (name,))
