"""Pulumi's engine from the view of a provider: a state, and calls in their order.

It calls the real provider, in this process, over real HTTP. Its behaviour is that of the real CLI:
it writes a state entry after each step, deletes the old policy of a replacement last, and repeats
a create whose result was not written because of a kill.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from pulumi_c1policy._client import settings
from pulumi_c1policy._client.clock import ClientClock
from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
from pulumi_c1policy._lifecycle.planning import state_codec
from pulumi_c1policy._pulumi import (
    dynamic_server,
    engine_values,
    failures,
    runtime,
)
from pulumi_c1policy._pulumi.tenants import ShownTenants
from pulumi_c1policy.provider import PolicyProvider

Properties = dict[str, Any]
WORKSPACE = "shop/dev"
_request = threading.local()
"""The request of the current call: the recorded inputs, which the engine sends with the outputs."""


class Killed(BaseException):
    """`kill -9` of the process: it performs no further action."""


class CheckFailed(Exception):
    """The provider's check refuses the inputs of a program."""


class QuickClock(ClientClock):
    """A clock whose waits take no time; requests take real time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.waited = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.waited

    def wait(self, event: threading.Event, seconds: float) -> bool:
        with self._lock:
            self.waited += seconds
        return event.is_set()


@dataclass(frozen=True)
class Ref:
    """The id of another resource, in a program."""

    name: str


@dataclass(frozen=True)
class Declared:
    """One policy in a program: its inputs and options."""

    inputs: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    aliases: tuple[str, ...] = ()


Program = Mapping[str, Declared]
"""Policies by resource name; each policy follows those that it refers to."""


@dataclass
class Entry:
    """One resource in the state."""

    name: str
    id: str
    inputs: Properties
    outputs: Properties
    is_pending_delete: bool = False
    """True after a replacement whose old policy is not deleted yet."""


class Process:
    """One process of the provider, with its own client and memory."""

    def __init__(
        self,
        tenant: Emulator,
        *,
        clock: ClientClock | None = None,
        on_request: Callable[[httpx.Request], None] | None = None,
        on_answer: Callable[[httpx.Request], None] | None = None,
        network: httpx.BaseTransport | None = None,
        **config: str,
    ) -> None:
        """Start a process.

        Args:
            tenant: The tenant in its settings.
            clock: Its clock; by default a `QuickClock`.
            on_request: Called before each request is sent.
            on_answer: Called when each answer has arrived.
            network: The transport that answers instead of the tenant.
            config: Further config values; an access token replaces the client's secret.
        """
        credentials = {"clientId": tenant.client_id, "clientSecret": tenant.client_secret}
        if "accessToken" in config:
            credentials = {}
        found = settings.load({"serverUrl": tenant.url, **credentials, **config}, {})
        if on_request or on_answer:
            network = _ObservedNetwork(on_request, on_answer)
        clock = clock or QuickClock()
        self.known, self.settings = KnownState(), found
        self.client = PolicyClient(found, transport=network, clock=clock)
        warn = failures.warn_of_current
        self.run = Run.start(self.client, self.known, clock, tenant=found.tenant, warn=warn)
        self.provider = PolicyProvider()

    @contextlib.contextmanager
    def alive(self) -> Iterator[PolicyProvider]:
        """Give the provider, and use this process's memory until the block ends."""
        before = runtime.known_state, runtime.shown_tenants, runtime.get_run, runtime._find_settings
        inputs_before = dynamic_server.get_request_inputs
        dynamic_server.get_request_inputs = lambda: getattr(_request, "inputs", {})
        runtime.known_state, runtime.shown_tenants = self.known, ShownTenants()
        runtime.get_run, runtime._find_settings = lambda: self.run, lambda: self.settings
        try:
            yield self.provider
        finally:
            runtime.known_state, runtime.shown_tenants, runtime.get_run, runtime._find_settings = (
                before
            )
            dynamic_server.get_request_inputs = inputs_before
            self.client.close()


