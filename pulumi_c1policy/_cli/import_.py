"""`c1policy import`: write a program and a state for existing policies."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import output, severity_options
from pulumi_c1policy._cli.severity_options import SeverityOption
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
        typer.Argument(
            metavar="POLICY",
            help="The ids or display names of policies to adopt.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Adopt every policy that can be adopted.")
    ] = False,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="Adopt every policy of a type, such as POLICY_TYPE_GRANT; repeatable.",
        ),
    ] = None,
    program: Annotated[
        Path, typer.Option(metavar="FILE", help="The Python module to write the program to.")
    ] = Path("policies.py"),
    file: Annotated[
        Path, typer.Option(metavar="FILE", help="The file to write for `pulumi import --file`.")
    ] = Path("import.json"),
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="Also adopt policies that another tool or stack manages."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    severity: SeverityOption = None,
) -> None:
    """Adopt existing policies: write a program that declares them, and its state.

    The tenant is only read.

    Exit code: 0 if the files were written; 1 if no policy or not every named policy can be
    adopted, or if no program can contain one of the policies; 2 on another error.
    """
    severities = severity_options.parse(severity, None)
    policy_types = _parse_types(types or ())
    if bool(policies) == bool(everything or policy_types):
        raise typer.BadParameter("Name policies, or use --all or --type.")
    if not program.stem.isidentifier() or program.suffix != ".py":
        raise typer.BadParameter(f"Python cannot import {program.name}.", param_hint="--program")
    for path in (program, file):
        _check_target(path, force=force)
    try:
        rows, chosen = _read_policies(policies or (), policy_types)
        adopted, unwritable = _prepare(
            chosen, severities, all_or_none=bool(policies), take_over=take_over
        )
        _write_files(program, file, adopted, rows)
    except (C1PolicyError, OSError) as error:
        output.echo(str(error), err=True)
        raise typer.Exit(_FAILED) from error
    _print_next_steps(program, file, adopted)
    if unwritable:
        output.echo(
            f"\n{unwritable} policies were left out because no program can contain them; "
            "see above.",
            err=True,
        )
        raise typer.Exit(_REFUSED)


def _parse_types(types: Collection[str]) -> set[str]:
    """Return policy types in the API's spelling; `grant` means `POLICY_TYPE_GRANT`."""
    from pulumi_c1policy._model.enums import POLICY_TYPE

    known = POLICY_TYPE.values[1:]
    prefix = POLICY_TYPE.zero.removesuffix("UNSPECIFIED")
    found = {prefix + name.upper().removeprefix(prefix) for name in types}
    if unknown := found.difference(known):
        message = f"There is no policy type {min(unknown)}. Name one of {', '.join(known)}."
        raise typer.BadParameter(message, param_hint="--type")
    return found


def _check_target(path: Path, *, force: bool) -> None:
    if not path.parent.is_dir():
        raise typer.BadParameter(f"There is no folder {path.parent}.")
    if path.exists() and not force:
        message = f"{path} exists. Name another file, or overwrite it with --force."
        raise typer.BadParameter(message)


def _read_policies(
    names: Collection[str], policy_types: Collection[str]
) -> tuple[list[Tree], list[Tree]]:
    """Return all policies of the tenant, and the selected ones."""
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._import import policy_selection

    with PolicyClient(settings.load({}, os.environ)) as client:
        rows = policy_selection.list_existing(client.list_all())
        if not names:
            return rows, policy_selection.select_types(rows, policy_types)
        # A credential that may list but not search does not see policies with a scope.
        found = {text for row in rows for text in (row["id"], policy_selection.get_name(row))}
        missing = [name for name in names if name not in found]
        rows += policy_selection.list_existing(_get_or_empty(client, name) for name in missing)
        return rows, policy_selection.select_named(rows, names)


def _get_or_empty(client: PolicyClient, policy_id: str) -> Tree:
    """Return a policy (on the wire), or {} if the tenant has no policy with that id."""
    try:
        return client.get(policy_id)
    except (NotFoundError, InvalidRequestError):
        return {}


def _prepare(
    chosen: Sequence[Tree], severities: Severities, *, all_or_none: bool, take_over: bool
) -> tuple[list[Adopted], int]:
    """Prepare the adoption of policies, and report those that are left out.

    Args:
        chosen: The policies (on the wire).
        severities: The severities that the user set for rules.
        all_or_none: Exit if one of the policies cannot be adopted.
        take_over: Also adopt a policy that another tool or stack manages.

    Returns:
        The policies that can be adopted, and the number of those that no program can contain.
    """
    from pulumi_c1policy._import.adoptable import Adopted, LeftOut, prepare_adoption
    from pulumi_c1policy._import.writable import check_writable

    found = [prepare_adoption(row, take_over=take_over, severities=severities) for row in chosen]
    found = [check_writable(each) if isinstance(each, Adopted) else each for each in found]
    adopted = [each for each in found if isinstance(each, Adopted)]
    left_out = [each for each in found if isinstance(each, LeftOut)]
    for each in left_out:
        output.echo(f"left out: {each.name!r} ({each.id}): {each.reason}. {each.advice}", err=True)
    if not adopted or (left_out and all_or_none):
        reason = "not every named policy" if adopted else "no policy"
        output.echo(f"Nothing was written, because {reason} can be adopted.", err=True)
        raise typer.Exit(_REFUSED)
    return adopted, sum(each.unwritable for each in left_out)


def _write_files(
    program: Path, file: Path, adopted: Sequence[Adopted], rows: Sequence[Tree]
) -> None:
    from pulumi_c1policy._import import import_file, policy_selection, program_writer
    from pulumi_c1policy._import.adoptable import get_managed_name
    from pulumi_c1policy._import.program_names import make_names

    ids = {policy.id for policy in adopted}
    # Other policies may belong to the stack that adopts these, so their names are taken.
    taken = {get_managed_name(row) for row in rows if str(row["id"]) not in ids}
    names = make_names((policy.name for policy in adopted), taken)
    display_names = {str(row["id"]): policy_selection.get_name(row) for row in rows}
    source = program_writer.write_program(adopted, names, display_names)
    program.write_text(source, "utf-8")
    file.write_text(import_file.make_import_file(adopted, names), "utf-8")


def _print_next_steps(program: Path, file: Path, adopted: Sequence[Adopted]) -> None:
    """Report the written files and the commands that finish the import."""
    is_here = Path("Pulumi.yaml").exists()
    quoted = shlex.quote(str(file if is_here else file.absolute()))
    output.echo(f"{len(adopted)} policies: {program} declares them, {file} is their state.")
    for policy in adopted:
        if policy.manager:
            output.echo(
                f"{policy.name!r} is still managed by {policy.manager}; remove it from that "
                "tool's state."
            )
    output.echo("\nNext, in the folder of the project's Pulumi.yaml, with Pulumi 3.254 or later:\n")
    if program.stem != _MAIN:
        output.echo(f"    echo 'import {program.stem}' >> {_MAIN}.py")
    output.echo(f"    pulumi import --file {quoted} --generate-code=false --protect=false --yes")
    output.echo("    pulumi preview --diff")
    output.echo("    pulumi up")
    output.echo(
        "\nThe preview shows updates of `annotations` only: the ownership annotations of this "
        "stack."
    )
