"""What is recorded of a policy between runs: the inputs as written, and the tenant's answer. Pure.

Both stand in one tree, the outputs: the answer in the program's own spelling. The inputs are that tree
without what only the tenant knows. Where the tenant made something else of an input (it filled in a default,
it changed a spelling in a way that the model does not know), the input is kept beside it, under
`REWRITTEN`, so that the next diff compares what was written with what is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pulumi_c1policy._lifecycle.planning import state_versions
from pulumi_c1policy._lifecycle.planning.diff import Change, compare
from pulumi_c1policy._lifecycle.planning.managed_view import held_steps, view, written_rules
from pulumi_c1policy._lifecycle.planning.merge import merge, prune, respell, strip
from pulumi_c1policy._lifecycle.planning.normalize import same
from pulumi_c1policy._lifecycle.planning.ownership import keeper, marks
from pulumi_c1policy._model.paths import Path
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree, Value, only

REWRITTEN = "__rewritten"
"""The output that keeps the inputs of which the tenant made something else, by field.

Each is a list of the one value that was written, or of none, since a state file drops nulls.
"""

TAKEN_BY = "__taken_by"
"""The output that keeps who has taken the policy over; the marks in it are then theirs."""

LOST_MARKS = "__lost_marks"
"""The output that keeps our marks meanwhile: once they are back, the policy is ours again."""

HELD = "__held"
"""The output that keeps the refused steps of the live policy: the rule by the path."""

TENANT = "__tenant"
"""The output that keeps the tenant of the policy: the host and port of its API root."""

UNPROVEN = "__unproven"
"""The output that marks a policy of which no annotation proves that this resource created it."""

RESENT = "__resent"
"""The output that marks a policy whose create was sent again after an unclear outcome."""

WRITABLE = tuple(f.name for f in POLICY.fields.values() if not (f.output_only or f.ignored))
"""The fields that a program may set, by name."""


def _rewritten(value: Value, path: Path) -> Iterator[state_versions.Problem]:
    if not isinstance(value, dict):
        yield path, "an object"
        return
    for name, kept in value.items():
        here = (*path, str(name))
        if name not in WRITABLE or not isinstance(kept, list) or len(kept) > 1:
            yield here, "a list of one input"
        elif kept:
            yield from state_versions.of_field(POLICY.fields[name], kept[0], here)


INTERNAL: Mapping[str, state_versions.Shape] = {
    REWRITTEN: _rewritten,
    TAKEN_BY: state_versions.of_text,
    LOST_MARKS: state_versions.of_texts,
    HELD: state_versions.of_texts,
    TENANT: state_versions.of_text,
}
"""The shapes of the outputs that we keep for ourselves."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The circumstances of a record, which outlive its updates.

    Attributes:
        tenant: The tenant of the policy; "" where it is not known (a state of 0.1.0).
        is_unproven: No annotation proves that this resource created the policy.
        was_resent: The create was sent again after an unclear outcome: there may be a second policy.
    """

    tenant: str = ""
    is_unproven: bool = False
    was_resent: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A policy as it was when we last wrote or read it.

    Attributes:
        inputs: What the program wrote, or would have to write to get what is there now.
        outputs: What the tenant answered, spelled as the inputs where both mean the same.
        taken_by: Who has taken the policy over since we wrote it; "" while it is ours.
        lost_marks: The marks that it had while it was ours; empty while it is.
        held: Steps of the live policy that tenants refuse and the program does not write: the rule by
            the path. They are kept, and are no part of `outputs`.
        origin: The circumstances of the record.
    """

    inputs: Tree
    outputs: Tree
    taken_by: str = ""
    lost_marks: Tree = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    origin: Origin = Origin()

    @property
    def builtin(self) -> bool:
        """Whether the policy came with the tenant."""
        return self.outputs.get("system_builtin") is True


def record(
    inputs: Tree,
    answer: Tree,
    held: Mapping[str, str] | None = None,
    origin: Origin = Origin(),
) -> Recorded:
    """The record after the tenant answered `answer` (decoded) to `inputs`.

    Args:
        inputs: What the program wrote.
        answer: The tenant's answer.
        held: The refused steps that the live policy holds, where the answer does not tell.
        origin: The circumstances of the record.
    """
    found = held_steps(inputs, answer) if held is None else dict(held)
    outputs = respell(POLICY, inputs, view(inputs, prune(POLICY, answer)))
    return Recorded(inputs, outputs, held=found, origin=origin)


def held_by(recorded: Recorded, desired: Tree) -> dict[str, str]:
    """The refused steps that the last record shows and `desired` does not write.

    Those of a program that wrote such steps, as with 0.1.0, stand in the outputs.
    """
    written = written_rules(desired)
    kept = {path: rule for path, rule in recorded.held.items() if rule not in written}
    return held_steps(desired, recorded.outputs) | kept


