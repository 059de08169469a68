"""The guarantees about attachments, checked against the record of all writes to their objects.

Kinds of findings:

- `old look`: a write does not follow a GET of that object directly.
- `foreign field`: a write names or changes a field that the program neither sets nor puts back.
- `wrong value`: a write set a field to a value that is neither the program's nor its predecessor.
- `lost edit`: a write overwrote a value of somebody else that no state had seen, or a deletion put
  back a field that somebody else had changed.
- `kept`: a deletion wrote although the program decided to keep the values.
- `own predecessor`: a policy of the stack was recorded as the value from before.
- `lost predecessor`: the state does not have the value from before the program.
- `not written`: an operation went well, and the tenant never had the program's value.
- `not put back`: a deletion left a value of the program, and nobody was told.
- `undone`: a deletion wrote a field that another resource of the state sets on the same object.
- `false warning`: somebody was told of a change by others that nobody made.
- `forgotten`: a refresh took an attachment out of the state, and its object exists.
- `deleted in use`: a policy was deleted while a field named it.
- `preview`: the update did something else than the preview said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._emulator.tenant_directory import Key
from tests.simulation import installation
from tests.simulation.attached_objects import (
    BOOLEANS,
    POLICY_FIELDS,
    AttachedObjects,
    ObjectEffect,
    read_target,
    value_of,
)
from tests.simulation.looks import Call
from tests.support.engine import WORKSPACE, Entry

if TYPE_CHECKING:
    from tests.simulation.engine import Stack
    from tests.simulation.process import Process
    from tests.simulation.simulation import Simulation
    from tests.simulation.tenant import SimulatedTenant

PREDECESSORS, OVERWRITTEN = "__predecessors", "__overwritten"
_CHANGED = "was changed by somebody else"
_TAKEN = "manages the same object"
_UNKNOWN = "the state has no value from before"
_UNCHECKED = "without this check"
_NAMES = {
    "".join(f"_{c.lower()}" if c.isupper() else c for c in wire): wire
    for wire in (*POLICY_FIELDS, *BOOLEANS)
}
"""The name of each field on the wire, by its name in a program."""


@dataclass(frozen=True)
class _Span:
    """A time, and the values that a field had in it."""

    key: Key
    start: float
    end: float

    def values(self, objects: AttachedObjects, name: str) -> list[Any]:
        """List the values of a field (a name in a program) in this time."""
        held: list[Any] = []
        for at, _, value in objects.history(self.key, _NAMES[name]):
            if at <= self.start:
                held = [value]
            elif at <= self.end:
                held.append(value)
        return held


def recorded(stack: Stack, process: Process) -> None:
    """Judge what a create or an update has just recorded."""
    call: Call = installation.step.call
    entry = [e for e in stack.state if e.name == call.resource][-1]
    objects, span = _objects(stack.simulation), _span(stack.simulation, entry, call)
    desired, before = select(call.desired), select(call.recorded)
    now = stack.simulation.scheduler.now
    objects.recorded += [(now, span.key, _NAMES[name], value) for name, value in desired.items()]
    for name, value in desired.items():
        changes = before.get(name) != value or call.method == "create"
        if changes and value not in span.values(objects, name):
            stack.simulation.found("not written", f"{_told(call, entry)}: {name} = {value!r}")
    _check_predecessors(stack.simulation, entry, call, span)


def dropped(stack: Stack, process: Process, entry: Entry) -> None:
    """Judge a deletion that went well."""
    call: Call = installation.step.call
    objects, span = _objects(stack.simulation), _span(stack.simulation, entry, call)
    row = objects.find(span.key)
    if row is None or "deletedAt" in row.fields or decides(process, call, "on_delete") == "keep":
        return
    for other in (e for e in stack.state if e.id == entry.id and e.name in process.decisions):
        for effect in _effects_of(objects, call):
            if undone := _mask(effect) & {*select(other.inputs)}:
                text = f"{_told(call, entry)}: {sorted(undone)} of {other.name}"
                stack.simulation.found("undone", text)
    told = [text for text in process.warnings if f"({entry.id})" in text]
    predecessors = call.recorded.get(PREDECESSORS) or {}
    overwritten = call.recorded.get(OVERWRITTEN) or {}
    if any(_TAKEN in text for text in told):
        return
    for name, written in select(call.recorded).items():
        if any(name in _mask(effect) for effect in _effects_of(objects, call)):
            continue
        held = span.values(objects, name)
        reasons = [text for text in told if f"`{name}`" in text]
        is_changed = name in overwritten or any(value != written for value in held)
        if any(_CHANGED in text for text in reasons):
            if not is_changed:
                stack.simulation.found("false warning", f"{_told(call, entry)}: {reasons}")
        elif any(_UNKNOWN in text for text in reasons):
            if name in predecessors:
                stack.simulation.found("false warning", f"{_told(call, entry)}: {reasons}")
        elif name not in predecessors or (predecessors[name] not in held and "" not in held):
            text = f"{_told(call, entry)}: {name} is {held[-1]!r}, and nobody was told"
            stack.simulation.found("not put back", text)


def gone(stack: Stack, process: Process, entry: Entry) -> None:
    """Judge that a refresh took an attachment out of the state."""
    row = _objects(stack.simulation).find(read_target(entry.id))
    if row is not None and "deletedAt" not in row.fields:
        stack.simulation.found("forgotten", f"{entry.name} ({entry.id}) exists")


def check(simulation: Simulation) -> None:
    """Judge all writes so far."""
    for tenant in simulation.tenants.values():
        last: dict[tuple[Key, str], ObjectEffect] = {}
        for effect in tenant.objects.effects:
            if effect.run:
                _check_write(simulation, tenant, effect, last)
            for wire in _NAMES.values():
                if value_of(effect.before, wire) != value_of(effect.after, wire):
                    last[effect.key, wire] = effect
        _check_deletions(simulation, tenant)


def select(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Select the fields of an attachment that a program or a state sets."""
    return {name: properties[name] for name in _NAMES if properties.get(name) is not None}


