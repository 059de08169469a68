"""The sources of a command's policies: files, a program, an export of the state, or the tenant."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.known_policies import KnownPolicy

TENANT = "tenant"
"""The name of the tenant in place of a file."""


def read_named(
    files: Sequence[Path] | None,
    program: Path | None,
    state: Path | None,
    *,
    tenant: bool,
    config: Sequence[str] | None,
) -> list[KnownPolicy]:
    """Return the policies of the one source in the options.

    Raises:
        C1PolicyError: The source has no policies.
        OSError: A file cannot be read.
    """
    sources = [bool(files), program is not None, state is not None, tenant]
    if sum(sources) != 1:
        raise typer.BadParameter("Name one of --policy, --program, --state and --tenant.")
    if program is not None:
        from pulumi_c1policy._simulate import mocked_programs

        return mocked_programs.run_program(program, parse_pairs("--config", config))
    if tenant:
        return _of_tenant()
    return [known for path in (files or [state or Path()]) for known in read(str(path))]


def read(source: str) -> list[KnownPolicy]:
    """Read the policies in a file of any kind, or the tenant's.

    Raises:
        C1PolicyError: The source has no policies.
        OSError: The file cannot be read.
    """
    if source == TENANT:
        return _of_tenant()
    from pulumi_c1policy._simulate import known_policies

    return known_policies.parse_policies(Path(source).read_text("utf-8"))


def describe_error(error: Exception) -> str:
    """Describe an error for a person."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be read: {error.strerror}."
    return str(error)


def _of_tenant() -> list[KnownPolicy]:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policy_client import PolicyClient
    from pulumi_c1policy._simulate import known_policies

    with PolicyClient(settings.load({}, os.environ)) as client:
        return [
            known_policies.read_policy(row)
            for row in client.everything()
            if not row.get("deletedAt")
        ]


def parse_pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """Parse `NAME=VALUE` options."""
    found = {}
    for item in given or ():
        name, equals, text = item.partition("=")
        if not equals:
            raise typer.BadParameter(f"{item!r} is not NAME=VALUE.", param_hint=option)
        found[name] = text
    return found
