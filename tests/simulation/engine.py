"""Pulumi's engine in a simulation: commands on a stack, each step in a thread of its own.

What a step does is the engine's of `tests.support`; here steps run at the same time, and can be
killed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._pulumi.stack_ownership import OWNERSHIP_INPUT
from pulumi_c1policy.errors import C1PolicyError
from pulumi_c1policy.provider import PolicyProvider
from tests.simulation import attachment_records, installation, model, resource_types
from tests.simulation.decisions import decided
from tests.simulation.process import Gone, Process
from tests.simulation.scheduler import Task
from tests.simulation.simulation import Simulation
from tests.support import engine
from tests.support.engine import WORKSPACE, CheckFailed, Declared, Entry, Program, Properties, Ref

Job = Callable[[], None]


@dataclass
class Outcome:
    """The end of a command.

    Attributes:
        went_well: Whether it did everything that it was to do.
        errors: The errors that it showed.
        warnings: The warnings that it showed.
        process: Its process.
    """

    went_well: bool
    errors: list[str]
    warnings: list[str]
    process: Process

    @property
    def messages(self) -> list[str]:
        """Everything that was shown."""
        return [*self.errors, *self.warnings]


@dataclass
class _Plugin:
    """The provider as the steps of the engine see it."""

    process: Process

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.process.call(name, *arguments)


@dataclass
class _Steps:
    """The steps of one command that run at the same time."""

    stack: Stack
    process: Process
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
            # Of reads and deletions, the name stands after a sign.
            resource = name.split()[1] if name[0] in "?-" else name
            installation.begin_step(resource, resource_types.make_urn(resource))
            try:
                job()
            except (C1PolicyError, CheckFailed) as error:
                self.process.errors.append(str(error))
            except Gone:
                pass
            except Exception as error:  # noqa: BLE001 (a traceback is a finding)
                self.process.crashes.append(f"{name}: {error!r}")
                self.stack.simulation.found("crash", f"{name}: {error!r}")

        self.tasks[name] = scheduler.spawn(f"step {name}", run, self.process.group)

    def finish(self) -> bool:
        """Wait for all of them; return whether all went well."""
        for task in self.tasks.values():
            self.stack.simulation.scheduler.join(task)
        self.tasks.clear()
        process = self.process
        return not (process.errors or process.crashes or process.stops)


class Stack(engine.Stack):
    """A stack: its state, and the commands that work on it, each in a process of its own."""

    def __init__(
        self, simulation: Simulation, name: str = "ours", workspace: str = WORKSPACE
    ) -> None:
        super().__init__(cast("Emulator", None), workspace)
        self.simulation = simulation
        self.name = name
        self.replaced: set[str] = set()
        simulation.stacks.append(self)

    def command(self, process: Process, body: Callable[[_Steps], None]) -> Outcome:
        """Run a command to its end, or to the end of its process."""
        self.begin(process, body)()
        return self.outcome(process)

    def begin(self, process: Process, body: Callable[[_Steps], None]) -> Callable[[], None]:
        """Begin a command; the function that is returned waits for its end."""
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

    def outcome(self, process: Process) -> Outcome:
        """Return the end of a process's command."""
        bad = process.errors or process.crashes or process.stops or process.group.dead
        return Outcome(not bad, process.errors, process.warnings, process)

    def updating(
        self,
        program: Program,
        *,
        refresh: bool = False,
        replace: tuple[str, ...] = (),
        targets: frozenset[str] | None = None,
        preview: model.Preview | None = None,
    ) -> Callable[[_Steps], None]:
        """`pulumi up` as a command's body.

        Args:
            targets: The resources of `--target`; None is all.
            preview: What a preview of the same said, to be compared.
        """

        def body(steps: _Steps) -> None:
            steps.process.decisions = {n: dict(each.options) for n, each in program.items()}
            steps.process.objects = attachment_records.list_objects(program)
            model.begin(self.simulation, steps.process, preview)
            if refresh and not self._reading(steps, targets):
                return
            ids: dict[str, str] = {e.name: e.id for e in self.state if not e.goes}
            plugin = cast("PolicyProvider", _Plugin(steps.process))
            chosen = {n: d for n, d in program.items() if targets is None or n in targets}
            for name, declared in chosen.items():
                self._rename(name, declared)
                steps.add(name, refs(declared), self._step(plugin, name, declared, ids, replace))
            if not steps.finish():
                return
            self._deleting(steps, {*program}, targets)

        return body

    def up(self, program: Program, process: Process | None = None, **options: Any) -> Outcome:  # type: ignore[override]
        """`pulumi up`."""
        return self.command(process or self.new(), self.updating(program, **options))

    def preview(self, program: Program, process: Process | None = None) -> model.Preview:
        """`pulumi preview`: what would happen to each resource, and what is said of it."""
        process, said = process or self.new(), model.Preview({})

        def body(steps: _Steps) -> None:
            for name, declared in program.items():
                steps.add(name, refs(declared), partial(look, name, declared))
            steps.finish()

        def look(name: str, declared: Declared) -> None:
            named = [*filter(None, map(self.entry, (name, *declared.aliases)))]
            old = named[0] if named else None
            ids = {e.name: e.id for e in self.state if not e.goes}
            stay = {n for n, kind in said.kinds.items() if kind in ("same", "update")}
            if not refs(declared) <= ids.keys() & stay:
                said.kinds[name] = "create" if old is None else "unknown"
                return
            inputs = self.properties(name, declared, ids)
            checked = process.call("check", copy.deepcopy(old.inputs) if old else {}, inputs)
            if checked.failures:
                raise CheckFailed(str([f.reason for f in checked.failures]))
            if old is None:
                said.kinds[name] = "create"
                return
            found = process.call("diff", old.id, copy.deepcopy(old.outputs), checked.inputs)
            kind = "replace" if found.replaces else "update" if found.changes else "same"
            said.kinds[name] = kind

        self.command(process, body)
        return said

    def refresh(self, process: Process | None = None) -> Outcome:  # type: ignore[override]
        """`pulumi refresh`."""

        return self.command(process or self.new(), self.refreshing)

    def refreshing(self, steps: _Steps) -> None:
        """`pulumi refresh` as a command's body."""
        self._reading(steps, None)

    def destroy(self, process: Process | None = None) -> Outcome:  # type: ignore[override]
        """`pulumi destroy`."""
        process = process or self.new()
        return self.command(process, self.destroying)

    def destroying(self, steps: _Steps) -> None:
        """`pulumi destroy` as a command's body."""
        model.begin(self.simulation, steps.process, None)
        self._deleting(steps, set(), None)

    def rename(self, old: str, new: str) -> None:
        """`pulumi state rename`."""
        for entry in self.state:
            if entry.name == old:
                entry.name = new

    def forget(self, name: str) -> None:
        """`pulumi state delete`; the policy stays, as with `retain_on_delete`."""
        self.state = [entry for entry in self.state if entry.name != name]

    def new(self, **options: Any) -> Process:
        """A new process for this stack."""
        return self.simulation.process(self.name, **options)

    def _rename(self, name: str, declared: Declared) -> None:
        """Apply aliases."""
        for alias in declared.aliases:
            if self.entry(name) is None and self.entry(alias) is not None:
                self.rename(alias, name)

    def _step(
        self,
        plugin: PolicyProvider,
        name: str,
        declared: Declared,
        ids: dict[str, str],
        replace: tuple[str, ...],
    ) -> Job:
        def job() -> None:
            if all(ref in ids for ref in refs(declared)):
                ids[name] = self._register(plugin, name, declared, ids, replace)

        return job

    def _create(self, provider: PolicyProvider, name: str, inputs: Properties) -> str:
        process = cast("_Plugin", provider).process
        shown = frozenset(process.shown)
        policy_id = super()._create(provider, name, inputs)
        if resource_types.is_attachment(name):
            attachment_records.recorded(self, process)
            return policy_id
        decision = decided(process.environment, process.decisions.get(name, {}))
        model.recorded(self, process, name, policy_id, adopts=decision == "adopt", shown=shown)
        return policy_id

    def _deleting(self, steps: _Steps, kept: set[str], targets: frozenset[str] | None) -> None:
        going = [
            e
            for e in reversed(self.state)
            if (e.goes or e.name not in kept) and (targets is None or e.name in targets)
        ]
        for entry in going:
            pointing = [e for e in going if e is not entry and entry.id in repr(e.inputs)]
            after = [f"- {e.name} {e.id}" for e in pointing]
            steps.add(f"- {entry.name} {entry.id}", after, self._removal(steps.process, entry))
        steps.finish()

    def _removal(self, process: Process, entry: Entry) -> Job:
        def job() -> None:
            self._remove(cast("PolicyProvider", _Plugin(process)), entry)

        return job

    def _remove(self, provider: PolicyProvider, entry: Entry) -> None:
        process = cast("_Plugin", provider).process
        with installation.request_of(entry.inputs):
            provider.delete(entry.id, copy.deepcopy(entry.outputs))
        self.state = [e for e in self.state if e is not entry]
        if resource_types.is_attachment(entry.name):
            attachment_records.dropped(self, process, entry)
        else:
            model.dropped(self, process, entry)

    def _update(self, provider: PolicyProvider, old: Entry, inputs: Properties) -> None:
        super()._update(provider, old, inputs)
        if resource_types.is_attachment(old.name):
            attachment_records.recorded(self, cast("_Plugin", provider).process)

    def properties(self, name: str, declared: Declared, ids: Mapping[str, str]) -> Properties:
        """Return the properties that a program sends for a resource."""
        found = super().properties(name, declared, ids)
        address = f"{declared.parent}{resource_types.get_type(name)}/{name}"
        found[OWNERSHIP_INPUT]["iac_resource_address"] = address
        return found

    def _reading(self, steps: _Steps, targets: frozenset[str] | None) -> bool:
        for number, entry in enumerate(self.state):
            if targets is None or entry.name in targets:
                steps.add(f"? {entry.name} {number}", (), self._look(steps.process, entry))
        return steps.finish()

    def _look(self, process: Process, entry: Entry) -> Job:
        def job() -> None:
            with installation.request_of(entry.inputs):
                found = process.call("read", entry.id, copy.deepcopy(entry.outputs))
            if not found.id:
                judge = attachment_records if resource_types.is_attachment(entry.name) else model
                judge.gone(self, process, entry)
                self.state = [e for e in self.state if e is not entry]
                return
            entry.outputs = dict(found.outs or {})
            if found.inputs is not None:
                entry.inputs = dict(found.inputs)

        return job


def refs(declared: Declared) -> set[str]:
    """The resources that a declared policy points to."""
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
