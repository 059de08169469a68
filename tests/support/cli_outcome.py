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
_PREFIX = TYPE.removesuffix("Policy")
"""The beginning of the types of our resources."""
POLICIES = "/api/v1/policies"

_COLOR = re.compile(r"<\{%.*?%\}>")


class Write(NamedTuple):
    """A request that changed the tenant, or was meant to."""

    method: str
    policy: str
    mask: str | None = None


def created(*names: str) -> list[Write]:
    """The requests that create these policies."""
    return [Write("POST", name) for name in names]


def updated(name: str, *mask: str) -> Write:
    """The request that updates a policy under this mask."""
    return Write("POST", name, ",".join(mask))


def deleted(*names: str) -> list[Write]:
    """The requests that delete these policies."""
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
        """This outcome, if the command went well."""
        assert self.code == 0, f"pulumi {self.command} ended with {self.code}:\n{self.output}"
        return self

    def failed(self) -> Outcome:
        """This outcome, if the command did not go well."""
        assert self.code != 0, f"pulumi {self.command} went well:\n{self.output}"
        return self

    @property
    def reads(self) -> list[str]:
        """The policies that were read, by name or id, in alphabetical order."""
        return sorted(self._policy(r) for r in self.requests if r.method == "GET")

    @property
    def sent(self) -> list[Write]:
        """The requests that write, in order of arrival."""
        return [
            Write(r.method, self._policy(r), r.update_mask)
            for r in self.requests
            if r.method != "GET" and r.path.startswith(POLICIES)
        ]

    @property
    def writes(self) -> list[Write]:
        """The requests that write, sorted: the engine's threads have no order."""
        return sorted(self.sent, key=str)

    def body(self, name: str) -> dict[str, Any]:
        """The body of the only request that wrote to a policy."""
        [found] = [
            r.body or {}
            for r in self.requests
            if r.method == "POST" and r.path.startswith(POLICIES) and self._policy(r) == name
        ]
        policy: dict[str, Any] = found.get("policy", found)
        return policy

    @cached_property
    def operations(self) -> dict[str, list[str]]:
        """The operations of the engine by resource name, reads and refreshes
        aside.
        """
        found: dict[str, list[str]] = {}
        for step in self._steps:
            if step["op"] not in ("same", "refresh", "read"):
                found.setdefault(resource_name(step["urn"]), []).append(step["op"])
        return found

    def changes(self, name: str) -> dict[str, tuple[Any, Any]]:
        """The leaves that the engine shows as changed in a policy, each with before and after."""
        [step] = [s for s in self._steps if resource_name(s["urn"]) == name and s["op"] == "update"]
        return {
            _text(leaf.path): (leaf.before, leaf.after)
            for leaf in list_leaves(step["old"]["inputs"], step["new"]["inputs"])
            # The CLI never shows those that begin so.
            if not str(leaf.path[0]).startswith("__")
        }

    @cached_property
    def errors(self) -> list[str]:
        """The errors that were shown of policies."""
        return self._said("error")

    @cached_property
    def warnings(self) -> list[str]:
        """The warnings that were shown."""
        return self._said("warning")

    def _said(self, severity: str) -> list[str]:
        found = [e["diagnosticEvent"] for e in self.events if "diagnosticEvent" in e]
        return [
            _COLOR.sub("", said["message"]).strip()
            for said in found
            if said["severity"] == severity and (severity == "warning" or _is_policy(said))
        ]

    def _policy(self, request: RecordedRequest) -> str:
        if request.path == POLICIES:
            return str((request.body or {}).get("displayName"))
        policy_id = request.path.rpartition("/")[2]
        return self.names.get(policy_id, policy_id)

    @property
    def _steps(self) -> list[dict[str, Any]]:
        steps = [e["resourcePreEvent"]["metadata"] for e in self.events if "resourcePreEvent" in e]
        return [step for step in steps if step["type"].startswith(_PREFIX)]


def _is_policy(said: Mapping[str, Any]) -> bool:
    return _PREFIX in said.get("urn", "")


def resource_name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _text(path: tuple[str | int, ...]) -> str:
    whole = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return whole.removeprefix(".")
