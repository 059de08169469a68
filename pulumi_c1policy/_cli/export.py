"""`c1policy export`: write the policies and attachments of a tenant as files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import exit_codes, output
from pulumi_c1policy.errors import C1PolicyError, InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._export.folder_writer import Outcome
    from pulumi_c1policy._model.tree import Tree


def export(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The folder to write to.")],
    policies: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="POLICY",
            help="The ids or display names of policies to export.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Export every policy.")] = False,
    attachments: Annotated[
        bool,
        typer.Option(help="Also export the use of the policies by apps and entitlements."),
    ] = True,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace an export of another tenant or of other policies."),
    ] = False,
) -> None:
    """Write policies and their attachments as JSON files, to review and compare them in git.

    The tenant is that of the CONDUCTORONE_ variables. It is only read. A second export without a
    change in the tenant changes no file.

    Exit code: 0 if the files were written; 1 on an error, which changes no file.
    """
    if bool(policies) == everything:
        raise typer.BadParameter("Name policies, or use --all.")
    try:
        outcome = _export(out, policies or (), has_attachments=attachments, force=force)
    except C1PolicyError as error:
        output.echo(str(error), err=True)
        raise typer.Exit(exit_codes.ERROR) from error
    except OSError as error:
        output.echo(f"{error.filename or out} cannot be used: {error.strerror}.", err=True)
        raise typer.Exit(exit_codes.ERROR) from error
    count = f"{outcome.policies:,} policies and {outcome.attachments:,} attachments"
    changes = f"{outcome.written:,} files written, {outcome.removed:,} removed"
    output.echo(f"{out} contains {count}: {changes}.")


def _export(out: Path, names: Sequence[str], *, has_attachments: bool, force: bool) -> Outcome:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._export import export_run
    from pulumi_c1policy._export.manifest import Selection

    loaded = settings.load({}, os.environ)
    with PolicyClient(loaded) as client:
        chosen = _read_chosen(client, names) if names else []
        ids = frozenset(str(row["id"]) for row in chosen) if names else None
        selection = Selection(ids, has_attachments=has_attachments)
        former = export_run.read_former(out, loaded.tenant, selection, force=force)
        rows: Iterable[Tree] = chosen if names else client.list_all()
        inform = partial(output.echo, err=True)
        return export_run.export(client, loaded.tenant, out, rows, selection, former, inform)


def _read_chosen(client: PolicyClient, names: Sequence[str]) -> list[Tree]:
    """Return the policies (on the wire) with these ids or display names.

    Raises:
        SelectionError: A name matches no policy, or more than one.
    """
    from pulumi_c1policy._import import policy_selection

    wanted = {*names}
    # Of the other policies, only the names are needed, for suggestions.
    rows = [
        row if _is_wanted(row, wanted) else {each: row.get(each) for each in ("id", "displayName")}
        for row in client.list_all()
        if not row.get("deletedAt")
    ]
    found = {text for row in rows for text in (row.get("id"), row.get("displayName"))}
    # A credential that may list but not search does not see policies with a scope.
    rows += [_get_or_empty(client, name) for name in names if name not in found]
    return policy_selection.select_named(policy_selection.list_existing(rows), names)


def _is_wanted(row: Tree, wanted: set[str]) -> bool:
    return not wanted.isdisjoint((str(row.get("id")), str(row.get("displayName"))))


def _get_or_empty(client: PolicyClient, policy_id: str) -> Tree:
    """Return a policy (on the wire), or {} if the tenant has no policy with that id."""
    try:
        return client.get(policy_id)
    except (NotFoundError, InvalidRequestError):
        return {}
