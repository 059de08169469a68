"""The one way from the command to the terminal: nothing that is shown acts there."""

from __future__ import annotations

import typer

from pulumi_c1policy import _text


def echo(text: str, *, err: bool = False) -> None:
    """Print text and a line break; every character that is not seen is spelled out."""
    typer.echo(_text.terminal(text), err=err)
