"""The two sides of a review: policies, and the apps and entitlements that use them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_c1policy._cli import output, policy_sources

if TYPE_CHECKING:
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy._simulate.known_policies import KnownPolicy


def read_after(
    files: Sequence[Path] | None,
    program: Path | None,
    state: Path | None,
    *,
    tenant: bool,
    config: Sequence[str] | None,
    directory: Mapping[str, Any] | None,
) -> Side:
    """Read the side after the change from the one source that the options name.

    Raises:
        C1PolicyError: The source contains no policies.
        OSError: A file cannot be read.
        typer.BadParameter: The options name no source, or more than one.
    """
    from pulumi_c1policy._review.sides import Side

    policy_sources.require_one(files, program, state, tenant=tenant)
    if program is not None:
        return _read_program(program, config, directory)
    if tenant:
        return _read_tenant()
    if state is not None:
        return _read_file(state)
    return Side([each for path in files or () for each in _read_file(path).policies])


def read_before(
    source: str, config: Sequence[str] | None, directory: Mapping[str, Any] | None
) -> Side:
    """Read the side before the change: `tenant`, a file, an export, or a program.

    Raises:
        C1PolicyError: The source contains no policies.
        OSError: A file cannot be read.
    """
    path = Path(source)
    if source == policy_sources.TENANT:
        return _read_tenant()
    if not path.is_dir():
        return _read_file(path)
    if (path / "Pulumi.yaml").exists():
        return _read_program(path, config, directory)
    return _read_export(source)


def _read_program(
    program: Path, config: Sequence[str] | None, directory: Mapping[str, Any] | None
) -> Side:
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy._simulate import mocked_programs

    pairs = policy_sources.parse_pairs("--config", config)
    found = mocked_programs.read_declarations(program, pairs, directory=directory)
    return Side(found.policies, found.attachments, is_declared=True)


def _read_file(path: Path) -> Side:
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy._simulate import known_attachments, known_policies

    text = path.read_text("utf-8")
    return Side(known_policies.parse_policies(text), known_attachments.parse_attachments(text))


def _read_export(source: str) -> Side:
    from pulumi_c1policy._export import documents, export_folder
    from pulumi_c1policy._export.manifest import ATTACHMENTS, POLICIES
    from pulumi_c1policy._model.tree import ShapeError
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy._simulate import known_policies
    from pulumi_c1policy._simulate.known_attachments import KnownAttachment

    export = export_folder.open_export(source)
    policies: list[KnownPolicy] = [
        known_policies.read_policy(export.read_document(POLICIES, name))
        for name in export.manifest.policies.values()
    ]
    if not export.manifest.selection.has_attachments:
        return Side(policies)
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
    has_all = export.manifest.selection.policy_ids is None
    return Side(policies, attachments, has_all_uses=has_all)


def _read_tenant() -> Side:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._export import tenant_attachments
    from pulumi_c1policy._lifecycle.effects.known_state import KnownState
    from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
    from pulumi_c1policy._review.sides import Side
    from pulumi_c1policy._simulate.known_attachments import KnownAttachment
    from pulumi_c1policy.errors import APIError

    loaded = settings.load({}, os.environ)
    with PolicyClient(loaded) as client:
        policies = policy_sources.read_tenant(client)
        run = Run.start(client, KnownState(), tenant=loaded.tenant)
        ids = [each.id for each in policies if each.id]
        output.echo("Searching the apps and entitlements that use the policies …", err=True)
        try:
            attachments = [
                KnownAttachment(each.target, each.values, name=each.name)
                for each in tenant_attachments.search(run, ids)
            ]
        except APIError as error:
            output.echo(
                f"The apps and entitlements that use the policies are not reviewed: {error}",
                err=True,
            )
            return Side(policies)
    return Side(policies, attachments, has_all_uses=True)
