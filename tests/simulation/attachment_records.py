"""The judgement of what the state records about attachments: creates, updates, deletions, reads.

`attachment_guarantees` lists the kinds of findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._emulator.tenant_directory import Key
from tests.simulation import installation
from tests.simulation.attached_objects import (
    AttachedObjects,
    ObjectEffect,
    read_target,
    value_of,
)
from tests.simulation.attachment_fields import (
    NAMES,
    OVERWRITTEN,
    PREDECESSORS,
    decides,
    get_mask,
    is_own,
    select,
)
from tests.simulation.looks import Call
from tests.support.engine import Entry, Program

if TYPE_CHECKING:
    from tests.simulation.simulated_engine import SimulatedStack
    from tests.simulation.simulated_process import SimulatedProcess
    from tests.simulation.simulation import Simulation

_CHANGED = "was changed by somebody else"
_TAKEN = "manages the same object"
_UNKNOWN = "the state has no value from before"


@dataclass(frozen=True)
class _Span:
    """A time, and the values that a field had in it."""

    key: Key
    start: float
    end: float

    def values(self, objects: AttachedObjects, name: str) -> list[Any]:
        """List the values of a field (a name in a program) in this time."""
        held: list[Any] = []
        for at, _, value in objects.history(self.key, NAMES[name]):
            if at <= self.start:
                held = [value]
            elif at <= self.end:
                held.append(value)
        return held


def list_objects(program: Program) -> dict[str, str]:
    """List the id of the attachment of each resource of a program."""
    found = {}
    for name, declared in program.items():
        ids = (declared.inputs.get("app_id"), declared.inputs.get("entitlement_id"))
        found[name] = "/".join(filter(None, ids))
    return found


def judge_write(stack: SimulatedStack, process: SimulatedProcess) -> None:
    """Judge what a create or an update has just recorded."""
    call: Call = installation.step.call
    entry = [e for e in stack.state if e.name == call.resource][-1]
    objects, span = stack.simulation.tenant.objects, _span(stack.simulation, entry, call)
    desired, before = select(call.desired), select(call.recorded)
    now = stack.simulation.scheduler.now
    objects.recorded += [(now, span.key, NAMES[name], value) for name, value in desired.items()]
    for name, value in desired.items():
        changes = before.get(name) != value or call.method == "create"
        if changes and value not in span.values(objects, name):
            stack.simulation.report("not written", f"{_told(call, entry)}: {name} = {value!r}")
    _check_predecessors(stack.simulation, entry, call, span)


def judge_delete(stack: SimulatedStack, process: SimulatedProcess, entry: Entry) -> None:
    """Judge a deletion that went well."""
    call: Call = installation.step.call
    objects, span = stack.simulation.tenant.objects, _span(stack.simulation, entry, call)
    row = objects.find(span.key)
    if row is None or "deletedAt" in row.fields or decides(process, call, "on_delete") == "keep":
        return
    stay = [e for e in stack.state if e.id == entry.id == process.objects.get(e.name)]
    for other in stay:
        for effect in _effects_of(objects, call):
            if undone := get_mask(effect) & {*select(other.inputs)}:
                text = f"{_told(call, entry)}: {sorted(undone)} of {other.name}"
                stack.simulation.report("undone", text)
    told = [text for text in process.warnings if f"({entry.id})" in text]
    predecessors = call.recorded.get(PREDECESSORS) or {}
    overwritten = call.recorded.get(OVERWRITTEN) or {}
    if any(_TAKEN in text for text in told):
        return
    for name, written in select(call.recorded).items():
        if any(name in get_mask(effect) for effect in _effects_of(objects, call)):
            continue
        held = span.values(objects, name)
        reasons = [text for text in told if f"`{name}`" in text]
        is_changed = name in overwritten or any(value != written for value in held)
        if any(_CHANGED in text for text in reasons):
            if not is_changed:
                stack.simulation.report("false warning", f"{_told(call, entry)}: {reasons}")
        elif any(_UNKNOWN in text for text in reasons):
            if name in predecessors:
                stack.simulation.report("false warning", f"{_told(call, entry)}: {reasons}")
        elif name not in predecessors or (predecessors[name] not in held and "" not in held):
            text = f"{_told(call, entry)}: {name} is {held[-1]!r}, and nobody was told"
            stack.simulation.report("not put back", text)


def judge_refresh(stack: SimulatedStack, process: SimulatedProcess, entry: Entry) -> None:
    """Judge that a refresh took an attachment out of the state."""
    row = stack.simulation.tenant.objects.find(read_target(entry.id))
    if row is not None and "deletedAt" not in row.fields:
        stack.simulation.report("forgotten", f"{entry.name} ({entry.id}) exists")


def _check_predecessors(simulation: Simulation, entry: Entry, call: Call, span: _Span) -> None:
    objects = simulation.tenant.objects
    kept = call.recorded.get(PREDECESSORS) or {}
    found = entry.outputs.get(PREDECESSORS) or {}
    desired, before = select(call.desired), select(call.recorded)
    new = [name for name in desired if name not in before]
    held = {name: _values_before(objects, call, span, name) for name in new}
    has_own = any(is_own(simulation, value) for values in held.values() for value in values)
    for name in new:
        value, told = found.get(name), f"{_told(call, entry)}: {name} was {held[name]}"
        if value is None:
            simulation.report("lost predecessor", f"{told}, recorded is nothing")
        elif is_own(simulation, value) and desired[name] == value:
            simulation.report("own predecessor", f"{told}, recorded is {value!r}")
        elif value not in held[name]:
            is_dropped = (
                not value
                and has_own
                and (
                    desired[name] in held[name]
                    or any(is_own(simulation, each) for each in held[name])
                )
            )
            if not is_dropped:
                simulation.report("lost predecessor", f"{told}, recorded is {value!r}")
    for name in desired:
        if name in before and name in kept and found.get(name) != kept[name]:
            text = f"{_told(call, entry)}: {name}: {kept[name]!r} became {found.get(name)!r}"
            simulation.report("lost predecessor", text)


def _values_before(objects: AttachedObjects, call: Call, span: _Span, name: str) -> list[Any]:
    """List the values that may count as those before a create, or an update that adds a field."""
    mine = [effect for effect in _effects_of(objects, call) if name in get_mask(effect)]
    if not mine:
        return span.values(objects, name)
    until = _Span(span.key, span.start, mine[0].at - 1e-9).values(objects, name)
    return until + [value_of(effect.before, NAMES[name]) for effect in mine]


def _span(simulation: Simulation, entry: Entry, call: Call) -> _Span:
    """The time that a call may have seen."""
    start = call.began_at - simulation.tenant.most_lag
    return _Span(read_target(entry.id), start, simulation.scheduler.now)


def _effects_of(objects: AttachedObjects, call: Call) -> list[ObjectEffect]:
    return [effect for effect in objects.effects if effect.call is call]


def _told(call: Call, entry: Entry) -> str:
    return f"{call.method} of {entry.name} ({entry.id}) at {call.began_at:.3f}"
