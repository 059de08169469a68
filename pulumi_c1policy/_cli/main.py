"""The command line `c1policy`: registers the commands, one file each."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from pulumi_c1policy._cli import output
from pulumi_c1policy._cli.check_expression import check_expression
from pulumi_c1policy._cli.doctor import doctor
from pulumi_c1policy._cli.drift import drift
from pulumi_c1policy._cli.emulator import emulator
from pulumi_c1policy._cli.exit_codes import ErrorsExitWithOne
from pulumi_c1policy._cli.export import export
from pulumi_c1policy._cli.graph import graph
from pulumi_c1policy._cli.import_ import import_
from pulumi_c1policy._cli.review import review
from pulumi_c1policy._cli.simulate import simulate
from pulumi_c1policy._cli.usage import usage
from pulumi_c1policy._cli.validate import validate

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,  # Tables of rich cut the names of options in narrow terminals.
    pretty_exceptions_enable=False,
)
app.command()(check_expression)
app.command(cls=ErrorsExitWithOne, short_help="Check the installation and the tenant.")(doctor)
app.command(cls=ErrorsExitWithOne, short_help="Compare the tenant with states of stacks.")(drift)
app.command(short_help="Serve an emulated tenant on loopback.")(emulator)
app.command(cls=ErrorsExitWithOne, short_help="Write policies as files for git.")(export)
app.command(cls=ErrorsExitWithOne, short_help="Draw policies.")(graph)
app.command("import", short_help="Write a program for existing policies.")(import_)
app.command(cls=ErrorsExitWithOne, short_help="Judge a change of policies.")(review)
app.command()(simulate)
app.command(short_help="Show who uses policies.")(usage)
app.command(short_help="Check policies as a preview does.")(validate)


def _print_version(is_given: bool) -> None:
    if is_given:
        output.echo(f"pulumi-c1policy {metadata.version('pulumi-c1policy')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Check, simulate, review, draw, import, export and emulate policies; show use and drift."""


def main() -> None:
    """Run the command line."""
    # `python -m pulumi_c1policy` shows the same name in its usage.
    app(prog_name="c1policy")
