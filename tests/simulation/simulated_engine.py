"""Pulumi's engine in a simulation: commands on a stack, with one thread for each step.

The engine of `tests.support` defines the steps; here steps run concurrently, and can be killed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.planning.state_codec import OWNERSHIP_INPUT
from pulumi_c1policy.errors import C1PolicyError
from pulumi_c1policy.provider import PolicyProvider
from tests.simulation import attachment_records, guarantees, installation, resource_types
from tests.simulation.error_advice import find_decision
from tests.simulation.scheduler import Task
from tests.simulation.simulated_process import EngineGone, SimulatedProcess
from tests.simulation.simulation import Simulation
from tests.support import engine
from tests.support.engine import WORKSPACE, CheckFailed, Declared, Entry, Program, Properties, Ref

Job = Callable[[], None]


@dataclass
class SimulatedOutcome:
    """The end of a command.

    Attributes:
        went_well: True if it completed all its steps.
        errors: The errors that it showed.
        warnings: The warnings that it showed.
        process: Its process.
    """

    went_well: bool
    errors: list[str]
    warnings: list[str]
    process: SimulatedProcess

    @property
    def messages(self) -> list[str]:
        """All errors and warnings."""
        return [*self.errors, *self.warnings]


@dataclass
class _Plugin:
    """The provider from the view of the engine's steps."""

    process: SimulatedProcess

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.process.call(name, *arguments)


@dataclass
class _Steps:
    """The concurrent steps of one command."""

    stack: SimulatedStack
    process: SimulatedProcess
    tasks: dict[str, Task] = field(default_factory=dict)

    def add(self, name: str, after: Iterable[str], job: Job) -> None:
        """Run a step after others."""
        earlier = [self.tasks[each] for each in after if each in self.tasks]
        scheduler = self.stack.simulation.scheduler

        def run() -> None:
            for each in earlier:
                scheduler.join(each)
            if self.process.stops or self.process.errors or self.process.crashes:
                return
            # The names of reads and deletions begin with a sign.
            resource = name.split()[1] if name[0] in "?-" else name
            installation.begin_step(resource, resource_types.make_urn(resource))
            try:
                job()
            except (C1PolicyError, CheckFailed) as error:
                self.process.errors.append(str(error))
            except EngineGone:
                pass
            except Exception as error:  # noqa: BLE001 (a traceback is a finding)
                self.process.crashes.append(f"{name}: {error!r}")
                self.stack.simulation.report("crash", f"{name}: {error!r}")

        self.tasks[name] = scheduler.spawn(f"step {name}", run, self.process.group)

    def finish(self) -> bool:
        """Wait for all steps; return whether all succeeded."""
        for task in self.tasks.values():
            self.stack.simulation.scheduler.join(task)
        self.tasks.clear()
        process = self.process
        return not (process.errors or process.crashes or process.stops)