def to_state(recorded: Recorded) -> Tree:
    """The outputs that the engine stores."""
    implied = strip(POLICY, recorded.outputs)
    rewritten = {
        name: [value for value in (recorded.inputs.get(name),) if value is not None]
        for name in WRITABLE
        if implied.get(name) != recorded.inputs.get(name)
    }
    state = {"system_builtin": False} | recorded.outputs
    kept = {
        state_versions.STATE: state_versions.VERSION,
        REWRITTEN: rewritten,
        TAKEN_BY: recorded.taken_by,
        LOST_MARKS: recorded.lost_marks,
        HELD: recorded.held,
        TENANT: recorded.origin.tenant,
        UNPROVEN: recorded.origin.is_unproven,
        RESENT: recorded.origin.was_resent,
    }
    return state | {name: value for name, value in kept.items() if value}


def from_state(state: Tree) -> Recorded:
    """Read what `to_state` stored. Keys that are not the policy's are left out.

    Raises:
        StateError: The state is damaged, or a later release wrote it.
    """
    state = state_versions.upgrade(state)
    state_versions.require_shape(state, INTERNAL)
    outputs = {name: value for name, value in state.items() if not name.startswith("__")}
    rewritten = state.get(REWRITTEN) or {}
    inputs = {name: v for name, v in strip(POLICY, outputs).items() if name not in rewritten}
    inputs |= {name: value[0] for name, value in rewritten.items() if value}
    return Recorded(
        inputs,
        outputs,
        taken_by=state.get(TAKEN_BY) or "",
        lost_marks=state.get(LOST_MARKS) or {},
        held=state.get(HELD) or {},
        origin=Origin(
            tenant=tenant_of(state),
            is_unproven=state.get(UNPROVEN) is True,
            was_resent=state.get(RESENT) is True,
        ),
    )


def tenant_of(state: Tree) -> str:
    """The tenant that `state` (as stored) names, or ""."""
    found = state.get(TENANT)
    return found if isinstance(found, str) else ""


def holds(state: Tree, inputs: Tree) -> bool:
    """Whether `state` (as stored) says to the letter what `inputs` says: the common case, quickly.

    A state that this release cannot read says nothing.
    """
    # By their text, since to Python `True` is 1 and in free-form data it is not.
    return (
        not state.get(REWRITTEN)
        and state_versions.is_current(state)
        and all(repr(state.get(name)) == repr(inputs.get(name)) for name in WRITABLE)
        and _is_sound(state)
    )


def _is_sound(state: Tree) -> bool:
    """Whether the outputs that no program writes have their shape."""
    return not any(
        problem
        for name, value in state.items()
        if name not in WRITABLE and value is not None
        for problem in _beside(name, value)
    )


def _beside(name: str, value: Value) -> Iterator[state_versions.Problem]:
    if name in INTERNAL:
        yield from INTERNAL[name](value, (name,))
    elif name in POLICY.fields:
        yield from state_versions.of_field(POLICY.fields[name], value, (name,))


def drift(recorded: Recorded, live: Tree) -> list[Change]:
    """How the live policy differs from the record; annotations of others do not count."""
    return compare(POLICY, recorded.outputs, view(recorded.inputs, live))


def is_before(live: Tree, written: Tree) -> bool:
    """Whether `live` is older than what the tenant answered to a write, so that it does not know of it."""
    times = [str(tree.get("updated_at") or "").rstrip("Z") for tree in (live, written)]
    # The tenant writes as many digits as it likes.
    digits = min(map(len, times))
    return times[0][:digits] < times[1][:digits]


def catch_up(recorded: Recorded, live: Tree) -> Recorded:
    """The record brought up to date with the live policy (decoded).

    Its inputs are the recorded ones with exactly what drifted replaced, so that the difference
    between them and the program's is the drift, leaf by leaf.
    """
    answer = view(recorded.inputs, prune(POLICY, live))
    inputs = dict(recorded.inputs)
    for name in WRITABLE:
        if same(POLICY.fields[name], recorded.outputs.get(name), answer.get(name)):
            continue
        written = only(inputs, name)
        merged = merge(
            POLICY,
            base=only(recorded.outputs, name),
            theirs=only(answer, name),
            ours=written,
            prefer="theirs",
        )
        inputs.pop(name, None)
        inputs |= respell(POLICY, written, strip(POLICY, merged))
    # When others touched the policy is no drift, and would stand beside every drift as one. Nor is
    # how precisely the tenant says when it was made.
    times = only(recorded.outputs, "created_at") | only(recorded.outputs, "updated_at")
    outputs = respell(POLICY, inputs, answer | times)
    # A policy that nobody had marked when it was adopted has lost none.
    ours = recorded.lost_marks if recorded.taken_by else marks(recorded.outputs)
    # Once it carries the annotations that the program sets, they prove whose it is.
    is_unproven = recorded.origin.is_unproven and marks(live) != marks(recorded.inputs)
    is_proven_now = recorded.origin.is_unproven and not is_unproven
    taken_by = "" if is_proven_now else keeper(ours, marks(live))
    lost = ours if taken_by else {}
    origin = replace(recorded.origin, is_unproven=is_unproven)
    return Recorded(inputs, outputs, taken_by, lost, held_steps(recorded.inputs, live), origin)