def decides(process: Process, call: Call, decision: str) -> str:
    """Return the decision that applies to a call; "" for the default."""
    variable = f"PULUMI_C1POLICY_{decision.upper()}"
    return str(process.environment.get(variable) or call.options.get(decision) or "")


def _check_predecessors(simulation: Simulation, entry: Entry, call: Call, span: _Span) -> None:
    objects = _objects(simulation)
    kept = call.recorded.get(PREDECESSORS) or {}
    found = entry.outputs.get(PREDECESSORS) or {}
    desired, before = select(call.desired), select(call.recorded)
    new = [name for name in desired if name not in before]
    held = {name: _values_before(objects, call, span, name) for name in new}
    has_own = any(_is_own(simulation, value) for values in held.values() for value in values)
    for name in new:
        value, told = found.get(name), f"{_told(call, entry)}: {name} was {held[name]}"
        if value is None:
            simulation.found("lost predecessor", f"{told}, recorded is nothing")
        elif _is_own(simulation, value) and desired[name] == value:
            simulation.found("own predecessor", f"{told}, recorded is {value!r}")
        elif value not in held[name]:
            is_dropped = (
                not value
                and has_own
                and (
                    desired[name] in held[name]
                    or any(_is_own(simulation, each) for each in held[name])
                )
            )
            if not is_dropped:
                simulation.found("lost predecessor", f"{told}, recorded is {value!r}")
    for name in desired:
        if name in before and name in kept and found.get(name) != kept[name]:
            text = f"{_told(call, entry)}: {name}: {kept[name]!r} became {found.get(name)!r}"
            simulation.found("lost predecessor", text)


def _values_before(objects: AttachedObjects, call: Call, span: _Span, name: str) -> list[Any]:
    """List the values that may count as those before a create, or an update that adds a field."""
    mine = [effect for effect in _effects_of(objects, call) if name in _mask(effect)]
    if not mine:
        return span.values(objects, name)
    until = _Span(span.key, span.start, mine[0].at - 1e-9).values(objects, name)
    return until + [value_of(effect.before, _NAMES[name]) for effect in mine]


def _check_write(
    simulation: Simulation,
    tenant: SimulatedTenant,
    effect: ObjectEffect,
    last: Mapping[tuple[Key, str], ObjectEffect],
) -> None:
    call, process = effect.call, simulation.processes[effect.run]
    assert call is not None, "a write outside a call of the engine"
    told = f"run {effect.run}: {call.method} of {call.resource} at {effect.at:.3f}"
    if effect.look is None or effect.look.arrived_at != effect.sent_at:
        simulation.found("old look", told)
    desired, before = select(call.desired), select(call.recorded)
    predecessors = call.recorded.get(PREDECESSORS) or {}
    if call.method == "delete" and decides(process, call, "on_delete") == "keep":
        simulation.found("kept", told)
    restorable = {name for name in before if name in predecessors and name not in desired}
    if foreign := (_mask(effect) - {*desired, *restorable}) | _changed_beside(effect):
        simulation.found("foreign field", f"{told}: {sorted(foreign)}")
    for name in sorted(_mask(effect) & {*desired, *restorable}):
        value, old = (value_of(row, _NAMES[name]) for row in (effect.after, effect.before))
        earlier = predecessors.get(name)
        may_inherit = not value and (not _exists(tenant, earlier) or _is_own(simulation, earlier))
        is_right = value == desired[name] if name in desired else value == earlier or may_inherit
        if not is_right:
            simulation.found("wrong value", f"{told}: {name} became {value!r}")
        writer = last.get((effect.key, _NAMES[name]))
        if old != value and writer is not None and not writer.run:
            _check_edit(simulation, effect, process, name, writer)


