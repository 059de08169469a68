"""The tables of commands, and the output of `c1policy simulate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from pulumi_c1policy import _text
from pulumi_c1policy._cli import output

if TYPE_CHECKING:
    from pulumi_c1policy._simulate.impact import Impact
    from pulumi_c1policy._simulate.simulation_result import Simulation


_MAX_PIPE_COLUMNS = 1_000_000
"""The width of a table outside a terminal: a program that reads it must find whole cells."""


class Format(StrEnum):
    """The format of the output."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    TEXT = "text"


def print_outcomes(found: Sequence[Simulation], how: Format) -> None:
    """Print the outcomes of requests."""
    from pulumi_c1policy._simulate import reports

    if how is Format.TEXT:
        output.echo("\n\n".join(one.explain() for one in found))
        return
    _show(found, reports.OUTCOMES, [reports.build_outcome_row(one) for one in found], how)


def print_impacts(found: Sequence[Impact], count: int, how: Format) -> None:
    """Print the requests that a change routes differently, of `count` compared requests."""
    from pulumi_c1policy._simulate import reports
    from pulumi_c1policy._simulate.explanation import describe_course

    if how is Format.TEXT:
        for one in found:
            before, after = describe_course(one.before), describe_course(one.after)
            output.echo(f"{one.policy}, {one.shown_subject}\n  - {before}\n  + {after}")
    elif found or how is Format.JSON:
        _show(found, reports.IMPACTS, [reports.build_impact_row(one) for one in found], how)
    if how is not Format.JSON:
        changed = sum(one.is_changed for one in found)
        output.echo(reports.summarize_impacts(changed, count))


def _show(
    found: Sequence[Simulation] | Sequence[Impact],
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    how: Format,
) -> None:
    from pulumi_c1policy._simulate import reports

    if how is Format.JSON:
        output.echo(reports.to_json(found))
    elif how is Format.MARKDOWN:
        output.echo(reports.render_markdown(columns, rows))
    else:
        print_table(columns, rows)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table. A cell that is too wide for the terminal is folded; nothing is cut."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    console = Console()
    if not sys.stdout.isatty():
        console.width = _MAX_PIPE_COLUMNS
    table = Table(
        *(Column(name, overflow="fold", min_width=2) for name in columns), show_lines=True
    )
    for row in rows:
        table.add_row(
            *(Text(_text.escape_for_terminal(cell).replace(" → ", "\n→ ")) for cell in row)
        )
    console.print(table)
