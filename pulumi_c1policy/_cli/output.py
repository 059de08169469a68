"""The only output of the commands: text without effect on the terminal."""

from __future__ import annotations

import typer

from pulumi_c1policy import _text


def echo(text: str, *, err: bool = False) -> None:
    """Print text and a line break, with every invisible character spelled out."""
    typer.echo(_text.escape_terminal(text), err=err)
