"""The comparison of an export with its tenant: reads in pages, and never a write.

There is no program, so every field counts. Memory holds the manifest and one page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pulumi_c1policy._client.policy_client import PolicyClient
from pulumi_c1policy._drift.drift_search import DriftOptions, Inform
from pulumi_c1policy._drift.findings import DriftFinding, DriftReport, Kind, LeafChange, Problem
from pulumi_c1policy._export import documents, tenant_attachments
from pulumi_c1policy._export.export_folder import Export, describe_damage
from pulumi_c1policy._export.export_run import PROGRESS_POLICIES
from pulumi_c1policy._export.manifest import (
    ATTACHMENTS,
    POLICIES,
    ExportError,
    Manifest,
    Place,
)
from pulumi_c1policy._export.tenant_attachments import Attachment
from pulumi_c1policy._lifecycle.effects.known_state import KnownState
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run, decode_policy, look
from pulumi_c1policy._lifecycle.planning import diff
from pulumi_c1policy._lifecycle.planning.diff import Change
from pulumi_c1policy._lifecycle.planning.ownership import describe_manager, read_ownership
from pulumi_c1policy._lifecycle.planning.pruning import prune
from pulumi_c1policy._model.attachment_fields import AttachmentTarget, parse_target
from pulumi_c1policy._model.paths import covers
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.schema import Message
from pulumi_c1policy._model.tree import ShapeError, Tree, decode
from pulumi_c1policy.errors import APIError

_POLICY_TYPE: Final = "c1policy:Policy"


@dataclass
class _Search:
    """The state of one comparison."""

    run: Run
    export: Export
    options: DriftOptions
    inform: Inform
    report: DriftReport
    live: set[str] = field(default_factory=set)
    """The ids of the policies that the tenant's list contains."""

    @property
    def manifest(self) -> Manifest:
        """The manifest of the export."""
        return self.export.manifest


def find_drift(
    client: PolicyClient,
    tenant: str,
    export: Export,
    options: DriftOptions,
    inform: Inform,
) -> DriftReport:
    """Compare an export with its tenant.

    Args:
        client: The client.
        tenant: The host and the port of the tenant.
        export: The export.
        options: The choices; a name in `only` is the display name or the id of an object.
        inform: Tells a person about the progress.

    Raises:
        APIError: The tenant cannot be listed.
        ExportError: A document is damaged, and `only` needs its name.
    """
    report, manifest = DriftReport(tenant, source="export"), export.manifest
    run = Run.start(client, KnownState(), tenant=tenant)
    search = _Search(run, export, options, inform, report)
    policies = _select(search, POLICIES, manifest.policies)
    attachments = _select(search, ATTACHMENTS, manifest.attachments)
    report.stacks[export.source] = len(policies) + len(attachments)
    if tenant not in (manifest.tenant, options.allowed_tenant):
        text = (
            f"The export is of the tenant {manifest.tenant}, but the credentials are of {tenant}. "
            f"Use the credentials of {manifest.tenant}; or, if its policies are in {tenant} now, "
            f"set PULUMI_C1POLICY_ALLOW_TENANT_CHANGE={tenant}."
        )
        report.problems.append(Problem(export.source, "", text))
        return report
    _compare_policies(search, policies)
    if manifest.selection.has_attachments:
        _compare_attachments(search, attachments)
    report.findings.sort(key=lambda each: (each.type, each.name, each.kind, each.id))
    return report


def list_names(export: Export) -> set[str]:
    """Return the names by which `only` can select objects: ids and display names.

    Raises:
        ExportError: A document is damaged.
    """
    places: tuple[tuple[Place, Mapping[str, str]], ...] = (
        (POLICIES, export.manifest.policies),
        (ATTACHMENTS, export.manifest.attachments),
    )
    return {
        name
        for place, files in places
        for object_id, file in files.items()
        for name in (object_id, _get_name(export.read_document(place, file), object_id))
    }


def _get_name(document: Tree, object_id: str) -> str:
    return str(document.get("displayName") or object_id)


def _select(search: _Search, place: Place, files: Mapping[str, str]) -> dict[str, str]:
    """Select the files to compare, by the id of the object."""
    only = search.options.only
    return {
        object_id: file
        for object_id, file in files.items()
        if not only
        or object_id in only
        or _get_name(search.export.read_document(place, file), object_id) in only
    }


def _compare_policies(search: _Search, files: Mapping[str, str]) -> None:
    """Compare policies of the export with the pages of the tenant's policies."""
    awaited = dict(files)
    for page in search.run.client.list_pages():
        before = len(search.live)
        for row in page:
            policy_id = str(row.get("id") or "")
            if row.get("deletedAt") or policy_id in search.live:
                continue
            search.live.add(policy_id)
            if policy_id in awaited:
                _compare_policy(search, policy_id, awaited.pop(policy_id), row)
            elif policy_id not in search.manifest.policies:
                _tell_other_policy(search, row)
        if len(search.live) // PROGRESS_POLICIES > before // PROGRESS_POLICIES:
            search.inform(f"{len(search.live):,} policies read …")
    for policy_id, file in awaited.items():
        _compare_policy(search, policy_id, file, None)


