"""The option `--severity` of the commands that check, and its predecessor `--ignore`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, TypeAlias

import typer

from pulumi_c1policy._findings import severity
from pulumi_c1policy._findings.severity import Severities

SeverityOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--severity",
        metavar="RULE=LEVEL",
        help="Set rules to error, warning or off: RULE=LEVEL or RULE@RESOURCE=LEVEL, separated by "
        "commas; repeatable.",
    ),
]
IgnoreOption: TypeAlias = Annotated[list[str] | None, typer.Option("--ignore", hidden=True)]


def parse(
    settings: list[str] | None, ignored_rules: list[str] | None, team_rules: Collection[str] = ()
) -> Severities:
    """Parse the severities in the options.

    Args:
        settings: The values of `--severity`.
        ignored_rules: The values of `--ignore`, which `--severity` replaced.
        team_rules: The ids of the user's own rules.

    Raises:
        typer.BadParameter: A setting is malformed, or `--ignore` is used.
    """
    if ignored_rules:
        raise typer.BadParameter(severity.explain_former(",".join(ignored_rules), "--ignore"))
    try:
        return severity.parse(",".join(settings or ()), team_rules)
    except severity.SeverityError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--severity") from error
