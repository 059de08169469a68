"""One process of the provider in a simulation: the real provider over a virtual network."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any, cast

from pulumi.dynamic import Config, ConfigureRequest

from pulumi_c1policy._client import policy_client
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._lifecycle.planning import state_codec
from pulumi_c1policy._pulumi import failures, runtime
from tests.simulation import installation, resource_types
from tests.simulation.looks import Call
from tests.simulation.primitives import Lock, Semaphore
from tests.simulation.scheduler import Group, Killed, Scheduler
from tests.simulation.simulated_network import Wire

Properties = dict[str, Any]
_THREADS = 4
_PRISTINE = dict(vars(runtime))
_LOCK_TYPE = type(_PRISTINE["_lock"])


class EngineGone(BaseException):
    """The engine is dead or stops: the result of a call is not recorded."""


def _make_fresh_state() -> dict[str, Any]:
    """Return the variables of the module `runtime` in a new process."""
    state: dict[str, Any] = {}
    for name, value in _PRISTINE.items():
        kind = type(value)
        if name.startswith("__") or callable(value) or kind.__module__ == "builtins":
            if value is None or isinstance(value, bool):
                state[name] = value
        elif kind is _LOCK_TYPE:
            state[name] = Lock()
        elif kind.__module__.startswith("pulumi_c1policy"):
            state[name] = kind()
    return state


class SimulatedClient(policy_client.PolicyClient):
    """The product's client over the wire of its process."""

    wire: Wire

    def __init__(self, settings: Settings) -> None:
        self._wire = SimulatedClient.wire
        super().__init__(settings, transport=self._wire)

    def cut(self) -> None:
        """End the requests under way."""
        super().cut()
        self._wire.cut()


class SimulatedProcess:
    """One process of the provider, with its own memory.

    Attributes:
        run: Its number.
        bases: The outputs that the engine showed with the last update or delete of each policy.
        errors: The messages of the calls that failed.
        warnings: The warnings that it showed.
        crashes: Exceptions other than errors of the product.
        most_sent: The largest number of equal requests during one call.
        started: The situation at the start of its command.
        decisions: The options of each resource of its program, by name.
        objects: The ids of the attachments of its program, by resource name.
        shown: The ids of the policies that the engine has shown to it.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        wire: Wire,
        config: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:
        self.run = wire.run
        self.group: Group = wire.group
        self.wire = wire
        self.environment = dict(environment)
        self.bases: dict[str, Properties] = {}
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self.crashes: list[str] = []
        self.most_sent: dict[str, int] = {}
        self.started: Any = None
        self.stops = False
        self.engine_dead = False
        self.decisions: dict[str, dict[str, Any]] = {}
        self.objects: dict[str, str] = {}
        self.shown: set[str] = set()
        self.state = _make_fresh_state()
        self._config = {f"c1policy:{key}": value for key, value in config.items()}
        self._scheduler = scheduler
        self._slots = Semaphore(_THREADS)
        self._providers = resource_types.make_providers()

    @property
    def odd_answers(self) -> bool:
        """True after a create that was answered with another policy."""
        return self.wire.odd_answers > 0

    def configure(self) -> None:
        """Give the provider the stack's config, as the engine does first."""
        # The engine configures the provider of each type of resource.
        for provider in self._providers.values():
            provider.configure(ConfigureRequest(config=cast("Config", self._config)))

    def call(self, method: str, *arguments: Any) -> Any:
        """Call the provider in one of its four threads.

        Raises:
            EngineGone: The engine does not need the result any more.
        """
        with self._slots:
            if self.stops:
                raise EngineGone
            if method in ("update", "delete"):
                self.bases[arguments[0]] = arguments[1]
            if method in ("diff", "read"):
                self.shown.add(arguments[0])
            self.wire.sent = {}
            self._scheduler.note(f"{method} {arguments[0] if method != 'create' else ''}"[:60])
            name = installation.step.name
            provider = self._providers[resource_types.get_type(name)]
            installation.step.call = self._make_call(method, name, arguments)
            try:
                result = getattr(provider, method)(*arguments)
            finally:
                for key, times in self.wire.sent.items():
                    self.most_sent[key] = max(times, self.most_sent.get(key, 0))
        if self.engine_dead:
            raise EngineGone
        return result

    def _make_call(self, method: str, name: str, arguments: tuple[Any, ...]) -> Call:
        desired = arguments[-1] if method in ("create", "update") else {}
        recorded = arguments[1] if method in ("update", "delete", "read") else {}
        inputs = desired or getattr(installation.step, "inputs", {})
        options = inputs.get(state_codec.OPTIONS) or {}
        return Call(method, name, self._scheduler.now, desired, recorded, options)

    def enter(self) -> None:
        """Load this process's variables into the product's modules."""
        vars(runtime).update(self.state)
        os.environ.update(self.environment)
        SimulatedClient.wire = self.wire

    def leave(self) -> None:
        """Save the variables of the product's modules for the next `enter`."""
        found = vars(runtime)
        self.state = {name: found[name] for name in self.state}
        for name in self.environment:
            os.environ.pop(name, None)

    def interrupt(self) -> None:
        """Send Ctrl-C: the engine begins no step, and calls `Cancel` of the provider."""
        self.stops = True
        self._scheduler.spawn("Ctrl-C", runtime._cancel, self.group)

    def lose_engine(self) -> None:
        """Send `kill -9` to the CLI; the provider survives, and notices it soon."""
        self.stops = self.engine_dead = True
        self._scheduler.spawn("orphan", self._close, self.group)

    def kill(self) -> None:
        """Send `kill -9` to the CLI and the provider."""
        self._scheduler.kill(self.group)

    def kill_here(self) -> None:
        """Kill the process from one of its threads, which ends at once."""
        self.kill()
        raise Killed

    def _close(self) -> None:
        run = runtime._run
        if run is not None:
            run.client.close()


class WarningLog(logging.Handler):
    """A log handler that keeps the warnings of the running process."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.process: SimulatedProcess | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning."""
        if self.process is not None:
            self.process.warnings.append(record.getMessage())


def forget_warnings() -> None:
    """Let the next process show each warning again."""
    failures._warn_once.cache_clear()
