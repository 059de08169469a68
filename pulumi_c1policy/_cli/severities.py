"""The options `--severity` and, rejected, the former `--ignore`, of the commands that check."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from pulumi_c1policy._findings import severity
from pulumi_c1policy._findings.severity import Severities

SeverityOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--severity",
        help="Comma list of RULE=error|warning|off, or RULE@RESOURCE=... for a policy; repeatable.",
    ),
]
IgnoreOption: TypeAlias = Annotated[list[str] | None, typer.Option("--ignore", hidden=True)]


def parse(given: list[str] | None, former: list[str] | None) -> Severities:
    """Parse the severities in the options.

    Raises:
        typer.BadParameter: The text cannot be parsed, or the former option was given.
    """
    if former:
        raise typer.BadParameter(severity.explain_former(",".join(former), "--ignore"))
    try:
        return severity.parse(",".join(given or ()))
    except severity.SeverityError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--severity") from error