class _ObservedNetwork(httpx.BaseTransport):
    """The network, with calls before each request and after each answer."""

    def __init__(
        self,
        on_request: Callable[[httpx.Request], None] | None,
        on_answer: Callable[[httpx.Request], None] | None,
    ) -> None:
        # Plain HTTP needs no authorities, and loading them takes longer than a whole run.
        self._network = httpx.HTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._on_request = on_request or (lambda _: None)
        self._on_answer = on_answer or (lambda _: None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._on_request(request)
        answer = self._network.handle_request(request)
        self._on_answer(request)
        return answer

    def close(self) -> None:
        self._network.close()


class Stack:
    """A stack: its state and commands; each command has its own process."""

    def __init__(self, tenant: Emulator, workspace: str = WORKSPACE) -> None:
        self.tenant = tenant
        self.workspace = workspace
        self.state: list[Entry] = []
        self.step: Callable[[], None] = lambda: None
        """Called after each call of the provider, before the state is written."""

    def up(
        self,
        program: Program,
        *,
        process: Process | None = None,
        refresh: bool = False,
        replace: tuple[str, ...] = (),
    ) -> None:
        """Run `pulumi up`, which ends at the first failure.

        Args:
            program: The desired resources.
            process: The provider's process; by default a new one.
            refresh: Read every policy first.
            replace: Resources to replace in any case (`--replace`).
        """
        with (process or Process(self.tenant)).alive() as provider:
            if refresh:
                self._refresh(provider)
            ids: dict[str, str] = {}
            for name, declared in program.items():
                ids[name] = self._register(provider, name, declared, ids, replace)
            self._delete(provider, {*program})

    def list_changes(self, program: Program) -> dict[str, tuple[Properties, Properties]]:
        """Run `pulumi preview` of a program without references.

        Returns:
            The old and the new inputs of each resource that the provider sees as changed, by name.
        """
        changed = {}
        with Process(self.tenant).alive() as provider:
            for name, declared in program.items():
                old = self.entry(name)
                assert old is not None, "a preview of a create has nothing to compare"
                inputs = self._check(provider, old, name, declared, {})
                if provider.diff(
                    old.id, pass_through_engine(old.outputs), pass_through_engine(inputs)
                ).changes:
                    changed[name] = old.inputs, inputs
        return changed

    def refresh(self, *, process: Process | None = None) -> None:
        """Run `pulumi refresh`."""
        with (process or Process(self.tenant)).alive() as provider:
            self._refresh(provider)

    def destroy(self, *, process: Process | None = None) -> None:
        """Run `pulumi destroy`."""
        with (process or Process(self.tenant)).alive() as provider:
            self._delete(provider, set())

    def entry(self, name: str) -> Entry | None:
        """Return the resource with this name in the state, or None."""
        return next((e for e in self.state if e.name == name and not e.is_pending_delete), None)

    def id_of(self, name: str) -> str:
        """Return the id of the policy of a resource."""
        [found] = [
            entry.id for entry in self.state if entry.name == name and not entry.is_pending_delete
        ]
        return found

    def build_properties(self, name: str, declared: Declared, ids: Mapping[str, str]) -> Properties:
        """Return the properties that a program sends for a resource."""
        address = f"{declared.parent}c1policy.Policy/{name}"
        ownership = {
            "managed_by": "pulumi",
            "iac_workspace": self.workspace,
            "iac_resource_address": address,
        }
        resolved = engine_values.resolve(_resolve(dict(declared.inputs), ids))
        assert isinstance(resolved, dict)
        return pass_through_engine(
            {
                **resolved,
                state_codec.OWNERSHIP_INPUT: ownership,
                state_codec.OPTIONS: dict(declared.options),
            }
        )

    def _register(
        self,
        provider: PolicyProvider,
        name: str,
        declared: Declared,
        ids: Mapping[str, str],
        replace: tuple[str, ...],
    ) -> str:
        old, forced = self.entry(name), name in replace
        # Of a resource that is replaced by force, the engine shows nothing before it deletes it.
        inputs = self._check(provider, None if forced else old, name, declared, ids)
        if old is None:
            return self._create(provider, name, inputs)
        if not forced:
            found = provider.diff(
                old.id, pass_through_engine(old.outputs), pass_through_engine(inputs)
            )
            if not found.changes:
                old.inputs = inputs
                return old.id
            if not found.replaces:
                self._update(provider, old, inputs)
                return old.id
            if found.delete_before_replace:
                self._remove(provider, old)
                return self._create(provider, name, inputs)
        created = self._create(provider, name, inputs)
        old.is_pending_delete = True
        return created

    def _check(
        self,
        provider: PolicyProvider,
        old: Entry | None,
        name: str,
        declared: Declared,
        ids: Mapping[str, str],
    ) -> Properties:
        prior = pass_through_engine(old.inputs) if old else {}
        checked = provider.check(prior, self.build_properties(name, declared, ids))
        if checked.failures:
            raise CheckFailed(str([f"{f.property}: {f.reason}" for f in checked.failures]))
        return pass_through_engine(checked.inputs)

    def _create(self, provider: PolicyProvider, name: str, inputs: Properties) -> str:
        created = provider.create(pass_through_engine(inputs))
        self.step()
        self.state.append(Entry(name, created.id, inputs, pass_through_engine(created.outs or {})))
        return created.id

    def _update(self, provider: PolicyProvider, old: Entry, inputs: Properties) -> None:
        updated = provider.update(
            old.id, pass_through_engine(old.outputs), pass_through_engine(inputs)
        )
        self.step()
        old.inputs, old.outputs = inputs, pass_through_engine(updated.outs or {})

    def _delete(self, provider: PolicyProvider, kept: set[str]) -> None:
        for entry in [e for e in reversed(self.state) if e.is_pending_delete or e.name not in kept]:
            self._remove(provider, entry)

    def _remove(self, provider: PolicyProvider, entry: Entry) -> None:
        with _set_request(entry):
            provider.delete(entry.id, pass_through_engine(entry.outputs))
        self.step()
        self.state.remove(entry)

    def _refresh(self, provider: PolicyProvider) -> None:
        for entry in list(self.state):
            with _set_request(entry):
                found = provider.read(entry.id, pass_through_engine(entry.outputs))
            self.step()
            if not found.id:
                self.state.remove(entry)
                continue
            entry.outputs = pass_through_engine(found.outs or {})
            if found.inputs is not None:
                entry.inputs = pass_through_engine(found.inputs)


@contextlib.contextmanager
def _set_request(entry: Entry) -> Iterator[None]:
    """Provide the request of a read or a deletion until the block ends."""
    _request.inputs = pass_through_engine(entry.inputs)
    try:
        yield
    finally:
        _request.inputs = {}


def pass_through_engine(properties: Mapping[str, Any]) -> Properties:
    """Return properties as protobuf and the state file do: every number a double, no nulls."""
    found: Properties = json.loads(json.dumps(_remove_nulls(properties)), parse_int=float)
    return found


def _remove_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _remove_nulls(item) for key, item in value.items() if item is not None}
    return [_remove_nulls(item) for item in value] if isinstance(value, list) else value


def _resolve(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, Ref):
        return ids[value.name]
    if isinstance(value, dict):
        return {key: _resolve(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, ids) for item in value]
    return value
