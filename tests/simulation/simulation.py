"""A simulation: one scheduler, some tenants, and the processes that work on them."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import pulumi_c1policy._lifecycle.effects.creation  # noqa: F401 (the provider loads it later)
from pulumi_c1policy._client import policy_client
from pulumi_c1policy._pulumi import runtime
from tests.simulation import installation
from tests.simulation.scheduler import Group, Killed, Scheduler, Task
from tests.simulation.simulated_network import Weather, Wire
from tests.simulation.simulated_process import (
    SimulatedClient,
    SimulatedProcess,
    WarningLog,
    forget_warnings,
)
from tests.simulation.simulated_tenant import SimulatedTenant

_HOSTS = ("acme.conductor.one", "other.conductor.one")

_DIFFERS = re.compile(
    r"answered the create with the policy (?P<id>\w+).* differs from what was sent"
)


class Simulation:
    """The tenants, processes and findings of one seed.

    Attributes:
        chance: The source of random events.
        findings: The violations, as (kind, text).
        windows: The unavoidable losses: edits of others between a fresh look and its write.
        shared: Policies of two backends with one name that created them at the same time.
        is_doubled: A state unavoidably had one policy twice.
        is_split: The stack unavoidably has policies in two tenants.
        has_lost_state: A killed run has written no checkpoint.
    """

    def __init__(self, seed: int, *, preemption: float | None = None) -> None:
        self.seed = seed
        self.chance = Random(seed)
        often = self.chance.choice([0.0, 0.1, 0.5]) if preemption is None else preemption
        self.scheduler = Scheduler(Random(seed + 1), preemption=often)
        drawn = Random(seed + 2)
        self.tenants = {
            host: SimulatedTenant(self.scheduler, host, seed + number, drawn)
            for number, host in enumerate(_HOSTS)
        }
        self.tenant = self.tenants[_HOSTS[0]]
        self.other_tenant = self.tenants[_HOSTS[1]]
        self.weather = Weather()
        self.findings: list[tuple[str, str]] = []
        self.windows: list[str] = []
        self.shared: set[str] = set()
        self.is_split = False
        self.is_doubled = False
        self.has_lost_state = False
        self.processes: dict[int, SimulatedProcess] = {}
        self.stacks: list[Any] = []
        self._by_group: dict[Group, SimulatedProcess] = {}
        self._loaded: SimulatedProcess | None = None
        self._warnings = WarningLog()

    @contextlib.contextmanager
    def running(self) -> Iterator[Scheduler]:
        """Let the product run in this simulation until the block ends.

        Raises:
            Deadlock: No thread can go on.
            Runaway: It does not end.
        """
        log = logging.getLogger("pulumi_c1policy")
        before = dict(vars(runtime)), log.propagate
        with installation.install_simulation(self.scheduler, Random(self.seed + 3)):
            original = policy_client.PolicyClient
            setattr(policy_client, "PolicyClient", SimulatedClient)  # noqa: B010 (a class for a class)
            log.addHandler(self._warnings)
            log.propagate = False
            self.scheduler.on_switch = self._switch_process
            try:
                yield self.scheduler
            except Killed:
                # Only a failure of the scheduler ends its main task.
                self.scheduler.raise_failure()
            finally:
                self.scheduler.close()
                if self._loaded:
                    self._loaded.leave()
                setattr(policy_client, "PolicyClient", original)  # noqa: B010
                log.removeHandler(self._warnings)
                log.propagate = before[1]
                vars(runtime).update(before[0])

    def add_process(
        self,
        actor: str,
        *,
        tenant: SimulatedTenant | None = None,
        environment: Mapping[str, str] | None = None,
        config: Mapping[str, str] | None = None,
    ) -> SimulatedProcess:
        """Add a process of the provider.

        Args:
            actor: The name of its stack.
            tenant: The tenant whose credentials it has.
            environment: Variables beside those of this process.
            config: The stack's config beside the credentials.
        """
        tokens = (tenant or self.tenant).tenant.tokens
        host = (tenant or self.tenant).host
        settings = {
            "serverUrl": f"https://{host}",
            "clientId": tokens.client_id,
            "clientSecret": tokens.client_secret,
            **(config or {}),
        }
        run = len(self.processes) + 1
        wire = Wire(
            self.scheduler,
            self.chance,
            self.tenants,
            self.weather,
            actor,
            run,
            Group(f"process {run}"),
        )
        forget_warnings()
        process = SimulatedProcess(self.scheduler, wire, settings, environment or {})
        self.processes[run] = self._by_group[wire.group] = process
        return process

    def report(self, kind: str, text: str) -> None:
        """Record a violation."""
        self.findings.append((kind, f"seed {self.seed}, at {self.scheduler.now:.3f}: {text}"))

    def list_kinds(self) -> set[str]:
        """Return the kinds of the violations."""
        return {kind for kind, _ in self.findings}

    def list_messages(self) -> list[str]:
        """Return all errors and warnings of all processes."""
        return [text for p in self.processes.values() for text in (*p.errors, *p.warnings)]

    def list_reported_differences(self) -> set[str]:
        """Return the ids of policies for which a warning reports other values than sent."""
        found = (_DIFFERS.search(text) for text in self.list_messages())
        return {match["id"] for match in found if match}

    def call_in(self, seconds: float, do: Callable[[], Any]) -> None:
        """Call a function after some seconds."""
        self.scheduler.call_at(self.scheduler.now + seconds, do)

    def _switch_process(self, task: Task) -> None:
        process = self._by_group.get(task.group)
        if process is None or process is self._loaded:
            return
        if self._loaded is not None:
            self._loaded.leave()
        process.enter()
        self._loaded = self._warnings.process = process
