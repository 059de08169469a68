"""The guarantees, checked against the tenants' record of all writes.

Kinds of findings:

- `old look`: a write does not follow a GET of that policy directly, without a wait in between.
- `lost edit`: a write overwrote a value of somebody else that no state had recorded.
- `foreign write`, `foreign delete`: a policy of somebody else was changed or deleted.
- `foreign in state`: a state contains a policy that the stack did not create and had no decision to
  adopt.
- `adopted unasked`: the same, of a policy that an earlier run of the stack created.
- `one id twice`: a state contains one policy under two resources.
- `wrong tenant`: a stack of one tenant created a policy in another tenant.
- `forgotten`: a state lost a policy that exists.
- `duplicate`: two policies have the annotations of one resource, without a report.
- `preview`: the update differs from its preview.
- `never was`: a field that the program ignores got a value that it never had.
- `storm`: one call sent the same request very often.
- `crash`, `deadlock`, `runaway`: the simulation failed.
- `not converged`: the recovery does not make the tenant equal to the program.
- `second run`: a run after the recovery has changes.

Others can write between a look and the write that follows it: the API has no conditional updates.
Such losses are unavoidable and count as windows, as do those that a lagging GET did not show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._lifecycle.planning.ownership import OWNERSHIP_KEYS
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import encode
from tests.simulation.error_advice import find_decision
from tests.simulation.simulated_tenant import Effect, SimulatedTenant

if TYPE_CHECKING:
    from tests.simulation.simulated_engine import SimulatedStack
    from tests.simulation.simulated_process import SimulatedProcess
    from tests.simulation.simulation import Simulation
    from tests.support.engine import Entry

PERSON, TERRAFORM = "person", "terraform"
_OTHERS = frozenset({PERSON, TERRAFORM})
_MAX_SENDS = 60
_FIELDS = ("displayName", "description", "policySteps", "rules", "postActions")


@dataclass
class Preview:
    """The outcome of a preview for each resource: create, update, replace, same, or unknown."""

    kinds: dict[str, str] = field(default_factory=dict)


@dataclass
class Started:
    """The situation at the start of a command."""

    ids: dict[str, str]
    preview: Preview | None
    effects: int
    at: float


def record_start(
    simulation: Simulation, process: SimulatedProcess, preview: Preview | None
) -> None:
    """Record the situation at the start of a process's command."""
    for stack in simulation.stacks:
        if stack.name == process.wire.actor:
            ids = {entry.name: entry.id for entry in stack.state}
            process.started = Started(
                ids, preview, len(simulation.tenant.effects), simulation.scheduler.now
            )


