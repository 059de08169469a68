"""The attachments of adopted policies: the fields of apps and entitlements that name them. Pure.

An attachment declares exactly the fields that are set to an adopted policy. The others are left
alone, because they name policies that the program does not contain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from pulumi_c1policy._import.program_names import Name, make_names, make_resource_name
from pulumi_c1policy._import.references import Reference
from pulumi_c1policy._import.tenant_objects import Objects
from pulumi_c1policy._lifecycle.planning.attachment_kind import (
    APP_POLICIES_KIND,
    ENTITLEMENT_POLICIES_KIND,
    list_settable,
)
from pulumi_c1policy._lifecycle.planning.object_kind import ObjectKind
from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._model.tree import ShapeError, Tree, decode
from pulumi_c1policy.errors import C1PolicyError


@dataclass(frozen=True, slots=True)
class AttachmentType:
    """A type of attachments.

    Attributes:
        resource: The class in a program.
        kind: The facts about the object.
    """

    resource: str
    kind: ObjectKind


APP: Final = AttachmentType("AppPolicies", APP_POLICIES_KIND)
"""The attachments of apps."""

ENTITLEMENT: Final = AttachmentType("EntitlementPolicies", ENTITLEMENT_POLICIES_KIND)
"""The attachments of entitlements."""


@dataclass(frozen=True, slots=True)
class Attached:
    """An object of the tenant with fields that name adopted policies.

    Attributes:
        type: The type of the attachment.
        target: The object.
        name: Its display name, or its id if it has none.
        live: Its fields (decoded).
        inputs: The inputs that declare the attachment.
    """

    type: AttachmentType
    target: AttachmentTarget
    name: str
    live: Tree
    inputs: Tree


def find_attached(kind: AttachmentType, row: Tree, policy_ids: Collection[str]) -> Attached | None:
    """Return the attachment that an app or an entitlement (on the wire) needs.

    Args:
        kind: The type of the attachment.
        row: The object; the search may return others than those that it was asked for.
        policy_ids: The adopted policies.

    Returns:
        None if the object is deleted, has no id, or names none of the policies.

    Raises:
        C1PolicyError: The object does not have the shape that this release knows.
    """
    message = kind.kind.message
    own_id = str(row.get("id") or "")
    target = (
        AttachmentTarget(str(row.get("appId") or ""), own_id)
        if kind is ENTITLEMENT
        else AttachmentTarget(own_id)
    )
    if row.get("deletedAt") or not all(target.parts) or not own_id:
        return None
    known = {name: value for name, value in row.items() if name in message.wire_fields}
    try:
        live = decode(message, known)
    except ShapeError as error:
        summary = f"The {target.noun} {target.id} cannot be read: {error}."
        raise C1PolicyError(summary, "Check that this package is up to date.") from error
    ids = dict(zip((field.name for field in message.required), target.parts, strict=True))
    fields = [name for name in list_settable(message) if message.fields[name].names_policy]
    attached = {name: live[name] for name in fields if str(live.get(name)) in policy_ids}
    name = str(row.get("displayName") or own_id)
    return Attached(kind, target, name, live | ids, ids | attached) if attached else None


def name_attachments(
    attached: Iterable[Attached], objects: Objects, taken: Collection[str]
) -> list[tuple[Attached, Name]]:
    """Return each attachment with the name of its resource.

    Args:
        attached: The attachments.
        objects: The facts about their apps.
        taken: The names of other resources.
    """
    found, used = list[tuple[Attached, Name]](), {*taken}
    for each in attached:
        noun, name = each.target.noun, each.name
        if each.type is ENTITLEMENT:
            app = objects.get(Reference("app", each.target.app_id))
            name = f"{app.name if app else ''} {name}"
        is_taken = make_resource_name(name, noun) in used
        [made] = make_names([f"{name} {noun}" if is_taken else name], used, noun)
        used.add(made.resource)
        found.append((each, made))
    return found
