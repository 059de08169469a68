"""One process of the provider in a simulation: the real provider over a virtual network."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any, cast

from pulumi.dynamic import Config, ConfigureRequest

from pulumi_c1policy._client import policy_client
from pulumi_c1policy._client.settings import Settings
from pulumi_c1policy._pulumi import failures, runtime, stack_ownership
from tests.simulation import installation, resource_types
from tests.simulation.looks import Call
from tests.simulation.network import Wire
from tests.simulation.primitives import Lock, Semaphore
from tests.simulation.scheduler import Group, Killed, Scheduler

Properties = dict[str, Any]
_THREADS = 4
_PRISTINE = dict(vars(runtime))
_LOCK_TYPE = type(_PRISTINE["_lock"])


class Gone(BaseException):
    """The engine is gone, or was told to stop: what a call returned is written nowhere."""


def _fresh_state() -> dict[str, Any]:
    """The variables of the module `runtime` as they are in a new process."""
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


class Client(policy_client.PolicyClient):
    """The product's client over the wire of the process that makes it."""

    wire: Wire

    def __init__(self, settings: Settings) -> None:
        self._wire = Client.wire
        super().__init__(settings, transport=self._wire)

    def cut(self) -> None:
        """End the requests that are on their way."""
        super().cut()
        self._wire.cut()


class Process:
    """One process: what it holds is gone with it.

    Attributes:
        run: Its number.
        bases: The outputs that the engine showed with the last update or delete of each policy.
        errors: The messages of the calls that failed.
        warnings: The warnings that it showed.
        crashes: Exceptions that are no errors of the product.
        most_sent: The most requests of a kind that went out during one call.
        started: What held when its command began, for the model.
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
        self.state = _fresh_state()
        self._config = {f"c1policy:{key}": value for key, value in config.items()}
        self._scheduler = scheduler
        self._slots = Semaphore(_THREADS)
        self._providers = resource_types.make_providers()

    @property
    def odd_answers(self) -> bool:
        """True after a create that was answered with another policy."""
        return self.wire.odd_answers > 0

    def configure(self) -> None:
        """Give the provider the stack's config, as the engine does before all else."""
        # The engine configures the provider of each type of resource.
        for provider in self._providers.values():
            provider.configure(ConfigureRequest(config=cast("Config", self._config)))

    def call(self, method: str, *arguments: Any) -> Any:
        """Call the provider in one of its four threads.

        Raises:
            Gone: The engine does not want the result any more.
        """
        with self._slots:
            if self.stops:
                raise Gone
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
            raise Gone
        return result

    def _make_call(self, method: str, name: str, arguments: tuple[Any, ...]) -> Call:
        desired = arguments[-1] if method in ("create", "update") else {}
        recorded = arguments[1] if method in ("update", "delete", "read") else {}
        inputs = desired or getattr(installation.step, "inputs", {})
        options = inputs.get(stack_ownership.OPTIONS) or {}
        return Call(method, name, self._scheduler.now, desired, recorded, options)

    def enter(self) -> None:
        """Let the product's module-level variables be this process's."""
        vars(runtime).update(self.state)
        os.environ.update(self.environment)
        Client.wire = self.wire

    def leave(self) -> None:
        """Keep the product's module-level variables for the next `enter`."""
        found = vars(runtime)
        self.state = {name: found[name] for name in self.state}
        for name in self.environment:
            os.environ.pop(name, None)

    def interrupt(self) -> None:
        """Ctrl-C: nothing new is begun, and the provider is told."""
        self.stops = True
        self._scheduler.spawn("Ctrl-C", runtime._cancel, self.group)

    def lose_engine(self) -> None:
        """`kill -9` of the CLI: the provider lives on, and soon notices."""
        self.stops = self.engine_dead = True
        self._scheduler.spawn("orphan", self._close, self.group)

    def kill(self) -> None:
        """`kill -9` of both."""
        self._scheduler.kill(self.group)

    def kill_here(self) -> None:
        """The same, from a thread of the process, which ends at once."""
        self.kill()
        raise Killed

    def _close(self) -> None:
        run = runtime._run
        if run is not None:
            run.client.close()


class Warnings(logging.Handler):
    """Keeps the warnings of the process that shows them."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.process: Process | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        if self.process is not None:
            self.process.warnings.append(record.getMessage())


def forget_warnings() -> None:
    """Let the next process show each warning once more."""
    failures._warn_once.cache_clear()
