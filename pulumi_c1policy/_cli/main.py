"""The command line `c1policy`: registers the commands, one file each."""

from __future__ import annotations

import typer

from pulumi_c1policy._cli.check_expression import check_expression
from pulumi_c1policy._cli.emulator import emulator
from pulumi_c1policy._cli.import_ import import_
from pulumi_c1policy._cli.simulate import simulate
from pulumi_c1policy._cli.validate import validate

app = typer.Typer(
    help="Tools beside a Pulumi program of ConductorOne policies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(check_expression)
app.command()(emulator)
app.command("import")(import_)
app.command()(simulate)
app.command()(validate)


@app.callback()
def _root() -> None:
    """Keep the commands' names even if there is only one."""


def main() -> None:
    """Run the command line."""
    app()