class SimulatedStack(engine.Stack):
    """A stack: its state and commands; each command has its own process."""

    def __init__(
        self, simulation: Simulation, name: str = "ours", workspace: str = WORKSPACE
    ) -> None:
        super().__init__(cast("Emulator", None), workspace)
        self.simulation = simulation
        self.name = name
        self.replaced: set[str] = set()
        simulation.stacks.append(self)

    def run_command(
        self, process: SimulatedProcess, body: Callable[[_Steps], None]
    ) -> SimulatedOutcome:
        """Run a command until it or its process ends."""
        self.begin_command(process, body)()
        return self.read_outcome(process)

    def begin_command(
        self, process: SimulatedProcess, body: Callable[[_Steps], None]
    ) -> Callable[[], None]:
        """Begin a command; return a function that waits for its end."""
        steps = _Steps(self, process)

        def run() -> None:
            process.configure()
            body(steps)

        task = self.simulation.scheduler.spawn(f"engine {process.run}", run, process.group)

        def wait() -> None:
            self.simulation.scheduler.join(task)
            if task.error is not None:
                raise task.error
            # An orphan finishes its calls.
            for step in steps.tasks.values():
                self.simulation.scheduler.join(step)

        return wait

    def read_outcome(self, process: SimulatedProcess) -> SimulatedOutcome:
        """Return the outcome of a process's command."""
        bad = process.errors or process.crashes or process.stops or process.group.dead
        return SimulatedOutcome(not bad, process.errors, process.warnings, process)

    def prepare_update(
        self,
        program: Program,
        *,
        refresh: bool = False,
        replace: tuple[str, ...] = (),
        targets: frozenset[str] | None = None,
        preview: guarantees.Preview | None = None,
    ) -> Callable[[_Steps], None]:
        """Return the body of `pulumi up`.

        Args:
            targets: The resources of `--target`; None is all.
            preview: The preview of the same program, for a comparison.
        """

        def body(steps: _Steps) -> None:
            steps.process.decisions = {n: dict(each.options) for n, each in program.items()}
            steps.process.objects = attachment_records.list_objects(program)
            guarantees.record_start(self.simulation, steps.process, preview)
            if refresh and not self._read_entries(steps, targets):
                return
            ids: dict[str, str] = {e.name: e.id for e in self.state if not e.is_pending_delete}
            plugin = cast("PolicyProvider", _Plugin(steps.process))
            chosen = {n: d for n, d in program.items() if targets is None or n in targets}
            for name, declared in chosen.items():
                self._apply_aliases(name, declared)
                steps.add(
                    name, list_refs(declared), self._make_step(plugin, name, declared, ids, replace)
                )
            if not steps.finish():
                return
            self._delete_entries(steps, {*program}, targets)

        return body

    def up(  # type: ignore[override]
        self, program: Program, process: SimulatedProcess | None = None, **options: Any
    ) -> SimulatedOutcome:
        """Run `pulumi up`."""
        return self.run_command(
            process or self.start_process(), self.prepare_update(program, **options)
        )

    def preview(
        self, program: Program, process: SimulatedProcess | None = None
    ) -> guarantees.Preview:
        """Run `pulumi preview`; return the planned operation of each resource."""
        process, planned = process or self.start_process(), guarantees.Preview({})

        def body(steps: _Steps) -> None:
            for name, declared in program.items():
                steps.add(name, list_refs(declared), partial(look, name, declared))
            steps.finish()

        def look(name: str, declared: Declared) -> None:
            named = [*filter(None, map(self.entry, (name, *declared.aliases)))]
            old = named[0] if named else None
            ids = {e.name: e.id for e in self.state if not e.is_pending_delete}
            stay = {n for n, kind in planned.kinds.items() if kind in ("same", "update")}
            if not list_refs(declared) <= ids.keys() & stay:
                planned.kinds[name] = "create" if old is None else "unknown"
                return
            inputs = self.build_properties(name, declared, ids)
            checked = process.call("check", copy.deepcopy(old.inputs) if old else {}, inputs)
            if checked.failures:
                raise CheckFailed(str([f.reason for f in checked.failures]))
            if old is None:
                planned.kinds[name] = "create"
                return
            found = process.call("diff", old.id, copy.deepcopy(old.outputs), checked.inputs)
            kind = "replace" if found.replaces else "update" if found.changes else "same"
            planned.kinds[name] = kind

        self.run_command(process, body)
        return planned

    def refresh(self, process: SimulatedProcess | None = None) -> SimulatedOutcome:  # type: ignore[override]
        """Run `pulumi refresh`."""

        return self.run_command(process or self.start_process(), self.run_refresh)

    def run_refresh(self, steps: _Steps) -> None:
        """Run the body of `pulumi refresh`."""
        self._read_entries(steps, None)

    def destroy(self, process: SimulatedProcess | None = None) -> SimulatedOutcome:  # type: ignore[override]
        """Run `pulumi destroy`."""
        process = process or self.start_process()
        return self.run_command(process, self.run_destroy)

    def run_destroy(self, steps: _Steps) -> None:
        """Run the body of `pulumi destroy`."""
        guarantees.record_start(self.simulation, steps.process, None)
        self._delete_entries(steps, set(), None)

    def rename(self, old: str, new: str) -> None:
        """Run `pulumi state rename`."""
        for entry in self.state:
            if entry.name == old:
                entry.name = new

    def forget(self, name: str) -> None:
        """Run `pulumi state delete`; the policy stays, as with `retain_on_delete`."""
        self.state = [entry for entry in self.state if entry.name != name]

    def start_process(self, **options: Any) -> SimulatedProcess:
        """Start a process for this stack."""
        return self.simulation.add_process(self.name, **options)

    def _apply_aliases(self, name: str, declared: Declared) -> None:
        """Apply aliases."""
        for alias in declared.aliases:
            if self.entry(name) is None and self.entry(alias) is not None:
                self.rename(alias, name)

    def _make_step(
        self,
        plugin: PolicyProvider,
        name: str,
        declared: Declared,
        ids: dict[str, str],
        replace: tuple[str, ...],
    ) -> Job:
        def job() -> None:
            if all(ref in ids for ref in list_refs(declared)):
                ids[name] = self._register(plugin, name, declared, ids, replace)

        return job

    def _create(self, provider: PolicyProvider, name: str, inputs: Properties) -> str:
        process = cast("_Plugin", provider).process
        shown = frozenset(process.shown)
        policy_id = super()._create(provider, name, inputs)
        if resource_types.is_attachment(name):
            attachment_records.judge_write(self, process)
            return policy_id
        decision = find_decision(process.environment, process.decisions.get(name, {}))
        guarantees.judge_create(
            self, process, name, policy_id, adopts=decision == "adopt", shown=shown
        )
        return policy_id

    def _delete_entries(
        self, steps: _Steps, kept: set[str], targets: frozenset[str] | None
    ) -> None:
        going = [
            e
            for e in reversed(self.state)
            if (e.is_pending_delete or e.name not in kept)
            and (targets is None or e.name in targets)
        ]
        for entry in going:
            pointing = [e for e in going if e is not entry and entry.id in repr(e.inputs)]
            after = [f"- {e.name} {e.id}" for e in pointing]
            steps.add(
                f"- {entry.name} {entry.id}", after, self._make_deletion(steps.process, entry)
            )
        steps.finish()

    def _make_deletion(self, process: SimulatedProcess, entry: Entry) -> Job:
        def job() -> None:
            self._remove(cast("PolicyProvider", _Plugin(process)), entry)

        return job

    def _remove(self, provider: PolicyProvider, entry: Entry) -> None:
        process = cast("_Plugin", provider).process
        with installation.set_request(entry.inputs):
            provider.delete(entry.id, copy.deepcopy(entry.outputs))
        self.state = [e for e in self.state if e is not entry]
        if resource_types.is_attachment(entry.name):
            attachment_records.judge_delete(self, process, entry)
        else:
            guarantees.judge_delete(self, process, entry)

    def _update(self, provider: PolicyProvider, old: Entry, inputs: Properties) -> None:
        super()._update(provider, old, inputs)
        if resource_types.is_attachment(old.name):
            attachment_records.judge_write(self, cast("_Plugin", provider).process)

    def build_properties(self, name: str, declared: Declared, ids: Mapping[str, str]) -> Properties:
        """Build the properties that a program sends for a resource."""
        found = super().build_properties(name, declared, ids)
        address = f"{declared.parent}{resource_types.get_type(name)}/{name}"
        found[OWNERSHIP_INPUT]["iac_resource_address"] = address
        return found

    def _read_entries(self, steps: _Steps, targets: frozenset[str] | None) -> bool:
        for number, entry in enumerate(self.state):
            if targets is None or entry.name in targets:
                steps.add(f"? {entry.name} {number}", (), self._make_read(steps.process, entry))
        return steps.finish()

    def _make_read(self, process: SimulatedProcess, entry: Entry) -> Job:
        def job() -> None:
            with installation.set_request(entry.inputs):
                found = process.call("read", entry.id, copy.deepcopy(entry.outputs))
            if not found.id:
                if resource_types.is_attachment(entry.name):
                    attachment_records.judge_refresh(self, process, entry)
                else:
                    guarantees.judge_refresh(self, process, entry)
                self.state = [e for e in self.state if e is not entry]
                return
            entry.outputs = dict(found.outs or {})
            if found.inputs is not None:
                entry.inputs = dict(found.inputs)

        return job


def list_refs(declared: Declared) -> set[str]:
    """Return the resources that a declared policy points to."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, Ref):
            found.add(value.name)
        for item in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        ):
            walk(item)

    walk(dict(declared.inputs))
    return found
