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
- `not restored`: after an undisturbed life of the stack, a field has another value than before.
- `false warning`: somebody was told of a change by others that nobody made.
- `forgotten`: a refresh took an attachment out of the state, and its object exists.
- `deleted in use`: a policy was deleted while a field named it.
- `preview`: the update did something else than the preview said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._emulator.tenant_directory import Key
from tests.simulation.attached_objects import (
    POLICY_FIELDS,
    ObjectEffect,
    value_of,
)
from tests.simulation.attachment_fields import (
    NAMES,
    PREDECESSORS,
    decides,
    get_mask,
    is_own,
    select,
)

if TYPE_CHECKING:
    from tests.simulation.simulated_process import SimulatedProcess
    from tests.simulation.simulated_tenant import SimulatedTenant
    from tests.simulation.simulation import Simulation

_UNCHECKED = "policies are deleted without this check"


def check_all(simulation: Simulation) -> None:
    """Judge all writes so far."""
    for tenant in simulation.tenants.values():
        last: dict[tuple[Key, str], ObjectEffect] = {}
        for effect in tenant.objects.effects:
            if effect.run:
                _check_write(simulation, tenant, effect, last)
            for wire in NAMES.values():
                if value_of(effect.before, wire) != value_of(effect.after, wire):
                    last[effect.key, wire] = effect
        _check_deletions(simulation, tenant)


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
        simulation.report("old look", told)
    desired, before = select(call.desired), select(call.recorded)
    predecessors = call.recorded.get(PREDECESSORS) or {}
    if call.method == "delete" and decides(process, call, "on_delete") == "keep":
        simulation.report("kept", told)
    restorable = {name for name in before if name in predecessors and name not in desired}
    if foreign := (get_mask(effect) - {*desired, *restorable}) | _changed_beside(effect):
        simulation.report("foreign field", f"{told}: {sorted(foreign)}")
    for name in sorted(get_mask(effect) & {*desired, *restorable}):
        value, old = (value_of(row, NAMES[name]) for row in (effect.after, effect.before))
        earlier = predecessors.get(name)
        may_inherit = not value and (not _exists(tenant, earlier) or is_own(simulation, earlier))
        is_right = value == desired[name] if name in desired else value == earlier or may_inherit
        if not is_right:
            simulation.report("wrong value", f"{told}: {name} became {value!r}")
        writer = last.get((effect.key, NAMES[name]))
        if old != value and writer is not None and not writer.run:
            _check_edit(simulation, effect, process, name, writer)


def _check_edit(
    simulation: Simulation,
    effect: ObjectEffect,
    process: SimulatedProcess,
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
        bases = simulation.tenant.objects.list_written(effect.key, NAMES[name], effect.at)
    if value_of(effect.before, NAMES[name]) in bases:
        return
    text = f"run {effect.run}: {call.method} of {call.resource}: {name} of {writer.actor}"
    is_as_recorded = value_of(effect.before, NAMES[name]) == call.recorded.get(name)
    if simulation.has_lost_state and is_as_recorded:
        # A write that no state knows changed the value, and somebody changed it back.
        simulation.windows.append(f"changed back: {text}")
    elif effect.look is not None and writer.after.updated_at > effect.look.version:
        simulation.windows.append(f"lost edit: {text}")
    else:
        simulation.report("lost edit", text)


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
                    simulation.report("deleted in use", text)


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
            simulation.report("preview", text)


def _changed_beside(effect: ObjectEffect) -> set[str]:
    """The fields that a write changed although its mask does not name them."""
    before = effect.before.fields if effect.before else {}
    names: Iterable[str] = {*before, *effect.after.fields} - {"updatedAt"}
    masked = {NAMES.get(name, name) for name in get_mask(effect)}
    changed = {name for name in names if before.get(name) != effect.after.fields.get(name)}
    return changed - masked


def _exists(tenant: SimulatedTenant, policy_id: Any) -> bool:
    record = tenant.tenant.policies.find(str(policy_id or ""))
    return record is not None and record.deleted_at is None


def is_undisturbed(simulation: Simulation) -> bool:
    """Return whether no run failed or warned, nobody decided, and nobody else changed an object."""
    processes = simulation.processes.values()
    effects = simulation.tenant.objects.effects
    return (
        not any(p.errors or p.stops or p.group.dead for p in processes)
        and not any(text.startswith("attachment") for p in processes for text in p.warnings)
        and all(effect.run or effect.before is None for effect in effects)
        and not any(effect.call and effect.call.options for effect in effects)
    )


def check_originals(simulation: Simulation) -> None:
    """Judge that every field has its first value, after the stack is gone."""
    objects = simulation.tenant.objects
    for key in objects.list_keys():
        for name, wire in NAMES.items():
            values = [value for _, _, value in objects.history(key, wire)]
            if values[-1] != values[0]:
                simulation.report("not restored", f"{name} of {key} was {values[0]!r}: {values}")
