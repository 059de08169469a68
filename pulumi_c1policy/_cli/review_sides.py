"""The two sides of a review: policies, and the apps and entitlements that use them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._cli import output, policy_sources

if TYPE_CHECKING:
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
    from pulumi_c1policy._model.attachment_fields import AttachmentTarget
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy._simulate.known_attachments import KnownAttachment
    from pulumi_c1policy._simulate.known_policies import KnownPolicy


def read_sides(
    against: str,
    files: Sequence[Path] | None,
    program: Path | None,
    state: Path | None,
    *,
    tenant: bool,
    config: Sequence[str] | None,
    directory: Mapping[str, Any] | None,
) -> tuple[Side, Side]:
    """Read the policies before the change, and those after it.

    A tenant is read last: the apps and entitlements of the other side are read one by one if the
    search does not find them.

    Args:
        against: The source before the change: `tenant`, a file, an export, or a program.
        files: The files after the change; exactly one of the next four names the source.
        program: The folder of a program.
        state: An exported state.
        tenant: Whether it is the tenant.
        config: The config of programs.
        directory: The answers to lookups of programs.

    Raises:
        C1PolicyError: A source contains no policies.
        OSError: A file cannot be read.
        typer.BadParameter: The options name no source, or more than one.
    """
    policy_sources.require_one(files, program, state, tenant=tenant)
    if tenant:
        before = read_before(against, config, directory, ())
        return before, _read_tenant(before.list_targets())
    if program is not None:
        after = _read_program(program, config, directory)
    elif state is not None:
        after = _read_file(state)
    else:
        after = _read_files(files or ())
    return read_before(against, config, directory, after.list_targets()), after


def read_before(
    source: str,
    config: Sequence[str] | None,
    directory: Mapping[str, Any] | None,
    known: Sequence[AttachmentTarget] = (),
) -> Side:
    """Read the policies before the change.

    Args:
        source: `tenant`, a file, or the folder of an export or of a program.
        config: The config of a program.
        directory: The answers to lookups of a program.
        known: Apps and entitlements that a tenant is asked for by their ids.

    Raises:
        C1PolicyError: The source contains no policies.
        OSError: A file cannot be read.
    """
    from pulumi_c1policy._export import export_folder
    from pulumi_c1policy._simulate.policy_error import PolicyError

    path = Path(source)
    if source == policy_sources.TENANT:
        return _read_tenant(known)
    if not path.is_dir():
        return _read_file(path)
    if (path / "Pulumi.yaml").exists():
        return _read_program(path, config, directory)
    if not (path / export_folder.MANIFEST).exists():
        raise PolicyError(
            f"{source} contains neither an export nor a program: there is no "
            f"{export_folder.MANIFEST} and no Pulumi.yaml.",
            "Give a folder that `c1policy export --out FOLDER` wrote, or the folder of a program.",
        )
    return _read_export(source)


def _read_program(
    program: Path, config: Sequence[str] | None, directory: Mapping[str, Any] | None
) -> Side:
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy._simulate import mocked_programs

    pairs = policy_sources.parse_pairs("--config", config)
    found = mocked_programs.read_declarations(program, pairs, directory=directory)
    return Side(
        found.policies,
        found.attachments,
        is_declared=True,
        extent="stack",
        unidentified=found.unidentified,
        named_policies=found.named_policies,
    )


def _read_file(path: Path) -> Side:
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy._simulate import known_attachments, known_policies

    text = path.read_text("utf-8")
    policies = known_policies.parse_policies(text)
    attachments = known_attachments.parse_attachments(text)
    return Side(policies, attachments, extent="some" if attachments is None else "stack")


def _read_files(files: Sequence[Path]) -> Side:
    from pulumi_c1policy._review.sides import Side

    return Side([each for path in files for each in _read_file(path).policies])


def _read_export(source: str) -> Side:
    from pulumi_c1policy._export import documents, export_folder
    from pulumi_c1policy._export.manifest import ATTACHMENTS, POLICIES
    from pulumi_c1policy._model.tree import ShapeError
    from pulumi_c1policy._review.sides import Extent, Side
    from pulumi_c1policy._simulate import known_policies
    from pulumi_c1policy._simulate.known_attachments import KnownAttachment

    export = export_folder.open_export(source)
    policies: list[KnownPolicy] = [
        known_policies.read_policy(export.read_document(POLICIES, name))
        for name in export.manifest.policies.values()
    ]
    extent: Extent = "tenant" if export.manifest.selection.policy_ids is None else "some"
    if not export.manifest.selection.has_attachments:
        return Side(policies, extent=extent)
    attachments = []
    for name in export.manifest.attachments.values():
        document = export.read_document(ATTACHMENTS, name)
        try:
            target, values = documents.read_attachment_document(document)
        except ShapeError as error:
            path = export.folder / ATTACHMENTS / name
            raise export_folder.describe_damage(path, str(error)) from error
        shown = str(document.get("displayName") or "")
        attachments.append(KnownAttachment(target, values, name=shown))
    return Side(policies, attachments, has_all_uses=extent == "tenant", extent=extent)


def _read_tenant(known: Sequence[AttachmentTarget]) -> Side:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._lifecycle.effects.known_state import KnownState
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy.errors import APIError

    loaded = settings.load({}, os.environ)
    with PolicyClient(loaded) as client:
        policies = policy_sources.read_tenant(client)
        run = Run.start(client, KnownState(), tenant=loaded.tenant)
        ids = [each.id for each in policies if each.id]
        output.echo("Searching the apps and entitlements that use the policies …", err=True)
        try:
            attachments, missing = _read_uses(run, ids, known)
        except APIError as error:
            output.echo(
                f"The apps and entitlements that use the policies are not known: {error}", err=True
            )
            return Side(policies, extent="tenant")
    return Side(
        policies,
        attachments,
        has_all_uses=True,
        extent="tenant",
        unidentified=frozenset(missing),
    )


def _read_uses(
    run: Run, ids: Sequence[str], known: Sequence[AttachmentTarget]
) -> tuple[list[KnownAttachment], list[AttachmentTarget]]:
    """Return the attachments of policies, and the known objects that the tenant does not have."""
    from pulumi_c1policy._export import tenant_attachments
    from pulumi_c1policy._simulate.known_attachments import KnownAttachment
    from pulumi_c1policy.errors import NotFoundError

    found = {each.target: each for each in tenant_attachments.search(run, ids)}
    missing = []
    for target in known:
        if target not in found:
            try:
                one = tenant_attachments.get(run, target)
            except NotFoundError:
                one = None
            if one is None:
                missing.append(target)
            else:
                found[target] = one
    attachments = [
        KnownAttachment(each.target, each.values, name=each.name) for each in found.values()
    ]
    return attachments, missing
