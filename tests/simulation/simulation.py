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
from tests.simulation.simulated_process import Client, Process, Warnings, forget_warnings
from tests.simulation.simulated_tenant import SimulatedTenant

_HOSTS = ("acme.conductor.one", "other.conductor.one")

_DIFFERS = re.compile(
    r"answered the create with the policy (?P<id>\w+).* differs from what was sent"
)


class Simulation:
    """Everything that one seed plays with.

    Attributes:
        chance: Draws what happens.
        findings: What went wrong, as (kind, text).
        windows: What could not be avoided: others' edits between a fresh look and its write.
        shared: Policies that two backends of one name hold, after both created at the same time.
        is_doubled: A state had one policy twice, unavoidably.
        is_split: The stack has policies in two tenants, as nothing had named the first by then.
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
        self.processes: dict[int, Process] = {}
        self.stacks: list[Any] = []
        self._by_group: dict[Group, Process] = {}
        self._loaded: Process | None = None
        self._warnings = Warnings()

    @contextlib.contextmanager
    def running(self) -> Iterator[Scheduler]:
        """Let the product run in this simulation until the block ends.

        Raises:
            Deadlock: No thread can go on.
            Runaway: It does not come to an end.
        """
        log = logging.getLogger("pulumi_c1policy")
        before = dict(vars(runtime)), log.propagate
        with installation.installed(self.scheduler, Random(self.seed + 3)):
            original = policy_client.PolicyClient
            setattr(policy_client, "PolicyClient", Client)  # noqa: B010 (a class for a class)
            log.addHandler(self._warnings)
            log.propagate = False
            self.scheduler.on_switch = self._switched
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

    def process(
        self,
        actor: str,
        *,
        tenant: SimulatedTenant | None = None,
        environment: Mapping[str, str] | None = None,
        config: Mapping[str, str] | None = None,
    ) -> Process:
        """A new process of the provider.

        Args:
            actor: The stack for which it works.
            tenant: The tenant whose credentials it has.
            environment: Variables beside those of this process.
            config: The stack's config beside the credentials.
        """
        where = (tenant or self.tenant).tenant.tokens
        host = (tenant or self.tenant).host
        settings = {
            "serverUrl": f"https://{host}",
            "clientId": where.client_id,
            "clientSecret": where.client_secret,
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
        process = Process(self.scheduler, wire, settings, environment or {})
        self.processes[run] = self._by_group[wire.group] = process
        return process

    def found(self, kind: str, text: str) -> None:
        """Keep something that must not be."""
        self.findings.append((kind, f"seed {self.seed}, at {self.scheduler.now:.3f}: {text}"))

    def kinds(self) -> set[str]:
        """The kinds of what went wrong."""
        return {kind for kind, _ in self.findings}

    def messages(self) -> list[str]:
        """Everything that was shown to people."""
        return [text for p in self.processes.values() for text in (*p.errors, *p.warnings)]

    def told_differences(self) -> set[str]:
        """Return the ids of the policies whose create was answered with other values, with a
        warning.
        """
        found = (_DIFFERS.search(text) for text in self.messages())
        return {match["id"] for match in found if match}

    def at(self, seconds: float, do: Callable[[], Any]) -> None:
        """Do something so many seconds from now."""
        self.scheduler.at(self.scheduler.now + seconds, do)

    def _switched(self, task: Task) -> None:
        process = self._by_group.get(task.group)
        if process is None or process is self._loaded:
            return
        if self._loaded is not None:
            self._loaded.leave()
        process.enter()
        self._loaded = self._warnings.process = process