def _check_edit(
    simulation: Simulation,
    effect: ObjectEffect,
    process: Process,
    name: str,
    writer: ObjectEffect,
) -> None:
    """Judge that a write replaced the value of somebody else."""
    call = effect.call
    assert call is not None
    is_new = name not in select(call.recorded)
    is_decided = decides(process, call, "on_conflict") == "overwrite" and call.method == "update"
    if is_new or is_decided:
        return
    bases = [call.recorded[name]]
    if call.method == "delete" or name not in select(call.desired):
        # A refresh may have read another value since the program wrote its own.
        bases = _objects(simulation).list_written(effect.key, _NAMES[name], effect.at)
    if value_of(effect.before, _NAMES[name]) in bases:
        return
    text = f"run {effect.run}: {call.method} of {call.resource}: {name} of {writer.actor}"
    if effect.look is not None and writer.after.updated_at > effect.look.version:
        simulation.windows.append(f"lost edit: {text}")
    else:
        simulation.found("lost edit", text)


def _check_deletions(simulation: Simulation, tenant: SimulatedTenant) -> None:
    """Judge each deletion of a policy of the stack: nothing may use it."""
    objects, lag = tenant.objects, tenant.most_lag
    for deletion in tenant.effects:
        if deletion.kind != "delete" or not deletion.run:
            continue
        process = simulation.processes[deletion.run]
        for key in {effect.key for effect in objects.effects}:
            for wire in POLICY_FIELDS:
                uses = [use for use in objects.history(key, wire) if use[0] <= deletion.at]
                if not uses or uses[-1][2] != deletion.policy_id:
                    continue
                at, actor, _ = uses[-1]
                text = f"{actor} attached {deletion.policy_id} to {key} at {at:.3f}"
                assert deletion.call is not None
                is_decided = decides(process, deletion.call, "on_in_use") == "delete"
                is_blind = any(_UNCHECKED in each for each in process.warnings)
                is_late = at + lag >= process.started.at
                row = objects.find(key)
                if is_decided or is_blind or is_late or row is None or "deletedAt" in row.fields:
                    simulation.windows.append(text)
                else:
                    simulation.found("deleted in use", text)


def check_preview(simulation: Simulation) -> None:
    """Judge whether each update did what its preview said."""
    for effect in simulation.tenant.objects.effects:
        process = simulation.processes.get(effect.run)
        if process is None or process.started is None or process.started.preview is None:
            continue
        assert effect.call is not None
        said = process.started.preview.kinds.get(effect.call.resource, "")
        unlike = {"same": {"create", "update"}, "create": {"update"}, "update": {"create"}}
        if effect.call.method in unlike.get(said, ()):
            text = f"{effect.call.method} of {effect.call.resource}, the preview said {said}"
            simulation.found("preview", text)


def _span(simulation: Simulation, entry: Entry, call: Call) -> _Span:
    """The time that a call may have seen."""
    start = call.began_at - simulation.tenant.most_lag
    return _Span(read_target(entry.id), start, simulation.scheduler.now)


def _effects_of(objects: AttachedObjects, call: Call) -> list[ObjectEffect]:
    return [effect for effect in objects.effects if effect.call is call]


def _mask(effect: ObjectEffect) -> set[str]:
    """The fields in the mask of a write, by their names in a program."""
    named = {wire: name for name, wire in _NAMES.items()}
    return {named.get(each, each) for each in str(effect.body.get("updateMask", "")).split(",")}


def _changed_beside(effect: ObjectEffect) -> set[str]:
    """The fields that a write changed although its mask does not name them."""
    before = effect.before.fields if effect.before else {}
    names: Iterable[str] = {*before, *effect.after.fields} - {"updatedAt"}
    masked = {_NAMES.get(name, name) for name in _mask(effect)}
    changed = {name for name in names if before.get(name) != effect.after.fields.get(name)}
    return changed - masked


def _objects(simulation: Simulation) -> AttachedObjects:
    return simulation.tenant.objects


def _exists(tenant: SimulatedTenant, policy_id: Any) -> bool:
    record = tenant.tenant.policies.find(str(policy_id or ""))
    return record is not None and record.deleted_at is None


def _is_own(simulation: Simulation, value: Any) -> bool:
    """Return whether a value is a policy of the stack, deleted or not."""
    record = simulation.tenant.tenant.policies.find(value) if isinstance(value, str) else None
    notes = record.fields.get("annotations", {}) if record else {}
    return bool(notes.get("iac_workspace") == WORKSPACE)


def _told(call: Call, entry: Entry) -> str:
    return f"{call.method} of {entry.name} ({entry.id}) at {call.began_at:.3f}"


def to_wire(name: str) -> str:
    """Return the name of a field on the wire."""
    return _NAMES[name]


def to_name(wire: str) -> str:
    """Return the name of a field in a program."""
    return next(name for name, found in _NAMES.items() if found == wire)
