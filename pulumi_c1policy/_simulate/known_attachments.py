"""The policies of apps and entitlements, as a program, a state, an export or a tenant has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pulumi_c1policy._model.attachment_fields import (
    APP_POLICIES,
    ENTITLEMENT_POLICIES,
    AttachmentTarget,
)
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import Tree, Value
from pulumi_c1policy._simulate.state_values import reveal

TYPES: Final[Mapping[str, Message]] = {
    "c1policy:AppPolicies": APP_POLICIES,
    "c1policy:EntitlementPolicies": ENTITLEMENT_POLICIES,
}
"""The fields of an attachment by the type of its resource."""


@dataclass(frozen=True, slots=True)
class KnownAttachment:
    """The policies of an app or an entitlement.

    Attributes:
        target: The app or the entitlement.
        values: The fields that are known; an empty id means inherited.
        resource: The name of its resource in the program; "" if no resource manages it.
        name: The display name of the app or the entitlement; "" if it is not known.
    """

    target: AttachmentTarget
    values: Mapping[str, Value]
    resource: str = ""
    name: str = ""


def get_message(target: AttachmentTarget) -> Message:
    """Return the fields of an attachment to an app or an entitlement."""
    return ENTITLEMENT_POLICIES if target.entitlement_id else APP_POLICIES


def find_type(name: str) -> str:
    """Return the key of `TYPES` for the type of a resource in a program or a state; else ""."""
    return next((each for each in TYPES if name.endswith(each)), "")


def read_attachment(inputs: Mapping[str, Value], resource: str) -> KnownAttachment:
    """Read the inputs of an attachment in a program or a state."""
    target = AttachmentTarget(
        str(inputs.get("app_id") or ""), str(inputs.get("entitlement_id") or "")
    )
    fields = get_message(target).fields
    values = {
        name: value
        for name, value in inputs.items()
        if name in fields and not fields[name].immutable and value is not None
    }
    return KnownAttachment(target, values, resource)


def parse_attachments(text: str) -> list[KnownAttachment] | None:
    """Parse the attachments in an exported state; None for JSON that cannot have any.

    Raises:
        ValueError: The text is not JSON.
        PolicyError: A secret of an attachment is encrypted.
    """
    found = json.loads(text)
    deployment = found.get("deployment") if isinstance(found, dict) else None
    if not isinstance(deployment, dict):
        return None
    return list(_list_deployment(deployment.get("resources") or []))


def _list_deployment(resources: Iterable[Tree]) -> Iterable[KnownAttachment]:
    for resource in resources:
        if not find_type(str(resource.get("type", ""))) or resource.get("delete"):
            continue
        name = str(resource.get("urn", "")).rpartition("::")[2]
        inputs = reveal(resource.get("inputs") or {})
        yield read_attachment(inputs if isinstance(inputs, dict) else {}, name)
