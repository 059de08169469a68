"""`c1policy graph`: draw policies and how they point to each other."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import (
    exit_codes,
    graph_comparison,
    output,
    policy_choice,
    policy_sources,
    slow_progress,
)
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
    against: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|FOLDER|tenant",
            help="The policies before a change: show before and after.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file to write; otherwise the output.")
    ] = None,
) -> None:
    """Draw policies: rules, conditions, steps, approvers, fallbacks, escalations and hand-overs.

    `mermaid` and `svg` give one picture: the named policies with their rules and steps, or, without
    names, a map of several policies. `html` gives a page with the map and the picture of each
    policy. SVG and HTML need the extra `graph`.

    With `--against`, the pictures before and after the change are beside each other, and what
    differs is marked. The page shows only the policies that differ.

    Exit code: 0, or 1 on an error.
    """
    try:
        from pulumi_c1policy._review import pairing
        from pulumi_c1policy._simulate.directory import Directory

        facts = policy_sources.read_directory(directory)
        known = policy_sources.read_source(
            policy, program, state, tenant=tenant, config=config, directory=facts
        )
        id_names = Directory(facts)
        drawing = slow_progress.announce_slow("Drawing the policies …")
        if against is None:
            with drawing:
                text = _render(known, id_names, policies or (), format)
        else:
            before, is_all = graph_comparison.read_before(against, config, facts)
            # A policy that only `before` contains is deleted, unless its source is larger.
            is_whole = not policy and (tenant or not is_all)
            found = pairing.pair_all(before, known, is_whole=is_whole)
            with drawing:
                text = graph_comparison.render_changes(
                    found, id_names, policies or (), format.value
                )
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


def _render(
    known: Sequence[KnownPolicy], directory: Directory, names: Sequence[str], format: GraphFormat
) -> str:
    from pulumi_c1policy._graph import html_page, mermaid, policy_pictures, svg

    chosen = policy_choice.select(known, lambda policy: [policy], names)
    chosen.sort(key=lambda policy: (policy.name, policy.id))
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
