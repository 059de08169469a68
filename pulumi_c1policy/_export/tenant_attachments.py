"""The attachments of a tenant's policies: the apps and entitlements that use them, as they are now.

A search that does not find an object proves nothing, so objects that are known already are read
one by one if the search does not find them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pulumi_c1policy._client.usage_client import Searched, search_all_by_policies
from pulumi_c1policy._export.documents import get_message, select_values
from pulumi_c1policy._lifecycle.effects import attachment_operations
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run, decode_object
from pulumi_c1policy._model.attachment_fields import AttachmentTarget
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Attachment:
    """The policies of an app or of an entitlement.

    Attributes:
        target: The app or the entitlement.
        name: Its display name, or its id if it has none.
        values: The fields that are set (decoded).
    """

    target: AttachmentTarget
    name: str
    values: Tree

    def uses(self, policy_ids: Collection[str]) -> bool:
        """Return whether it uses one of these policies."""
        fields = get_message(self.target).fields
        return any(
            fields[name].names_policy and value in policy_ids for name, value in self.values.items()
        )


def search(run: Run, policy_ids: Collection[str]) -> Iterator[Attachment]:
    """Yield the attachments of policies, each once.

    Raises:
        APIError: The apps or the entitlements could not be searched.
    """
    ids, seen = sorted(policy_ids), set[AttachmentTarget]()
    chosen = frozenset(ids)
    searched: tuple[Searched, ...] = ("apps", "entitlements")
    for what in searched:
        for row in search_all_by_policies(run.client.usage, what, ids):
            target = _read_target(what, row)
            if target is None or target in seen or row.get("deletedAt"):
                continue
            found = _read(target, row)
            if found.uses(chosen):
                seen.add(target)
                yield found


def get(run: Run, target: AttachmentTarget) -> Attachment | None:
    """Return the attachment of an object, or None if the object is provably gone.

    Raises:
        APIError: It could not be read, or its absence is not proven.
    """
    try:
        row = run.attachments.get(target)
    except NotFoundError as error:
        if attachment_operations.is_gone(run, target, error):
            return None
        row = run.attachments.get(target)
    return None if row.get("deletedAt") else _read(target, row)


def _read_target(what: Searched, row: Tree) -> AttachmentTarget | None:
    own_id, app_id = str(row.get("id") or ""), str(row.get("appId") or "")
    if what == "apps":
        return AttachmentTarget(own_id) if own_id else None
    return AttachmentTarget(app_id, own_id) if app_id and own_id else None


def _read(target: AttachmentTarget, row: Tree) -> Attachment:
    live = decode_object(get_message(target), target, "GET", row)
    name = str(row.get("displayName") or target.entitlement_id or target.app_id)
    return Attachment(target, name, select_values(target, live))
