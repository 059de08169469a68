"""`c1policy import`: write a program and a state for existing policies."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import output, severities
from pulumi_c1policy._cli.severities import SeverityOption
from pulumi_c1policy.errors import C1PolicyError, InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._findings.severity import Severities
    from pulumi_c1policy._import.adoptable import Adopted
    from pulumi_c1policy._model.tree import Tree

_REFUSED = 1
_FAILED = 2
_MAIN = "__main__"


def import_(
    policies: Annotated[
        list[str] | None,
        typer.Argument(help="The policies to adopt, by id or display name.", show_default=False),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Adopt every policy that can be.")
    ] = False,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="Adopt all of a type, such as POLICY_TYPE_GRANT; repeatable."),
    ] = None,
    program: Annotated[
        Path, typer.Option(help="Where to write the program, as a Python module.")
    ] = Path("policies.py"),
    file: Annotated[
        Path, typer.Option(help="Where to write what `pulumi import --file` takes.")
    ] = Path("import.json"),
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Adopt what another tool or stack keeps, too.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the two files.")] = False,
    severity: SeverityOption = None,
) -> None:
    """Adopt existing policies: write a program that declares them, and the state for it.

    The tenant is only read. Exits with 0 if the files are written; with 1 if a named policy cannot
    be adopted, none can, or one was skipped because no program can contain it; and with 2 on other
    errors.
    """
    levels = severities.parse(severity, None)
    kinds = _kinds(types or ())
    if bool(policies) == bool(everything or kinds):
        raise typer.BadParameter("Name policies, or give --all or --type.")
    if not program.stem.isidentifier() or program.suffix != ".py":
        raise typer.BadParameter(f"Python cannot import {program.name}.", param_hint="--program")
    for written in (program, file):
        _check_place(written, force=force)
    try:
        rows, chosen = _choose(policies or (), kinds)
        adopted, skipped = _judge(chosen, levels, all_or_none=bool(policies), take_over=take_over)
        _write(program, file, adopted, rows)
    except (C1PolicyError, OSError) as error:
        output.echo(str(error), err=True)
        raise typer.Exit(_FAILED) from error
    _tell(program, file, adopted)
    if skipped:
        output.echo(
            f"\nSkipped, as no program can hold them: {skipped} policies, see above.", err=True
        )
        raise typer.Exit(_REFUSED)


def _kinds(types: Collection[str]) -> set[str]:
    """Return the types as the API writes them; `grant` is enough."""
    from pulumi_c1policy._model.enums import POLICY_TYPE

    known = POLICY_TYPE.values[1:]
    prefix = POLICY_TYPE.zero.removesuffix("UNSPECIFIED")
    found = {prefix + kind.upper().removeprefix(prefix) for kind in types}
    if unknown := found.difference(known):
        message = f"{min(unknown)} is none of {', '.join(known)}."
        raise typer.BadParameter(message, param_hint="--type")
    return found


def _check_place(file: Path, *, force: bool) -> None:
    if not file.parent.is_dir():
        raise typer.BadParameter(f"There is no folder {file.parent}.")
    if file.exists() and not force:
        raise typer.BadParameter(f"{file} exists. Name another, or overwrite it with --force.")


def _choose(make_names: Collection[str], kinds: Collection[str]) -> tuple[list[Tree], list[Tree]]:
    """Return the tenant's policies, and the selected ones."""
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._import import choice

    with PolicyClient(settings.load({}, os.environ)) as client:
        rows = choice.list_existing(client.everything())
        if not make_names:
            return rows, choice.select_types(rows, kinds)
        # A credential that may list but not search does not see policies with a scope.
        known = {text for row in rows for text in (row["id"], choice.get_name(row))}
        rows += choice.list_existing(_get(client, text) for text in make_names if text not in known)
        return rows, choice.select_named(rows, make_names)


def _get(client: PolicyClient, policy_id: str) -> Tree:
    try:
        return client.get(policy_id)
    except (NotFoundError, InvalidRequestError):
        return {}


def _judge(
    chosen: Sequence[Tree], levels: Severities, *, all_or_none: bool, take_over: bool
) -> tuple[list[Adopted], int]:
    """Report the policies that cannot be adopted, and exit if one of them was named.

    Returns:
        The policies that can be adopted, and the number of those that no program can contain.
    """
    from pulumi_c1policy._import.adoptable import Adopted, LeftOut, prepare_adoption
    from pulumi_c1policy._import.writable import check_writable

    judged = (prepare_adoption(row, take_over=take_over, severities=levels) for row in chosen)
    found = [check_writable(one) if isinstance(one, Adopted) else one for one in judged]
    adopted = [one for one in found if isinstance(one, Adopted)]
    left_out = [one for one in found if isinstance(one, LeftOut)]
    for one in left_out:
        output.echo(f"left out: {one.name!r} ({one.id}): {one.why}. {one.advice}", err=True)
    if not adopted or (left_out and all_or_none):
        reason = "not every policy that was named" if adopted else "no policy"
        output.echo(f"Nothing was written, as {reason} can be adopted.", err=True)
        raise typer.Exit(_REFUSED)
    return adopted, sum(one.unwritable for one in left_out)


def _write(program: Path, file: Path, adopted: Sequence[Adopted], rows: Sequence[Tree]) -> None:
    from pulumi_c1policy._import import choice, entries
    from pulumi_c1policy._import.adoptable import get_managed_name
    from pulumi_c1policy._import.program_names import make_names
    from pulumi_c1policy._import.program_writer import write_program as source

    ids = {policy.id for policy in adopted}
    # They may belong to the very stack that adopts these.
    taken = {get_managed_name(row) for row in rows if str(row["id"]) not in ids}
    called = make_names((policy.name for policy in adopted), taken)
    others = {str(row["id"]): choice.get_name(row) for row in rows}
    program.write_text(source(adopted, called, others), "utf-8")
    file.write_text(entries.make_import_file(adopted, called), "utf-8")


def _tell(program: Path, file: Path, adopted: Sequence[Adopted]) -> None:
    """Report what was written, and what to do next."""
    is_here = Path("Pulumi.yaml").exists()
    quoted = shlex.quote(str(file if is_here else file.absolute()))
    output.echo(f"{len(adopted)} policies: {program} declares them, {file} is their state.")
    for policy in adopted:
        if policy.keeper:
            output.echo(f"{policy.name!r} was kept by {policy.keeper}: let it go there, too.")
    output.echo("\nNext, in the folder of the project's Pulumi.yaml, with Pulumi 3.254 or later:\n")
    if program.stem != _MAIN:
        output.echo(f"    echo 'import {program.stem}' >> {_MAIN}.py")
    output.echo(f"    pulumi import --file {quoted} --generate-code=false --protect=false --yes")
    output.echo("    pulumi preview --diff")
    output.echo("    pulumi up")
    output.echo(
        "\nThe preview shows updates of `annotations` alone: the marks by which a policy is this "
        "stack's."
    )
