"""The output of the commands: text that cannot control the terminal."""

from __future__ import annotations

import typer

from pulumi_c1policy import _text


def echo(text: str, *, err: bool = False) -> None:
    """Print text and a line break, with every invisible character escaped."""
    typer.echo(_text.escape_for_terminal(text), err=err)