def judge_create(
    stack: SimulatedStack,
    process: SimulatedProcess,
    name: str,
    policy_id: str,
    *,
    adopts: bool,
    shown: frozenset[str],
) -> None:
    """Judge a create that added a policy to the state.

    Args:
        adopts: True if the user decided to adopt leftovers.
        shown: The policies that the engine had shown before the create.
    """
    simulation = stack.simulation
    tenant = simulation.tenant
    lag = max(tenant.longest_lag.values())
    # A tenant can answer a create with an existing policy that the search did not show.
    is_odd = process.odd_answers or tenant.tenant.quirks.get_or_create
    made = _find_effect(simulation, policy_id, "create")
    # Later takeovers were not visible to the look that the create relied on.
    owner = _find_owner(
        simulation, policy_id, simulation.scheduler.now - lag - _compute_transit(simulation)
    )
    is_reported = any(policy_id in text for text in process.warnings)
    # The search before the create could not show it, or the look afterwards not its deletion; the
    # answer was lost, and the look then found it.
    moments = [each.at for each in (made, _find_effect(simulation, policy_id, "delete")) if each]
    is_hidden = bool(
        made and lag and is_reported and any(at + lag >= process.started.at for at in moments)
    )
    same_policy = [e.name for e in stack.state if e.id == policy_id]
    if len(same_policy) > 1:
        text = f"{policy_id} is in the state as {same_policy}"
        if (is_odd and lag) or ((adopts or is_hidden) and policy_id not in shown):
            # To adopt without a refresh is the user's decision; docs/reliability.md warns of it.
            simulation.windows.append(text)
            simulation.is_doubled = True
        else:
            simulation.report("one id twice", text)
    if process.started.ids and simulation.other_tenant.tenant.policies.find(policy_id):
        text = f"{name} was created in {simulation.other_tenant.host}"
        if not shown:
            simulation.is_split = True
            simulation.windows.append(text)
        else:
            simulation.report("wrong tenant", text)
    if made is not None and (made.actor, made.run) == (stack.name, process.run):
        # Others may have taken it over before the create was answered; the next run tells.
        return
    if any(policy_id in text and "no ownership annotations" in text for text in process.warnings):
        # What a proxy answered instead of creating it, recorded with a warning.
        return
    if made is None or owner != stack.name:
        # A decision to adopt is about policies whose annotations name the resource.
        is_twins = made is not None and made.actor not in {*_OTHERS, stack.name}
        if made is not None and is_twins and made.at + lag >= process.started.at:
            # Of another backend's create that our first search could not show, nothing tells that
            # it is not ours.
            simulation.shared.add(policy_id)
            simulation.windows.append(
                f"{name} is {policy_id}, which {made.actor} created meanwhile"
            )
        elif owner in _OTHERS or not adopts:
            simulation.report("foreign in state", f"{name} is {policy_id}, which is {owner}'s")
        elif is_twins:
            # To adopt what another backend with the same names created is the user's decision.
            simulation.shared.add(policy_id)
        return
    if is_hidden or (is_odd and (lag or made.at >= process.started.at)):
        # A lagging search hid it, and then it answered the create, as if it had been made by it.
        simulation.windows.append(f"{name} is {policy_id} of run {made.run}")
    elif not adopts:
        simulation.report("adopted unasked", f"{name} is {policy_id} of run {made.run}")


def judge_refresh(stack: SimulatedStack, process: SimulatedProcess, entry: Entry) -> None:
    """Judge a refresh that removed a policy from the state."""
    if _exists(stack.simulation, entry.id):
        text = f"{entry.name} ({entry.id}) exists, and a refresh removed it from the state"
        _report_forgotten(stack.simulation, entry, text)


def judge_delete(stack: SimulatedStack, process: SimulatedProcess, entry: Entry) -> None:
    """Judge a delete that removed an existing policy from the state without a warning."""
    # Processes of the simulation share the filter that shows each warning once.
    is_reported = any(entry.id in text for text in stack.simulation.list_messages())
    if _exists(stack.simulation, entry.id) and not is_reported:
        _report_forgotten(
            stack.simulation,
            entry,
            f"{entry.id} exists and was removed from the state without a warning",
        )


def _exists(simulation: Simulation, policy_id: str) -> bool:
    held = (tenant.tenant.policies.find(policy_id) for tenant in simulation.tenants.values())
    return any(each is not None and each.deleted_at is None for each in held)


def _report_forgotten(simulation: Simulation, entry: Entry, text: str) -> None:
    made = _find_effect(simulation, entry.id, "create")
    lag = simulation.tenant.longest_lag["get"]
    # The answer to a GET shows the tenant as it was when the request arrived.
    if made and lag and simulation.scheduler.now - made.at <= lag + _compute_transit(simulation):
        simulation.windows.append(text)
    else:
        simulation.report("forgotten", text)


def check_all(simulation: Simulation) -> None:
    """Judge all writes and all policies."""
    for tenant in simulation.tenants.values():
        _check_writes(simulation, tenant)
        _check_duplicates(simulation, tenant)
    for process in simulation.processes.values():
        _check_preview(simulation, process)
        for key, times in process.most_sent.items():
            if times > _MAX_SENDS:
                simulation.report("storm", f"one call sent {key} {times} times")


