"""Calls the provider as the engine does, in this process: the same order, the same values, a state
file.

What the real engine shows as a change is the difference between the old inputs and the new ones,
value by value; `leaves` is that difference, and knows nothing of policies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, zip_longest
from typing import Any, Final, NamedTuple

from pulumi.dynamic import Config, ConfigureRequest

from pulumi_c1policy._emulator import Emulator
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._pulumi import engine_values, runtime
from pulumi_c1policy._pulumi.stack_ownership import OPTIONS, OWNER
from pulumi_c1policy._pulumi.tenants import ShownTenants
from pulumi_c1policy.provider import PolicyProvider

ABSENT: Final = "(absent)"
_NUMBERS = count()

Tree = dict[str, Any]
Path = tuple[str | int, ...]


class Leaf(NamedTuple):
    """One value that differs; absent on one side where a whole was added or removed."""

    path: Path
    before: Any
    after: Any


def leaves(before: Any, after: Any, path: Path = ()) -> Iterator[Leaf]:
    """Compare two JSON values as the engine does: lists by index, numbers by value."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from leaves(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        for index, sides in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from leaves(*sides, (*path, index))
    elif before != after or isinstance(before, bool) is not isinstance(after, bool):
        yield Leaf(path, before, after)


class Failed(Exception):
    """The provider's check refused the inputs."""


class Resource:
    """One policy of a stack, as the engine keeps it between commands."""

    def __init__(self, tenant: Emulator) -> None:
        self.tenant = tenant
        self.id = ""
        self.inputs: Tree = {}
        self.outputs: Tree = {}
        self._marks = {
            "managed_by": "pulumi",
            "iac_workspace": "shop/dev",
            "iac_resource_address": f"c1policy.Policy/{next(_NUMBERS)}",
        }
        self._provider = PolicyProvider()
        self._config = Config(
            {"c1policy:serverUrl": tenant.url, "c1policy:accessToken": tenant.access_token}, "shop"
        )

    @contextmanager
    def _command(self) -> Iterator[PolicyProvider]:
        """The time of one command of the CLI: the provider's process is new in each."""
        runtime.known, runtime.shown_tenants = KnownState(), ShownTenants()
        self._provider.configure(ConfigureRequest(self._config))
        try:
            yield self._provider
        finally:
            runtime.get_run().client.close()

    def preview(self, program: Tree) -> list[Leaf]:
        """Return the changes that the engine shows; none if the provider sees no difference."""
        with self._command() as provider:
            checked = self._check(program)
            if not provider.diff(self.id, dict(self.outputs), checked).changes:
                return []
        shown = _shown(self.inputs, checked)
        assert shown, "the provider sees a change that the engine cannot show"
        return shown

    def up(self, program: Tree) -> None:
        """Create the policy, or change it where something is to do."""
        with self._command() as provider:
            checked = self._check(program)
            if not self.id:
                created = provider.create(checked)
                self.id = str(created.id)
                self._keep(checked, created.outs or {})
            elif provider.diff(self.id, dict(self.outputs), checked).changes:
                updated = provider.update(self.id, dict(self.outputs), checked)
                self._keep(checked, updated.outs or {})

    def refresh(self) -> list[Leaf]:
        """Read the policy; what is shown as drift, which is then in the state."""
        with self._command() as provider:
            found = provider.read(self.id, dict(self.outputs))
        assert found.id == self.id
        before = self.inputs
        self._keep(found.inputs or {}, found.outs or {})
        return _shown(before, self.inputs)

    def destroy(self) -> None:
        """Delete the policy."""
        with self._command() as provider:
            provider.delete(self.id, dict(self.outputs))

    def _check(self, program: Tree) -> Tree:
        """The checked inputs of what a program wrote."""
        written = {name: engine_values.resolve(value) for name, value in program.items()}
        options = {"on_conflict": "refuse", "on_takeover": "refuse", "ignore_changes": []}
        internal = {OWNER: self._marks, OPTIONS: options, "__provider": "by reference"}
        checked = self._provider.check(dict(self.inputs), _transported({**written, **internal}))
        if checked.failures:
            raise Failed([f"{f.property}: {f.reason}" for f in checked.failures])
        return _transported(checked.inputs)

    def _keep(self, inputs: Tree, outputs: Tree) -> None:
        self.inputs = _transported(inputs)
        self.outputs = _transported({**outputs, "__provider": "by reference"})


def _shown(before: Tree, after: Tree) -> list[Leaf]:
    """The leaves that the CLI prints: those of internal inputs stay unseen."""
    return [leaf for leaf in leaves(before, after) if not str(leaf.path[0]).startswith("__")]


def _transported(tree: Tree) -> Tree:
    """A tree after protobuf and the state file: every number a double, no nulls."""
    found: Tree = json.loads(json.dumps(_without_nulls(tree)), parse_int=float)
    return found


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
