"""The resources of a stack as its state has them, as far as they are ours. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_c1policy._lifecycle.planning.attachment_kind import (
    APP_POLICIES_KIND,
    ENTITLEMENT_POLICIES_KIND,
)
from pulumi_c1policy._lifecycle.planning.object_kind import ObjectKind
from pulumi_c1policy._lifecycle.planning.policy_kind import POLICY_KIND

KINDS: Final[Mapping[str, ObjectKind]] = {
    "c1policy:Policy": POLICY_KIND,
    "c1policy:AppPolicies": APP_POLICIES_KIND,
    "c1policy:EntitlementPolicies": ENTITLEMENT_POLICIES_KIND,
}
"""The kind of object by the type of its resource."""


@dataclass(frozen=True, slots=True)
class StoredResource:
    """A resource of a state.

    Attributes:
        urn: Its URN.
        type: Its type, a key of `KINDS`.
        id: The id of its object.
        text: Its inputs and outputs as JSON, which takes less memory than the trees.
        is_managed: The stack manages the object. It does not if the program only reads the object,
            or if the resource awaits its deletion after a replacement.
    """

    urn: str
    type: str
    id: str
    text: bytes
    is_managed: bool = True

    @property
    def name(self) -> str:
        """Return the name of the resource in its program."""
        return self.urn.rpartition("::")[2]

    @property
    def kind(self) -> ObjectKind:
        """Return the kind of its object."""
        return KINDS[self.type]

    def read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return its inputs and outputs; secrets in them are encrypted."""
        inputs, outputs = json.loads(self.text)
        return inputs, outputs


@dataclass
class StackState:
    """The state of one stack.

    Attributes:
        source: The file or the stack that it was read from, for messages.
        stack: The name of the stack; "" if the state has no resources.
        project: The name of the project; likewise.
        resources: The resources of this package.
        secrets_provider: The engine's record about the encryption of secrets; empty without one.
        pending: The URNs of our resources that an interrupted run has left in progress.
    """

    source: str
    stack: str = ""
    project: str = ""
    resources: list[StoredResource] = field(default_factory=list)
    secrets_provider: Mapping[str, Any] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Return the name of the stack in reports: its project and its name, or its source."""
        return f"{self.project}/{self.stack}" if self.stack else self.source

    def add(self, resource: Mapping[str, Any]) -> None:
        """Add a resource of the state (its JSON), if it is one of ours."""
        urn = str(resource.get("urn") or "")
        if not self.stack and urn:
            self.stack, self.project = _split_urn(urn)
        name = str(resource.get("type") or "").rpartition("/")[2]
        if name not in KINDS or not resource.get("custom"):
            return
        trees = resource.get("inputs") or {}, resource.get("outputs") or {}
        is_left = bool(resource.get("external") or resource.get("delete"))
        text = json.dumps(trees, separators=(",", ":")).encode()
        policy_id = str(resource.get("id") or "")
        self.resources.append(StoredResource(urn, name, policy_id, text, is_managed=not is_left))

    def add_pending(self, operations: Iterable[Mapping[str, Any]]) -> None:
        """Add the operations that an interrupted run has left in progress."""
        for operation in operations:
            resource = operation.get("resource") or {}
            if str(resource.get("type") or "").rpartition("/")[2] in KINDS:
                self.pending.append(str(resource.get("urn") or ""))


def _split_urn(urn: str) -> tuple[str, str]:
    """Return the stack and the project of a URN: `urn:pulumi:STACK::PROJECT::TYPE::NAME`."""
    head, _, rest = urn.partition("::")
    return head.removeprefix("urn:pulumi:"), rest.partition("::")[0]
