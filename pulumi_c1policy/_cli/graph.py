"""`c1policy graph`: draw policies and how they point to each other."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import exit_codes, output, policy_sources
from pulumi_c1policy._cli.policy_sources import (
    ConfigOption,
    DirectoryOption,
    PolicyOption,
    ProgramOption,
    StateOption,
    TenantOption,
)
from pulumi_c1policy._extras import MissingExtraError
from pulumi_c1policy.errors import C1PolicyError

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.directory import Directory
    from pulumi_c1policy._simulate.known_policies import KnownPolicy

_MAX_NAMED = 20


class GraphFormat(StrEnum):
    """The format of the output."""

    MERMAID = "mermaid"
    SVG = "svg"
    HTML = "html"


def graph(
    policies: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="POLICY", help="An id, a resource or a display name; all policies by default."
        ),
    ] = None,
    policy: PolicyOption = None,
    program: ProgramOption = None,
    state: StateOption = None,
    tenant: TenantOption = False,
    config: ConfigOption = None,
    directory: DirectoryOption = None,
    format: Annotated[
        GraphFormat, typer.Option(help="The format of the output.")
    ] = GraphFormat.MERMAID,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file to write; otherwise the output.")
    ] = None,
) -> None:
    """Draw policies: rules, conditions, steps, approvers, fallbacks, escalations and hand-overs.

    `mermaid` and `svg` give one picture: the named policies with their rules and steps, or, without
    names, a map of several policies. `html` gives a page with the map and the picture of each
    policy. SVG and HTML need the extra `graph`.

    Exit code: 0, or 1 on an error.
    """
    try:
        from pulumi_c1policy._simulate.directory import Directory

        facts = policy_sources.read_directory(directory)
        known = policy_sources.read_source(
            policy, program, state, tenant=tenant, config=config, directory=facts
        )
        text = _render(_select(known, policies or ()), known, Directory(facts), policies, format)
    except (C1PolicyError, MissingExtraError, OSError, UnicodeDecodeError) as error:
        output.echo(policy_sources.describe_error(error), err=True)
        raise typer.Exit(exit_codes.ERROR) from error
    if out is None:
        output.echo(text)
        return
    try:
        out.write_text(f"{text}\n", "utf-8")
    except OSError as error:
        output.echo(f"{out} cannot be written: {error.strerror}.", err=True)
        raise typer.Exit(exit_codes.ERROR) from error


def _select(policies: Sequence[KnownPolicy], chosen: Sequence[str]) -> list[KnownPolicy]:
    """Select the policies that the arguments name, or all, sorted by name."""
    if not policies:
        message = "The source has no policies."
        raise typer.BadParameter(message)
    names = {name for each in policies for name in (each.id, each.resource, each.name)}
    if missing := [name for name in chosen if name not in names]:
        listed = ", ".join(sorted(each.name for each in policies)[:_MAX_NAMED])
        more = f" and {len(policies) - _MAX_NAMED} more" if len(policies) > _MAX_NAMED else ""
        message = f"There is no policy {missing[0]!r}; the policies are {listed}{more}."
        raise typer.BadParameter(message, param_hint="POLICY")
    found = [
        each for each in policies if not chosen or {each.id, each.resource, each.name} & set(chosen)
    ]
    return sorted(found, key=lambda each: (each.name, each.id))


def _render(
    chosen: Sequence[KnownPolicy],
    known: Sequence[KnownPolicy],
    directory: Directory,
    names: Sequence[str] | None,
    format: GraphFormat,
) -> str:
    from pulumi_c1policy._graph import html_page, mermaid, policy_pictures, svg

    if format is GraphFormat.HTML:
        overview = policy_pictures.draw_map(chosen, known) if len(chosen) > 1 else None
        pictures = [
            (each.id, policy_pictures.draw_policies([each], known, directory)) for each in chosen
        ]
        return html_page.render(overview, pictures)
    is_map = not names and len(chosen) > 1
    picture = (
        policy_pictures.draw_map(chosen, known)
        if is_map
        else policy_pictures.draw_policies(chosen, known, directory)
    )
    return mermaid.render(picture) if format is GraphFormat.MERMAID else svg.render(picture)