def _compare_policy(search: _Search, policy_id: str, file: str, row: Tree | None) -> None:
    """Compare a policy with its row in a list; without one, with a GET."""
    client = search.run.client
    try:
        document = search.export.read_document(POLICIES, file)
        name, recorded = _get_name(document, policy_id), _read_policy(search, file, document)
        live = look(client, policy_id) if row is None else decode_policy("GET", row)
        if row is not None and live is not None and _compare_trees(POLICY, recorded, live):
            # A page may lag behind the last write.
            live = look(client, policy_id)
        if live is None:
            _add(search, "deleted", _POLICY_TYPE, policy_id, name)
        else:
            changes = _compare_trees(POLICY, recorded, live)
            _add_changes(search, _POLICY_TYPE, policy_id, name, changes)
    except (APIError, ExportError) as error:
        _add_problem(search, file, error)


def _read_policy(search: _Search, file: str, document: Tree) -> Tree:
    try:
        return decode(POLICY, document)
    except ShapeError as error:
        raise describe_damage(search.export.folder / POLICIES / file, str(error)) from error


def _compare_trees(message: Message, recorded: Tree, live: Tree) -> list[Change]:
    return diff.compare(message, prune(message, recorded), prune(message, live))


def _tell_other_policy(search: _Search, row: Tree) -> None:
    """Report a policy that an export of all policies does not contain."""
    if search.manifest.selection.policy_ids is not None or search.options.only:
        return
    policy_id, manager = str(row.get("id")), describe_manager({}, read_ownership(row))
    name = str(row.get("displayName") or policy_id)
    _add(search, "unmanaged", _POLICY_TYPE, policy_id, name, manager=manager)


def _compare_attachments(search: _Search, files: Mapping[str, str]) -> None:
    """Compare attachments of the export, and find others of its policies."""
    found: dict[str, Attachment] = {}
    if not search.options.only:
        search.inform("Searching the apps and entitlements that use the policies …")
        ids = {*search.manifest.policies}
        if search.manifest.selection.policy_ids is None:
            ids |= search.live
        found = {each.target.id: each for each in tenant_attachments.search(search.run, ids)}
    for attachment_id, file in files.items():
        _compare_attachment(search, attachment_id, file, found.get(attachment_id))
    for attachment_id, each in found.items():
        if attachment_id not in search.manifest.attachments:
            _add(search, "unmanaged", _get_type(each.target), attachment_id, each.name)


def _compare_attachment(
    search: _Search, attachment_id: str, file: str, found: Attachment | None
) -> None:
    """Compare an attachment with the result of a search; without one, with a GET."""
    target = parse_target(attachment_id)
    message, type_name = documents.get_message(target), _get_type(target)
    try:
        document = search.export.read_document(ATTACHMENTS, file)
        name, recorded = _get_name(document, attachment_id), _read_values(search, file, document)
        if found is None or diff.compare(message, recorded, found.values):
            # A page may lag behind the last write.
            found = tenant_attachments.get(search.run, target)
        if found is None:
            _add(search, "deleted", type_name, attachment_id, name)
        else:
            changes = diff.compare(message, recorded, found.values)
            _add_changes(search, type_name, attachment_id, name, changes)
    except (APIError, ExportError) as error:
        _add_problem(search, file, error)


def _read_values(search: _Search, file: str, document: Tree) -> Tree:
    try:
        return documents.read_attachment_document(document)[1]
    except ShapeError as error:
        raise describe_damage(search.export.folder / ATTACHMENTS / file, str(error)) from error


def _get_type(target: AttachmentTarget) -> str:
    return f"c1policy:{'Entitlement' if target.entitlement_id else 'App'}Policies"


def _add_changes(
    search: _Search, type_name: str, object_id: str, name: str, changes: Sequence[Change]
) -> None:
    told = [
        LeafChange(change)
        for change in changes
        if not any(covers(pattern, change.path) for pattern in search.options.ignored)
    ]
    if told:
        _add(search, "changed", type_name, object_id, name, told)


def _add(
    search: _Search,
    kind: Kind,
    type_name: str,
    object_id: str,
    name: str,
    changes: Sequence[LeafChange] = (),
    manager: str = "",
) -> None:
    label = "" if kind == "unmanaged" else search.export.source
    search.report.findings.append(
        DriftFinding(
            kind,
            label,
            "",
            type_name,
            object_id,
            name,
            tuple(changes),
            manager=manager,
            source="export",
        )
    )


def _add_problem(search: _Search, file: str, error: APIError | ExportError) -> None:
    text = " ".join(str(error).splitlines())
    if isinstance(error, APIError):
        text = f"{file}: {text}"
    search.report.problems.append(Problem(search.export.source, "", text))
