"""`c1policy doctor`: check the installation, the settings and the way to the tenant."""

from __future__ import annotations

import os
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_c1policy._cli import exit_codes, output, tables

if TYPE_CHECKING:
    from pulumi_c1policy._doctor.findings import DoctorReport


class DoctorFormat(StrEnum):
    """The format of the output."""

    TABLE = "table"
    JSON = "json"


def doctor(
    state: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Search for leftovers of this state: an output of `pulumi stack export`, a "
            "folder of them, or a `file://` backend; repeatable.",
        ),
    ] = None,
    stack: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Search for leftovers of this stack, which `pulumi stack export` can read; "
            "repeatable.",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also show the details of each finding.")
    ] = False,
    format: Annotated[
        DoctorFormat, typer.Option(help="The format of the output.")
    ] = DoctorFormat.TABLE,
) -> None:
    """Check the installation, the settings and the way to the tenant.

    The settings are those of a deployment: the config of the selected stack, if the current folder
    has a Pulumi project, and the CONDUCTORONE_ variables. Nothing is written, neither to the tenant
    nor to a state, and no secret is shown.

    Exit code: 0 all right, 2 something is not right, 1 error.
    """
    from pulumi_c1policy._doctor.examination import examine

    report = examine(state or (), stack or (), os.environ, partial(output.echo, err=True))
    _print(report, format, is_verbose=verbose)
    raise typer.Exit(_choose_code(report))


def _choose_code(report: DoctorReport) -> int:
    if report.has_error:
        return exit_codes.ERROR
    return exit_codes.SUCCESS if report.is_right else exit_codes.FOUND


def _print(report: DoctorReport, how: DoctorFormat, *, is_verbose: bool) -> None:
    from pulumi_c1policy import _text
    from pulumi_c1policy._doctor import doctor_reports

    if how is DoctorFormat.JSON:
        output.echo(doctor_reports.to_json(report))
        return
    rows = doctor_reports.build_rows(report, is_verbose=is_verbose)
    tables.print_table(doctor_reports.COLUMNS, [tuple(map(_text.to_one_line, row)) for row in rows])
    output.echo(_text.to_one_line(doctor_reports.summarize(report)))
