"""The export of a tenant: reads in pages, documents on disk, and never a write to the tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._export import documents, tenant_attachments
from pulumi_c1policy._export.export_folder import read_manifest
from pulumi_c1policy._export.folder_writer import FolderWriter, Outcome
from pulumi_c1policy._export.manifest import (
    ATTACHMENTS,
    POLICIES,
    ExportError,
    Manifest,
    Selection,
    list_ids,
)
from pulumi_c1policy._lifecycle.effects import absence
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
from pulumi_c1policy._model.attachment_fields import parse_target
from pulumi_c1policy._model.tree import ShapeError, Tree
from pulumi_c1policy.errors import NotFoundError

PROGRESS_POLICIES: Final = 1000
"""The number of policies between two messages about the progress."""

Inform = Callable[[str], None]
"""Tells a person about the progress."""


def read_former(folder: Path, tenant: str, selection: Selection, *, force: bool) -> Manifest | None:
    """Return the manifest of the export that the next one replaces; None if there is none.

    Args:
        folder: The folder.
        tenant: The host and the port of the tenant.
        selection: The objects of the next export.
        force: Also replace an export of another tenant or of other policies.

    Raises:
        ExportError: The folder contains an export of another tenant or of other policies.
        OSError: The manifest cannot be read.
    """
    former = read_manifest(folder)
    if former is None or force:
        return former
    advice = "Export to another folder, or replace the export with --force."
    if former.tenant != tenant:
        summary = f"{folder} contains an export of {former.tenant}, and not of {tenant}."
        raise ExportError(summary, advice)
    # The manifest of an interrupted replacement always has attachments.
    is_same = former.selection == selection or (
        not former.is_complete and former.selection.policy_ids == selection.policy_ids
    )
    if not is_same:
        summary = f"{folder} contains an export of {_describe(former.selection)}, and not of "
        raise ExportError(f"{summary}{_describe(selection)}.", advice)
    return former


def _describe(selection: Selection) -> str:
    chosen = selection.policy_ids
    what = "all policies" if chosen is None else f"the policies {', '.join(sorted(chosen))}"
    return f"{what} {'with' if selection.has_attachments else 'without'} attachments"


def export(
    client: PolicyClient,
    tenant: str,
    folder: Path,
    rows: Iterable[Tree],
    selection: Selection,
    former: Manifest | None,
    inform: Inform,
) -> Outcome:
    """Write an export, in place of the former one.

    Args:
        client: The client.
        tenant: The host and the port of the tenant.
        folder: The folder.
        rows: The selected policies (on the wire); deleted ones are left out.
        selection: The objects of the export.
        former: The manifest of the former export; None if there is none.
        inform: Tells a person about the progress.

    Raises:
        APIError: The tenant could not be read; nothing was changed.
        ExportError: An object cannot be exported, or a file is in the way; nothing was changed.
        OSError: A file cannot be written.
    """
    run = Run.start(client, KnownState(), tenant=tenant)
    with FolderWriter(folder, former) as writer:
        for row in rows:
            _add_policy(writer, row, inform)
        known = former if former and former.tenant == tenant else Manifest(tenant)
        if selection.policy_ids is None:
            _add_unlisted(writer, client, known)
        if selection.has_attachments:
            inform("Searching the apps and entitlements that use the policies …")
            _add_attachments(writer, run, known.attachments)
        return writer.finish(tenant, selection)


def _add_policy(writer: FolderWriter, row: Tree, inform: Inform) -> None:
    policy_id = str(row.get("id") or "")
    if not policy_id or row.get("deletedAt") or writer.has(POLICIES, policy_id):
        return
    name = str(row.get("displayName") or "")
    try:
        document = documents.make_policy_document(row)
    except ShapeError as error:
        summary = f"The policy {name!r} ({policy_id}) cannot be exported: {error}."
        raise ExportError(summary, "Check that this package is up to date.") from error
    writer.add(POLICIES, policy_id, name, document)
    if not (count := len(writer.list_ids(POLICIES))) % PROGRESS_POLICIES:
        inform(f"{count:,} policies read …")


def _add_unlisted(writer: FolderWriter, client: PolicyClient, known: Manifest) -> None:
    """Add the policies of the former export that the list does not contain but that exist.

    A credential that may list but not search does not see policies with a scope.
    """
    for policy_id in list_ids(known.policies):
        if not writer.has(POLICIES, policy_id):
            _add_policy(writer, _get_or_empty(client, policy_id), lambda _: None)


def _get_or_empty(client: PolicyClient, policy_id: str) -> Tree:
    """Return a policy (on the wire), or {} if it is provably gone."""
    try:
        return client.get(policy_id)
    except NotFoundError as error:
        return {} if absence.is_proven(client, policy_id, error) else client.get(policy_id)


def _add_attachments(writer: FolderWriter, run: Run, known: Mapping[str, str]) -> None:
    chosen = frozenset(writer.list_ids(POLICIES))
    for found in tenant_attachments.search(run, chosen):
        _add_attachment(writer, found)
    for attachment_id in list_ids(known):
        if writer.has(ATTACHMENTS, attachment_id):
            continue
        one = tenant_attachments.get(run, parse_target(attachment_id))
        if one is not None and one.uses(chosen):
            _add_attachment(writer, one)


def _add_attachment(writer: FolderWriter, found: tenant_attachments.Attachment) -> None:
    document = documents.make_attachment_document(found.target, found.name, found.values)
    writer.add(ATTACHMENTS, found.target.id, found.name, document)
