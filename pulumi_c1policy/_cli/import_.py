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
    from pulumi_c1policy._import.attachable import Attached
    from pulumi_c1policy._import.program_writer import Source
    from pulumi_c1policy._import.tenant_objects import Objects
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
    lookups: Annotated[
        bool,
        typer.Option("--lookups", help="Write lookups by name in place of ids where possible."),
    ] = False,
    attachments: Annotated[
        bool,
        typer.Option(
            "--attachments", help="Also adopt the use of the policies by apps and entitlements."
        ),
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
        with _connect() as client:
            rows, chosen = _read_policies(client, policies or (), policy_types)
            adopted, unwritable = _prepare(
                chosen, severities, all_or_none=bool(policies), take_over=take_over
            )
            attached = _find_attachments(client, adopted) if attachments else []
            objects = _read_objects(client, adopted, attached, rows, has_lookups=lookups)
        source = _name_resources(adopted, attached, objects, rows)
        _write_files(program, file, source)
    except (C1PolicyError, OSError) as error:
        output.echo(str(error), err=True)
        raise typer.Exit(_FAILED) from error
    _print_next_steps(program, file, source)
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


def _connect() -> PolicyClient:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient

    return PolicyClient(settings.load({}, os.environ))


def _read_policies(
    client: PolicyClient, names: Collection[str], policy_types: Collection[str]
) -> tuple[list[Tree], list[Tree]]:
    """Return all policies of the tenant, and the selected ones."""
    from pulumi_c1policy._import import policy_selection

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


def _find_attachments(client: PolicyClient, adopted: Sequence[Adopted]) -> list[Attached]:
    from pulumi_c1policy._cli import tenant_reading

    return tenant_reading.find_attachments(client, [policy.id for policy in adopted])


def _read_objects(
    client: PolicyClient,
    adopted: Sequence[Adopted],
    attached: Sequence[Attached],
    rows: Sequence[Tree],
    *,
    has_lookups: bool,
) -> Objects:
    """Read the objects that the program names; warn once about those without a name."""
    from pulumi_c1policy._cli.tenant_reading import ObjectReader
    from pulumi_c1policy._import import policy_selection, program_writer, tenant_objects

    fields = program_writer.list_fields(adopted, attached)
    reader = ObjectReader(client, fields, has_lookups=has_lookups)
    reader.read()
    if reader.problems:
        output.echo(tenant_objects.warn_of_unread(reader.problems), err=True)
    names = {str(row["id"]): policy_selection.get_name_and_type(row) for row in rows}
    return reader.objects | tenant_objects.describe_policies(fields, names, has_lookups=has_lookups)


def _name_resources(
    adopted: Sequence[Adopted],
    attached: Sequence[Attached],
    objects: Objects,
    rows: Sequence[Tree],
) -> Source:
    """Return the parts of the program, with a name for each resource."""
    from pulumi_c1policy._import import attachable
    from pulumi_c1policy._import.adoptable import get_managed_name
    from pulumi_c1policy._import.program_names import make_names
    from pulumi_c1policy._import.program_writer import Source

    ids = {policy.id for policy in adopted}
    # Other policies may belong to the stack that adopts these, so their names are taken.
    taken = {get_managed_name(row) for row in rows if str(row["id"]) not in ids}
    names = make_names((policy.name for policy in adopted), taken)
    used = taken | {name.resource for name in names}
    return Source(adopted, names, objects, attachable.name_attachments(attached, objects, used))


def _write_files(program: Path, file: Path, source: Source) -> None:
    from pulumi_c1policy._import import import_file, program_writer

    text = program_writer.write_program(source)
    state = import_file.make_import_file(source.adopted, source.names, source.attached)
    program.write_text(text, "utf-8")
    file.write_text(state, "utf-8")


def _print_next_steps(program: Path, file: Path, source: Source) -> None:
    """Report the written files and the commands that finish the import."""
    is_here = Path("Pulumi.yaml").exists()
    quoted = shlex.quote(str(file if is_here else file.absolute()))
    count = f"{len(source.adopted)} policies"
    count += f" and {len(source.attached)} attachments" if source.attached else ""
    output.echo(f"{count}: {program} declares them, {file} is their state.")
    for policy in source.adopted:
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