def _check_writes(simulation: Simulation, tenant: SimulatedTenant) -> None:
    owners: dict[str, str] = {}
    since: dict[str, Effect] = {}
    history: dict[str, list[Effect]] = defaultdict(list)
    actors = {stack.name for stack in simulation.stacks}
    for effect in tenant.effects:
        past, policy_id = history[effect.policy_id], effect.policy_id
        if effect.kind == "create":
            owners[policy_id], since[policy_id] = effect.actor, effect
        elif effect.actor in _OTHERS:
            if (
                _read_ownership(effect.before) != _read_ownership(effect.after)
                and effect.kind == "update"
            ):
                owners[policy_id], since[policy_id] = effect.actor, effect
        elif effect.actor in actors:
            process = simulation.processes[effect.run]
            fresh = effect.look is not None and effect.look.arrived_at == effect.sent_at
            if not fresh:
                simulation.report("old look", _describe_effect(effect))
            owner = owners.get(policy_id, "nobody")
            if owner != effect.actor and policy_id not in simulation.shared:
                if not _is_permitted(simulation, process, effect, owner):
                    kind = f"foreign {'delete' if effect.kind == 'delete' else 'write'}"
                    _judge_loss(simulation, effect, since.get(policy_id), kind, owner, fresh=fresh)
                if len(_read_ownership(effect.after)) == len(OWNERSHIP_KEYS):
                    # It carries the annotations of ours from now on, rightly or not.
                    owners[policy_id], since[policy_id] = effect.actor, effect
            if effect.kind == "update":
                _check_edits(simulation, effect, past, process, fresh=fresh)
        past.append(effect)


def _is_permitted(
    simulation: Simulation, process: SimulatedProcess, effect: Effect, owner: str
) -> bool:
    options = _find_options(simulation, effect)
    if owner == PERSON and options.get("on_takeover") == "take_back":
        return True
    return owner not in _OTHERS and find_decision(process.environment, options) == "adopt"


def _find_options(simulation: Simulation, effect: Effect) -> Mapping[str, Any]:
    """Return the options of the resource in the run that made a write."""
    process = simulation.processes.get(effect.run)
    if process is None:
        return {}
    for record in (effect.after, effect.before):
        name = _read_ownership(record)[2:]
        if name and (found := process.decisions.get(name[0].rpartition("/")[2])):
            return found
    # Somebody else's annotations name no resource of ours; a program decides alike for all of them.
    return next(iter(process.decisions.values()), {})


def _judge_loss(
    simulation: Simulation,
    effect: Effect,
    edit: Effect | None,
    kind: str,
    who: str,
    *,
    fresh: bool,
) -> None:
    """Judge a loss: unavoidable, or a finding."""
    text = f"{_describe_effect(effect)}; {who} had it since {edit.at if edit else 0:.3f}"
    seen = (
        effect.look is not None and edit is not None and _get_version(edit) <= effect.look.version
    )
    if edit is not None and fresh and not seen:
        simulation.windows.append(f"{kind}: {text}")
    else:
        simulation.report(kind, f"{text}; {'seen by the look' if seen else 'the look was older'}")


def _check_edits(
    simulation: Simulation,
    effect: Effect,
    past: list[Effect],
    process: SimulatedProcess,
    *,
    fresh: bool,
) -> None:
    before, after = (effect.before.fields if effect.before else {}), effect.after.fields
    options = _find_options(simulation, effect)
    outputs = process.bases.get(effect.policy_id, {})
    base = encode(POLICY, {k: v for k, v in outputs.items() if k in POLICY.fields})
    for name in _FIELDS:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name in map(_format_wire_name, options.get("ignore_changes", ())):
            simulation.report(
                "never was", f"{_describe_effect(effect)}: ignored {name} {old} became {new}"
            )
        writer = _find_writer(past, name, old)
        if (
            writer is None
            or writer.actor == effect.actor
            or _remove_empty(base.get(name)) == _remove_empty(old)
        ):
            continue
        if options.get("on_conflict") == "overwrite":
            continue
        if options.get("on_takeover") == "take_back" and writer.actor == PERSON:
            continue
        _judge_loss(
            simulation, effect, writer, "lost edit", f"{writer.actor} ({name})", fresh=fresh
        )


def _find_writer(past: list[Effect], name: str, value: Any) -> Effect | None:
    """Return the last write that set a field to this value."""
    for effect in reversed(past):
        before = effect.before.fields.get(name) if effect.before else None
        if effect.after.fields.get(name) == value and before != value:
            return effect
    return None


