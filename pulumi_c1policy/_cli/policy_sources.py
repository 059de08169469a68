"""The sources of a command's policies: files, a program, an exported state, or the tenant."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

if TYPE_CHECKING:
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._simulate.known_policies import KnownPolicy

TENANT = "tenant"
"""The argument that names the tenant instead of a file."""

PolicyOption: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="A JSON file with one or more policies; repeatable."),
]
ProgramOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="A Pulumi program: the folder of its Pulumi.yaml."),
]
StateOption: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The output of `pulumi stack export`.")
]
TenantOption: TypeAlias = Annotated[
    bool,
    typer.Option("--tenant", help="The policies of the tenant in the CONDUCTORONE_ variables."),
]
ConfigOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="A config value of the program; repeatable."),
]
DirectoryOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A JSON file with users, groups, apps and entitlements."),
]


def read_source(
    files: Sequence[Path] | None,
    program: Path | None,
    state: Path | None,
    *,
    tenant: bool,
    config: Sequence[str] | None,
    directory: Mapping[str, Any] | None = None,
) -> list[KnownPolicy]:
    """Read the policies of the one source that the options name.

    The directory answers the lookups of a program.

    Raises:
        C1PolicyError: The source contains no policies.
        OSError: A file cannot be read.
        typer.BadParameter: The options name no source, or more than one.
    """
    require_one(files, program, state, tenant=tenant)
    if program is not None:
        from pulumi_c1policy._simulate import mocked_programs

        return mocked_programs.run_program(
            program, parse_pairs("--config", config), directory=directory
        )
    if tenant:
        return _read_tenant()
    paths = files or [state or Path()]
    return [policy for path in paths for policy in read_file_or_tenant(str(path))]


def require_one(
    files: Sequence[Path] | None, program: Path | None, state: Path | None, *, tenant: bool
) -> None:
    """Reject options that name no source, or more than one.

    Raises:
        typer.BadParameter: They do.
    """
    sources = [bool(files), program is not None, state is not None, tenant]
    if sum(sources) != 1:
        raise typer.BadParameter("Name one of --policy, --program, --state and --tenant.")


def read_file_or_tenant(source: str) -> list[KnownPolicy]:
    """Read the policies in a file of any kind, or those of the tenant.

    Raises:
        C1PolicyError: The source contains no policies.
        OSError: The file cannot be read.
    """
    if source == TENANT:
        return _read_tenant()
    from pulumi_c1policy._simulate import known_policies

    return known_policies.parse_policies(Path(source).read_text("utf-8"))


def read_directory(path: Path | None) -> Mapping[str, Any] | None:
    """Read the tables of a directory; None without a file.

    Raises:
        C1PolicyError: A table or a field does not exist, or a value has the wrong type.
        OSError: The file cannot be read.
        typer.BadParameter: The file is not JSON.
    """
    if path is None:
        return None
    from pulumi_c1policy._simulate.directory import Directory

    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        message = f"{path} is not JSON: {error}."
        raise typer.BadParameter(message, param_hint="--directory") from error
    return Directory(found).tables


def describe_error(error: Exception) -> str:
    """Describe an error in one or more sentences."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be read: {error.strerror}."
    return str(error)


def _read_tenant() -> list[KnownPolicy]:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient

    with PolicyClient(settings.load({}, os.environ)) as client:
        return read_tenant(client)


def read_tenant(client: PolicyClient) -> list[KnownPolicy]:
    """Read the policies of a tenant.

    Raises:
        APIError: They could not be read.
    """
    from pulumi_c1policy._simulate import known_policies

    return [
        known_policies.read_policy(row) for row in client.list_all() if not row.get("deletedAt")
    ]


def parse_pairs(option: str, items: Sequence[str] | None) -> dict[str, str]:
    """Parse the values of an option, each of the form `NAME=VALUE`.

    Raises:
        typer.BadParameter: A value has another form.
    """
    pairs = {}
    for item in items or ():
        name, equals, value = item.partition("=")
        if not equals:
            message = f"{item!r} is not of the form NAME=VALUE."
            raise typer.BadParameter(message, param_hint=option)
        pairs[name] = value
    return pairs
