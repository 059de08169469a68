"""The policies before or after a change, with the apps and entitlements that use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._model.tree import Value
from pulumi_c1policy._simulate.known_attachments import KnownAttachment, get_message
from pulumi_c1policy._simulate.known_policies import KnownPolicy

Extent: TypeAlias = Literal["some", "stack", "tenant"]
"""The policies that a source contains: chosen ones, all of a stack, or all of a tenant."""


@dataclass(frozen=True, slots=True)
class Side:
    """The policies before or after a change.

    Attributes:
        policies: The policies.
        attachments: The policies of apps and entitlements; None if the source cannot tell them.
        is_declared: The policies are those of a program: a new one does not exist yet, so nothing
            but the program uses it.
        has_all_uses: Each app and entitlement that uses one of the policies is among the
            attachments, with all its fields. A program and a state have those of their own only.
        extent: The policies that the source contains.
        unidentified: The apps and entitlements of which no id is known: the program looks them up
            by name, or the tenant does not have them.
        named_policies: The criteria of the policies that the program looks up, by invented ids.
    """

    policies: Sequence[KnownPolicy]
    attachments: Sequence[KnownAttachment] | None = None
    is_declared: bool = False
    has_all_uses: bool = False
    extent: Extent = "some"
    unidentified: frozenset[AttachmentTarget] = frozenset()
    named_policies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def is_part_of(self, other: Side) -> bool:
        """Return whether what only the other side contains is unchanged: it has all of a tenant."""
        return other.extent == "tenant" and self.extent != "tenant"

    def list_targets(self) -> list[AttachmentTarget]:
        """List the apps and entitlements with attachments, and the apps of the entitlements."""
        found = [each.target for each in self.attachments or ()]
        return list(dict.fromkeys([*found, *(AttachmentTarget(each.app_id) for each in found)]))

    def find(self, target: AttachmentTarget, resource: str = "") -> KnownAttachment | None:
        """Return the attachment to a target, or else that of a resource; None if it has none."""
        known = self.attachments or ()
        by_target = next((each for each in known if each.target == target), None)
        if by_target is not None or not resource:
            return by_target
        return next(
            (
                each
                for each in known
                if each.resource == resource and each.target.noun == target.noun
            ),
            None,
        )

    def find_value(self, target: AttachmentTarget, field: str) -> Value:
        """Return a field of an app or an entitlement; None if the side does not tell it."""
        found = self.find(target)
        if found is not None and field in found.values:
            return found.values[field]
        if self.has_all_uses and target not in self.unidentified:
            return "" if get_message(target).fields[field].names_policy else False
        return None

    def rename(self, ids: Mapping[str, str]) -> Side:
        """Return the side with other ids of policies in its attachments."""
        if self.attachments is None:
            return self
        return replace(
            self,
            attachments=[
                replace(each, values=_rename(each.values, ids)) for each in self.attachments
            ],
        )


def _rename(values: Mapping[str, Value], ids: Mapping[str, str]) -> dict[str, Value]:
    return {
        name: ids.get(value, value) if isinstance(value, str) else value
        for name, value in values.items()
    }
