"""Where a command gets its policies: files, a program, an export of the state, or the tenant."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.known_policies import KnownPolicy

TENANT = "tenant"
"""The name that stands for the tenant where a file could be named."""


def named(
    files: Sequence[Path] | None,
    program: Path | None,
    state: Path | None,
    *,
    tenant: bool,
    config: Sequence[str] | None,
) -> list[KnownPolicy]:
    """The policies of the one source that the options name.

    Raises:
        C1PolicyError: There are none to be had there.
        OSError: A file cannot be read.
    """
    named = [bool(files), program is not None, state is not None, tenant]
    if sum(named) != 1:
        raise typer.BadParameter("Name one of --policy, --program, --state and --tenant.")
    if program is not None:
        from pulumi_c1policy._simulate import mocked_programs

        return mocked_programs.run_program(program, pairs("--config", config))
    if tenant:
        return _of_tenant()
    return [known for path in (files or [state or Path()]) for known in read(str(path))]


def read(source: str) -> list[KnownPolicy]:
    """The policies in a file of any kind, or the tenant's.

    Raises:
        C1PolicyError: There are none to be had there.
        OSError: The file cannot be read.
    """
    if source == TENANT:
        return _of_tenant()
    from pulumi_c1policy._simulate import known_policies

    return known_policies.parse_policies(Path(source).read_text("utf-8"))


def in_words(error: Exception) -> str:
    """What went wrong, for a person."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be read: {error.strerror}."
    return str(error)


def _of_tenant() -> list[KnownPolicy]:
    from pulumi_c1policy._client import settings
    from pulumi_c1policy._client.policies import PolicyClient
    from pulumi_c1policy._simulate import known_policies

    with PolicyClient(settings.load({}, os.environ)) as client:
        return [
            known_policies.read_policy(row)
            for row in client.everything()
            if not row.get("deletedAt")
        ]


def pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """What `NAME=VALUE` options say."""
    found = {}
    for item in given or ():
        name, equals, text = item.partition("=")
        if not equals:
            raise typer.BadParameter(f"{item!r} is not NAME=VALUE.", param_hint=option)
        found[name] = text
    return found