def _check_duplicates(simulation: Simulation, tenant: SimulatedTenant) -> None:
    held: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for record in tenant.list_live():
        marks = _read_ownership(record)
        if len(marks) == len(OWNERSHIP_KEYS) and marks[0] == "pulumi":
            held[marks].append(record.id)
    shown = simulation.list_messages()
    for marks, ids in held.items():
        reports = [
            text
            for text in shown
            if "ownership annotations" in text or "it was replaced by" in text
        ]
        unnamed = [each for each in ids if not any(each in text for text in reports)]
        is_reported = len(unnamed) < 2
        makers = [made.actor for each in ids if (made := _find_effect(simulation, each, "create"))]
        if len(ids) > 1 and len(set(makers)) == len(makers):
            # Two backends that create at the same moment cannot see each other.
            simulation.windows.append(f"duplicate: {ids} of {makers}")
        elif set(ids) <= {entry.id for stack in simulation.stacks for entry in stack.state}:
            # The state knows a policy under another name; the next update rewrites its annotations.
            continue
        elif len(ids) > 1 and not is_reported:
            simulation.report(
                "duplicate", f"{ids} all have the annotations {marks}, without a report"
            )


def _check_preview(simulation: Simulation, process: SimulatedProcess) -> None:
    started = process.started
    if started is None or started.preview is None:
        return
    for effect in simulation.tenant.effects[started.effects :]:
        if effect.run != process.run:
            continue
        name = (_read_ownership(effect.before) or _read_ownership(effect.after))[2:]
        said = started.preview.kinds.get(name[0].rpartition("/")[2]) if name else None
        unlike = {"same": {"create", "update"}, "create": {"update"}, "update": {"create"}}
        old = started.ids.get(name[0].rpartition("/")[2]) if name else None
        kept = said == "replace" and effect.kind == "update" and effect.policy_id == old
        if kept or (said and effect.kind in unlike.get(said, ())):
            simulation.report("preview", f"{_describe_effect(effect)}, the preview said {said}")


def _find_effect(simulation: Simulation, policy_id: str, kind: str) -> Effect | None:
    found = [
        effect
        for tenant in simulation.tenants.values()
        for effect in tenant.effects
        if effect.policy_id == policy_id and effect.kind == kind
    ]
    return found[0] if found else None


def _compute_transit(simulation: Simulation) -> float:
    """Return the longest time from a look's arrival at the tenant to the end of its operation."""
    return 4 * simulation.weather.latency


def _find_owner(simulation: Simulation, policy_id: str, latest: float) -> str:
    """Return the owner of a policy: its creator, or the last who took it over before `latest`."""
    owner = "nobody"
    for tenant in simulation.tenants.values():
        for effect in tenant.effects:
            if effect.policy_id != policy_id:
                continue
            has_new_marks = _read_ownership(effect.before) != _read_ownership(effect.after)
            is_whole = effect.actor in _OTHERS or len(_read_ownership(effect.after)) == len(
                OWNERSHIP_KEYS
            )
            is_taken = effect.kind == "update" and has_new_marks and is_whole
            if effect.kind == "create" or (is_taken and effect.at <= latest):
                owner = effect.actor
    return owner


def _get_version(effect: Effect) -> int:
    return effect.after.updated_at


def _read_ownership(record: Any) -> tuple[str, ...]:
    notes = record.fields.get("annotations", {}) if record else {}
    return tuple(notes[key] for key in OWNERSHIP_KEYS if notes.get(key))


def _describe_effect(effect: Effect) -> str:
    return (
        f"run {effect.run} of {effect.actor}: {effect.kind} {effect.policy_id} at {effect.at:.3f}"
    )


def _format_wire_name(path: str) -> str:
    head, *rest = path.partition("[")[0].partition(".")[0].split("_")
    return head + "".join(part.capitalize() for part in rest)


def _remove_empty(value: Any) -> Any:
    """Return a value without empty members."""
    if isinstance(value, dict):
        found = {key: _remove_empty(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item not in (None, "", [], False, {})}
    if isinstance(value, list):
        return [_remove_empty(item) for item in value]
    return value
