"""Random scenarios of programs that attach policies to apps and entitlements.

A scenario lets a few disturbed commands at a stack, lets the tenant calm down, does what the
messages say until a run goes well, and then looks for false and hidden differences.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.simulation import attachment_fields, attachment_guarantees, editors, guarantees
from tests.simulation.attached_objects import read_target
from tests.simulation.attachment_edits import ObjectEditor
from tests.simulation.attachment_programs import Author
from tests.simulation.error_advice import read_advice
from tests.simulation.guarantees import PERSON
from tests.simulation.resource_types import is_attachment
from tests.simulation.scheduler import Deadlock, Runaway
from tests.simulation.simulated_engine import SimulatedOutcome, SimulatedStack
from tests.simulation.simulated_network import COMMON, ODD, Fate
from tests.simulation.simulated_process import SimulatedProcess
from tests.simulation.simulation import Simulation
from tests.support.engine import Program

_CALM_SECONDS = 300.0
_MOST_RUNS = 6
MOVES = frozenset({"rename", "alias", "forget", "replace", "target", "destroy", "policies", "swap"})


@dataclass(frozen=True)
class Profile:
    """The possible events of a scenario.

    Attributes:
        kinds: What may befall requests.
        share: The largest share of requests that something befalls.
        kills: Whether processes are killed, lose their engine, or get Ctrl-C.
        lost_checkpoints: Whether some runs that are killed have written no checkpoint.
        edits: Whether others change apps, entitlements and their own policies.
        lag: The longest lag of reads in seconds.
        moves: What people do besides: `rename` and `alias` (an attachment without and with one),
            `forget`, `replace`, `target`, `destroy`, `policies` (these come, go, and are
            replaced), and `swap` (attachments move to other objects).
        decides: Whether the program decides anything.
        entitlements: The fewest and the most entitlements of the tenant.
    """

    kinds: tuple[Fate, ...] = COMMON + ODD
    share: float = 0.4
    kills: bool = True
    lost_checkpoints: bool = True
    edits: bool = True
    lag: float = 5.0
    moves: frozenset[str] = MOVES
    decides: bool = True
    entitlements: tuple[int, int] = (1, 8)


EVERYTHING = Profile()
GENTLE = Profile(
    COMMON,
    kills=False,
    edits=False,
    lag=0.0,
    moves=frozenset({"alias", "destroy", "policies"}),
    decides=False,
)
"""A tenant that is consistent and used by nobody else; only the network is bad."""


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
            attachment_guarantees.check_all(simulation)
            attachment_guarantees.check_preview(simulation)
    except (Deadlock, Runaway) as error:
        simulation.report(type(error).__name__.lower(), str(error))
    return simulation


class _Scenario:
    def __init__(self, simulation: Simulation, profile: Profile) -> None:
        self.simulation = simulation
        self.profile = profile
        self.chance: Random = simulation.chance
        self.stack = SimulatedStack(simulation)
        self.objects = simulation.tenant.objects
        self.has_forgotten = False
        """True if a person removed an attachment from the state, with its values from before."""
        for kind in ("GRANT", "REVOKE", "CERTIFY"):
            step: dict[str, Any] = {kind.lower(): {"steps": [{"accept": {}}]}}
            editors.create_as_client(
                simulation.tenant, policyType=f"POLICY_TYPE_{kind}", policySteps=step
            )
        self.objects.add(self.chance, self.chance.randint(*profile.entitlements))
        self.author = Author(self.chance, self.objects, decides=profile.decides)
        self.editor = ObjectEditor(self.chance, simulation.tenant, self.author)
        decided = profile.decides and self._often(0.1)
        self.policy_options = {"on_in_use": "delete"} if decided else {}

    def play(self) -> None:
        moves = self.profile.moves
        for _ in range(self.chance.choice([1, 2, 3, 4])):
            self._begin_trouble()
            self._disturbed()
            self.simulation.scheduler.sleep(self.chance.choice([0.0, 3.0]))
            self._move()
            self.author.change(policies="policies" in moves and self._often(0.2))
        self._calm_down()
        if self._converge() and "destroy" in moves and self._often(0.5):
            self._destroy()

    def _often(self, share: float) -> bool:
        return self.chance.random() < share

    def _program(self) -> Program:
        return self.author.program(self.policy_options)

    def _begin_trouble(self) -> None:
        profile, weather = self.profile, self.simulation.weather
        weather.kinds = tuple(self.chance.sample(profile.kinds, min(4, len(profile.kinds))))
        weather.share = self.chance.choice([0.0, profile.share / 4, profile.share])
        weather.latency = self.chance.choice([0.02, 0.5])
        if profile.lag and self._often(0.5):
            longest = self.chance.choice([0.0, 1.0, profile.lag])
            self.simulation.tenant.set_lag(get=self.chance.choice([0.0, longest]), pages=longest)

    def _calm_down(self) -> None:
        self.simulation.weather.share = 0.0
        self.simulation.weather.latency = 0.02
        self.simulation.tenant.set_lag()
        self.simulation.scheduler.sleep(_CALM_SECONDS)

    def _disturbed(self) -> None:
        """One command, with editors and kills in between."""
        process = self.stack.start_process()
        body = self._command(self._program())
        if self.profile.kills and self._often(0.4):
            self._end_early(process)
        if self.profile.edits and self._often(0.6):
            for _ in range(self.chance.randint(1, 4)):
                self.simulation.call_in(
                    self.chance.choice([0.2, 1.0, 3.0]) * self.chance.random(), self.editor.edit
                )
        before = copy.deepcopy(self.stack.state)
        self.stack.begin_command(process, body)()
        is_killed = process.group.dead or process.engine_dead
        if is_killed and self.profile.lost_checkpoints and self._often(0.5):
            # Without checkpoints, a killed engine has written nothing.
            self.stack.state = before
            self.simulation.has_lost_state = True

    def _command(self, program: Program) -> Callable[[Any], None]:
        moves = self.profile.moves
        if "destroy" in moves and self._often(0.1):
            return self.stack.run_destroy
        if self._often(0.1):
            return self.stack.run_refresh
        options: dict[str, Any] = {"refresh": self._often(0.5)}
        names = [name for name in program if is_attachment(name)]
        if "replace" in moves and names and self._often(0.1):
            options["replace"] = (self.chance.choice(names),)
        if "target" in moves and self._often(0.1):
            # A target of every policy needs no further one.
            chosen = {name for name in program if not is_attachment(name) or self._often(0.5)}
            options["targets"] = frozenset(chosen)
        if not options["refresh"] and not options.get("replace") and self._often(0.3):
            options["preview"] = self.stack.preview(program)
        return self.stack.prepare_update(program, **options)

    def _end_early(self, process: SimulatedProcess) -> None:
        end = self.chance.choice([process.kill, process.lose_engine, process.interrupt])
        left = [self.chance.randint(1, 25)]

        def count(_: object) -> None:
            left[0] -= 1
            if left[0] == 0:
                end()

        if self._often(0.5):
            process.wire.on_request = count
        else:
            process.wire.on_answer = count

    def _move(self) -> None:
        """Let a person change the state or the names and objects of the program."""
        moves = self.profile.moves
        entries = [entry for entry in self.stack.state if is_attachment(entry.name)]
        if "forget" in moves and entries and self._often(0.05):
            self.stack.forget(self.chance.choice(entries).name)
            self.has_forgotten = True
        if "rename" in moves and self._often(0.1):
            self.author.rename(alias=False)
        if "alias" in moves and self._often(0.1):
            self.author.rename(alias=True)
        if "swap" in moves and self._often(0.1):
            self.author.swap()

    def _converge(self) -> bool:
        """Do what the messages say until a run goes well; return whether one did."""
        environment: dict[str, str] = {}
        for _ in range(_MOST_RUNS):
            self._drop_missing()
            process = self.stack.start_process(environment=environment)
            outcome = self.stack.up(self._program(), process, refresh=True)
            if outcome.went_well:
                break
            if _is_in_use(outcome):
                # Others, or a decision to keep, attached a policy that the program dropped.
                return False
            told = read_advice(outcome.messages)
            environment = dict(told.environment)
            for name in told.forget:
                self.stack.forget(name)
        else:
            self.simulation.report("not converged", " | ".join(outcome.messages))
            return False
        self._compare()
        self._look_for_false_differences()
        if self._often(0.5):
            self._look_for_hidden_drift()
        return True

    def _drop_missing(self) -> None:
        """Take attachments to deleted objects out of the program."""
        keys = self.objects.list_keys()
        self.author.drop({each.name for each in self.author.attachments if each.key not in keys})

    def _compare(self) -> None:
        """Compare the tenant with the program, after a run that went well."""
        ids = {entry.name: entry.id for entry in self.stack.state if not entry.is_pending_delete}
        for name, declared in self._program().items():
            if not is_attachment(name):
                continue
            entry = self.stack.entry(name)
            if entry is None:
                self.simulation.report("not converged", f"{name} is not in the state")
                continue
            wanted = self.stack.build_properties(name, declared, ids)
            for field, value in attachment_fields.select(wanted).items():
                live = self.objects.value(read_target(entry.id), attachment_fields.to_wire(field))
                if live != value:
                    text = f"{name}.{field} is {live!r}, not {value!r}"
                    self.simulation.report("not converged", text)

    def _look_for_false_differences(self) -> None:
        """Run again, with and without a refresh: nothing may differ, and nothing is written."""
        before = self._count_writes()
        program = self._program()
        for refresh in (False, True):
            kinds = self.stack.preview(program).kinds
            if unlike := {name: kind for name, kind in kinds.items() if kind != "same"}:
                self.simulation.report("false difference", f"{unlike}, refreshed: {refresh}")
            again = self.stack.up(program, refresh=True)
            if not again.went_well or self._count_writes() != before:
                text = " | ".join(again.messages) or "it wrote something"
                self.simulation.report("second run", text)

    def _look_for_hidden_drift(self) -> None:
        """Let somebody change one field: a refresh shows it exactly if the program sets it."""
        program = self._program()
        entries = [entry for entry in self.stack.state if is_attachment(entry.name)]
        if not entries:
            return
        entry = self.chance.choice(entries)
        edit = self.editor.draw_edit(read_target(entry.id))
        for wire, value in edit.items():
            set_value = attachment_fields.select(entry.inputs).get(attachment_fields.to_name(wire))
            is_drift = set_value is not None and set_value != value
            self.objects.edit(PERSON, read_target(entry.id), **edit)
            self.stack.refresh()
            kind = self.stack.preview(program).kinds.get(entry.name)
            if kind != ("update" if is_drift else "same"):
                text = f"{wire} of {entry.name} became {value!r}: the preview says {kind}"
                self.simulation.report("hidden drift" if is_drift else "false difference", text)
            if self.objects.value(read_target(entry.id), wire) != value:
                self.simulation.report("lost edit", f"a refresh or a preview changed {wire}")
            if self._often(0.5):
                self.stack.up(program, refresh=True)
                self._compare()

    def _destroy(self) -> None:
        """Destroy the stack; its policies are gone unless something uses them."""
        outcome = self.stack.destroy()
        if not outcome.went_well and not _is_in_use(outcome):
            self.simulation.report("not destroyed", " | ".join(outcome.errors))
        is_exact = outcome.went_well and not self.has_forgotten
        if is_exact and attachment_guarantees.is_undisturbed(self.simulation):
            attachment_guarantees.check_originals(self.simulation)

    def _count_writes(self) -> int:
        return len(self.simulation.tenant.effects) + len(self.objects.effects)


def _is_in_use(outcome: SimulatedOutcome) -> bool:
    return bool(outcome.errors) and all(" is in use: " in error for error in outcome.errors)
