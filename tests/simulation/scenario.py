"""Random scenarios: disturbed runs of stacks, and the recovery of a person.

A scenario runs a few disturbed commands on a stack, removes all faults, and then follows the advice
of the messages until a run succeeds.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.simulation import editors, guarantees
from tests.simulation.error_advice import Advice, read_advice
from tests.simulation.scheduler import Deadlock, Runaway
from tests.simulation.simulated_engine import SimulatedOutcome, SimulatedStack, list_refs
from tests.simulation.simulated_network import COMMON, ODD, Fate
from tests.simulation.simulated_process import SimulatedProcess
from tests.simulation.simulated_tenant import SimulatedTenant
from tests.simulation.simulation import Simulation
from tests.support import programs
from tests.support.engine import Declared, Program
from tests.support.shared_tenant import describe_difference, to_wire

_CALM_SECONDS = 300.0
_MAX_RUNS = 5
MOVES = frozenset(
    {"rename", "alias", "forget", "replace", "target", "destroy", "change", "elsewhere"}
)


@dataclass(frozen=True)
class Profile:
    """The possible events of a scenario.

    Attributes:
        kinds: The fates of requests.
        share: The largest share of requests with a fault.
        lost_checkpoints: True if some runs that are killed have written no checkpoint.
        kills: True if processes are killed, lose their engine, or get Ctrl-C.
        edits: The edits of others to the stack's policies.
        lag: The longest lag of reads in seconds.
        moves: Further actions of people: `rename`, `alias`, `forget`, `replace`, `target`,
            `destroy`, `change` (resources come and go, and change their type or scope), and
            `elsewhere` (a run with the credentials of another tenant).
        twin: True if a second backend has a stack of the same name.
        odd_tenant: True if pages count by offset, and a create may return an existing policy.
        options: True if the program contains decisions.
        resources: The fewest and the most resources.
    """

    kinds: tuple[Fate, ...] = COMMON + ODD
    share: float = 0.4
    kills: bool = True
    lost_checkpoints: bool = True
    edits: tuple[Callable[[SimulatedTenant, str], None], ...] = editors.EDITS
    lag: float = 5.0
    moves: frozenset[str] = MOVES
    twin: bool = True
    odd_tenant: bool = True
    options: bool = True
    resources: tuple[int, int] = (1, 3)


EVERYTHING = Profile()
GENTLE = Profile(
    COMMON,
    kills=False,
    edits=(),
    lag=0.0,
    moves=frozenset({"destroy"}),
    twin=False,
    odd_tenant=False,
    options=False,
)
"""A consistent tenant without other users; only the network has faults."""


def play(seed: int, profile: Profile = EVERYTHING, *, trace: bool = False) -> Simulation:
    """Play the scenario of a seed, and judge it."""
    simulation = Simulation(seed)
    editors.reset_numbers()
    if trace:
        simulation.scheduler.keep_trace()
    try:
        with simulation.running():
            _Scenario(simulation, profile).play()
            guarantees.check_all(simulation)
    except (Deadlock, Runaway) as error:
        simulation.report(type(error).__name__.lower(), str(error))
    return simulation


class _Scenario:
    def __init__(self, simulation: Simulation, profile: Profile) -> None:
        self.simulation = simulation
        self.profile = profile
        self.chance: Random = simulation.chance
        self.stack = SimulatedStack(simulation)
        self.sketches: programs.Sketches = programs.draw(self.chance, *profile.resources)
        self.twin = (
            SimulatedStack(simulation, "twin") if profile.twin and self._happens(0.1) else None
        )
        self.options = self._draw_options()
        self.aliases: dict[str, tuple[str, ...]] = {}

    def play(self) -> None:
        profile = self.profile
        for _ in range(self.chance.choice([1, 2, 2, 3])):
            self._begin_trouble()
            self._run_disturbed()
            self._move()
            self.simulation.scheduler.sleep(self.chance.choice([0.0, 3.0]))
            change = programs.change_contents
            if "change" in profile.moves and self._happens(0.15):
                change = programs.change_anything
            self.sketches = change(self.chance, self.sketches) or self.sketches
            self._rename_one()
        self._calm_down()
        if self.twin is None:
            self._converge()
            if "destroy" in self.profile.moves and self._happens(0.2):
                self.stack.destroy()
        else:
            for stack in self.simulation.stacks:
                stack.refresh()

    def _happens(self, share: float) -> bool:
        return self.chance.random() < share

    def _draw_options(self) -> dict[str, Any]:
        """Draw the decisions of the program: mostly none."""
        options: dict[str, Any] = {}
        if not self.profile.options:
            return options
        if self._happens(0.1):
            options["on_conflict"] = "overwrite"
        if self._happens(0.1):
            options["on_leftover"] = self.chance.choice(["adopt", "leave"])
        return options

    def _build_program(self) -> Program:
        return {
            name: replace(declared, options=self.options, aliases=self.aliases.get(name, ()))
            for name, declared in programs.build_program(self.sketches).items()
        }

    def _begin_trouble(self) -> None:
        profile, tenant = self.profile, self.simulation.tenant
        weather = self.simulation.weather
        weather.kinds = tuple(self.chance.sample(profile.kinds, min(4, len(profile.kinds))))
        weather.share = self.chance.choice([0.0, profile.share / 4, profile.share])
        weather.latency = self.chance.choice([0.02, 0.5])
        if profile.lag and self._happens(0.5):
            longest = self.chance.choice([0.0, 1.0, profile.lag])
            tenant.set_lag(get=self.chance.choice([0.0, longest]), pages=longest)
        if profile.odd_tenant and self._happens(0.1):
            quirks = self.chance.choice(["offset_pages", "get_or_create"])
            tenant.tenant.quirks = tenant.tenant.quirks.replace(**{quirks: True})
            if quirks == "get_or_create":
                editors.create_as_client(tenant, displayName=self.sketches[0].title)

    def _calm_down(self) -> None:
        tenant = self.simulation.tenant
        self.simulation.weather.share = 0.0
        self.simulation.weather.latency = 0.02
        tenant.set_lag()
        tenant.tenant.quirks = tenant.tenant.quirks.replace(get_or_create=False)
        self.simulation.scheduler.sleep(_CALM_SECONDS)

    def _run_disturbed(self) -> None:
        """Run one or two concurrent commands, with edits and kills in between."""
        program = self._build_program()
        elsewhere = "elsewhere" in self.profile.moves and self.stack.state and self._happens(0.04)
        process = self.stack.start_process(
            tenant=self.simulation.other_tenant if elsewhere else None
        )
        begun = [(self.stack, process, self._draw_command(program))]
        if self.twin is not None:
            other = self.twin.prepare_update(program)
            begun.append((self.twin, self.twin.start_process(), other))
        before = copy.deepcopy(self.stack.state)
        if self.profile.kills and self._happens(0.4):
            self._end_early(process)
        if self.profile.edits and self._happens(0.6):
            for _ in range(self.chance.randint(1, 3)):
                self.simulation.call_in(self.chance.uniform(0, 3), self._edit)
        waits = [stack.begin_command(each, body) for stack, each, body in begun]
        for wait in waits:
            wait()
        is_killed = process.group.dead or process.engine_dead
        if is_killed and self.profile.lost_checkpoints and self._happens(0.5):
            # Without checkpoints, a killed engine has written nothing.
            self.stack.state = before

    def _draw_command(self, program: Program) -> Callable[[Any], None]:
        moves = self.profile.moves
        if "destroy" in moves and self._happens(0.08):
            return self.stack.run_destroy
        options: dict[str, Any] = {"refresh": self._happens(0.4)}
        if "replace" in moves and self._happens(0.1):
            options["replace"] = (self.chance.choice(list(program)),)
        if "target" in moves and self._happens(0.15):
            name = self.chance.choice(list(program))
            options["targets"] = frozenset({name, *_list_needed(program, name)})
        if not options["refresh"] and not options.get("replace") and self._happens(0.3):
            options["preview"] = self.stack.preview(program)
        return self.stack.prepare_update(program, **options)

    def _end_early(self, process: SimulatedProcess) -> None:
        end = self.chance.choice([process.kill, process.lose_engine, process.interrupt])
        requests = self.chance.randint(1, 12)
        if self._happens(0.3):
            self.simulation.call_in(self.chance.uniform(0, 2), end)
            return
        left = [requests]

        def count(_: object) -> None:
            left[0] -= 1
            if left[0] == 0:
                end()

        if self._happens(0.5):
            process.wire.on_request = count
        else:
            process.wire.on_answer = count

    def _edit(self) -> None:
        ids = [r.id for r in self.simulation.tenant.list_live() if "annotations" in r.fields]
        if ids:
            edit = self.chance.choice(self.profile.edits)
            edit(self.simulation.tenant, self.chance.choice(ids))

    def _move(self) -> None:
        """Let a person change the state or the program between two runs."""
        if not self.stack.state:
            return
        entry = self.chance.choice(self.stack.state)
        if "rename" in self.profile.moves and self._happens(0.08):
            self.stack.rename(entry.name, f"{entry.name}-old")
        elif "forget" in self.profile.moves and self._happens(0.08):
            self.stack.forget(entry.name)

    def _rename_one(self) -> None:
        """Rename a resource in the program, with an alias."""
        if "alias" in self.profile.moves and self._happens(0.08):
            self._rename_with_alias(self.chance.choice(self.sketches).name)

    def _rename_with_alias(self, old: str) -> None:
        numbers = [int(sketch.name.rpartition("-")[2]) for sketch in self.sketches]
        new = f"policy-{max(numbers) + 1}"
        self.aliases[new] = (old, *self.aliases.get(old, ()))
        self.sketches = tuple(
            replace(
                sketch,
                name=new if sketch.name == old else sketch.name,
                points_to=new if sketch.points_to == old else sketch.points_to,
            )
            for sketch in self.sketches
        )

    def _converge(self) -> None:
        """Follow the advice of the messages until a run succeeds, and compare the result."""
        program, to_follow = dict(self._build_program()), Advice()
        for _ in range(_MAX_RUNS):
            process = self.stack.start_process(environment=to_follow.environment)
            outcome = self.stack.up(program, process, refresh=True)
            if outcome.went_well:
                break
            if self.simulation.is_split:
                return
            if any("several policies are equal" in text for text in outcome.messages):
                # Only a person can choose the one to keep.
                return
            if _is_in_use(outcome):
                # A policy that others took over points to it: only they can change that.
                return
            to_follow = _combine_advice(to_follow, read_advice(outcome.messages))
            for name in to_follow.forget:
                self.stack.forget(name)
            if to_follow.drop:
                program = _remove_named(program, outcome, self.stack)
        else:
            self.simulation.report("not converged", " | ".join(outcome.messages))
            return
        before = len(self.simulation.tenant.effects)
        if self.simulation.is_doubled:
            # A policy that the state had twice goes with the entry that is removed.
            return
        again = self.stack.up(program, refresh=True)
        if not again.went_well or len(self.simulation.tenant.effects) != before:
            self.simulation.report("second run", " | ".join(again.messages) or "it sent a write")
        self._compare(program)

    def _compare(self, program: Program) -> None:
        ids = {entry.name: entry.id for entry in self.stack.state}
        tenant = self.simulation.tenant
        for name, declared in program.items():
            record = tenant.tenant.policies.find(ids.get(name, ""))
            if record is None or record.deleted_at is not None:
                self.simulation.report("not converged", f"{name} is not in the tenant")
                continue
            if record.id in self.simulation.list_reported_differences():
                continue
            policy, wanted = tenant.render_policy(record), to_wire(declared.inputs, ids)
            ours = {"managed_by", "iac_workspace", "iac_resource_address", "note"}
            policy["annotations"] = {
                key: value for key, value in policy.get("annotations", {}).items() if key in ours
            }
            if unlike := describe_difference(policy, wanted, name):
                self.simulation.report("not converged", f"{name}: {unlike}")


def _is_in_use(outcome: SimulatedOutcome) -> bool:
    return bool(outcome.errors) and all(" is in use: " in error for error in outcome.errors)


def _combine_advice(before: Advice, new: Advice) -> Advice:
    """Return the advice to follow; a leftover that cannot be adopted is left."""
    if before.environment and new.environment == before.environment:
        return replace(new, environment=dict.fromkeys(new.environment, "leave"))
    return new


def _list_needed(program: Program, name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = list_refs(program[waiting.pop()]) - found
        found |= new
        waiting += new
    return found


def _remove_named(
    program: dict[str, Declared], outcome: SimulatedOutcome, stack: SimulatedStack
) -> dict[str, Declared]:
    """Return the program without the resources in the errors and those that point to them."""
    text = "\n".join(outcome.errors)
    gone = {name for name in program if f"c1policy.Policy/{name} " in f"{text} "}
    gone |= {entry.name for entry in stack.state if entry.id in text}
    return {
        name: declared
        for name, declared in program.items()
        if name not in gone and not _list_needed(program, name) & gone
    }
