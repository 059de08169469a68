"""The outcome of a command of the CLI, and its requests to the tenant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from pulumi_c1policy._emulator import RecordedRequest
from tests.support.leaves import list_leaves

TYPE = "pulumi-python:dynamic/c1policy:Policy"
_TYPE_PREFIX = TYPE.removesuffix("Policy")
"""The beginning of the types of our resources."""
POLICIES = "/api/v1/policies"

_COLOR_TAG = re.compile(r"<\{%.*?%\}>")


class Write(NamedTuple):
    """A request that writes to the tenant."""

    method: str
    policy: str
    mask: str | None = None


def list_creates(*names: str) -> list[Write]:
    """Return the requests that create these policies."""
    return [Write("POST", name) for name in names]


def make_update(name: str, *mask: str) -> Write:
    """Return the request that updates a policy with this mask."""
    return Write("POST", name, ",".join(mask))


def list_deletes(*names: str) -> list[Write]:
    """Return the requests that delete these policies."""
    return [Write("DELETE", name) for name in names]


@dataclass(frozen=True)
class Outcome:
    """The outcome of one command: its exit code, output, events, and requests to the tenant."""

    command: str
    code: int
    output: str
    requests: tuple[RecordedRequest, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    events: tuple[dict[str, Any], ...] = ()

    def ok(self) -> Outcome:
        """Assert that the command succeeded, and return this outcome."""
        assert self.code == 0, f"pulumi {self.command} ended with {self.code}:\n{self.output}"
        return self

    def failed(self) -> Outcome:
        """Assert that the command failed, and return this outcome."""
        assert self.code != 0, f"pulumi {self.command} succeeded:\n{self.output}"
        return self

    @property
    def reads(self) -> list[str]:
        """The policies that the command read, by name or id, in alphabetical order."""
        return sorted(self._name_policy(r) for r in self.requests if r.method == "GET")

    @property
    def sent(self) -> list[Write]:
        """The writes, in the order of their arrival."""
        return [
            Write(r.method, self._name_policy(r), r.update_mask)
            for r in self.requests
            if r.method != "GET" and r.path.startswith(POLICIES)
        ]

    @property
    def writes(self) -> list[Write]:
        """The writes, sorted: the threads of the engine have no order."""
        return sorted(self.sent, key=str)

    def read_body(self, name: str) -> dict[str, Any]:
        """Return the body of the only request that wrote to a policy."""
        [found] = [
            r.body or {}
            for r in self.requests
            if r.method == "POST" and r.path.startswith(POLICIES) and self._name_policy(r) == name
        ]
        policy: dict[str, Any] = found.get("policy", found)
        return policy

    @cached_property
    def operations(self) -> dict[str, list[str]]:
        """The operations of the engine by resource name, without reads and refreshes."""
        found: dict[str, list[str]] = {}
        for step in self._steps:
            if step["op"] not in ("same", "refresh", "read"):
                found.setdefault(parse_resource_name(step["urn"]), []).append(step["op"])
        return found

    def list_changes(self, name: str) -> dict[str, tuple[Any, Any]]:
        """Return the changed leaves that the engine shows of a policy: values before and after."""
        [step] = [
            s for s in self._steps if parse_resource_name(s["urn"]) == name and s["op"] == "update"
        ]
        return {
            _format_path(leaf.path): (leaf.before, leaf.after)
            for leaf in list_leaves(step["old"]["inputs"], step["new"]["inputs"])
            # The CLI never shows inputs with this prefix.
            if not str(leaf.path[0]).startswith("__")
        }

    @cached_property
    def errors(self) -> list[str]:
        """The errors of policies that the CLI showed."""
        return self._list_diagnostics("error")

    @cached_property
    def warnings(self) -> list[str]:
        """The warnings that the CLI showed."""
        return self._list_diagnostics("warning")

    def _list_diagnostics(self, severity: str) -> list[str]:
        found = [e["diagnosticEvent"] for e in self.events if "diagnosticEvent" in e]
        return [
            _COLOR_TAG.sub("", event["message"]).strip()
            for event in found
            if event["severity"] == severity and (severity == "warning" or _concerns_policy(event))
        ]

    def _name_policy(self, request: RecordedRequest) -> str:
        if request.path == POLICIES:
            return str((request.body or {}).get("displayName"))
        policy_id = request.path.rpartition("/")[2]
        return self.names.get(policy_id, policy_id)

    @property
    def _steps(self) -> list[dict[str, Any]]:
        steps = [e["resourcePreEvent"]["metadata"] for e in self.events if "resourcePreEvent" in e]
        return [step for step in steps if step["type"].startswith(_TYPE_PREFIX)]


def _concerns_policy(event: Mapping[str, Any]) -> bool:
    return _TYPE_PREFIX in event.get("urn", "")


def parse_resource_name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _format_path(path: tuple[str | int, ...]) -> str:
    whole = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return whole.removeprefix(".")
