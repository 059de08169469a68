"""`c1policy check-expression`: check one expression, or a stream of them for an editor."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from pulumi_c1policy._cel.diagnostics import Diagnostic
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cli import output, severities
from pulumi_c1policy._cli.severities import IgnoreOption, SeverityOption
from pulumi_c1policy._findings.severity import Severities

_REFUSED = 1
_UNAVAILABLE = 2


def check_expression(
    expression: Annotated[
        str | None, typer.Argument(help="The expression; `-` reads it from standard input.")
    ] = None,
    place: Annotated[
        Place | None, typer.Option(help="Where it stands, which decides what it may say.")
    ] = None,
    fallback: Annotated[
        bool, typer.Option("--fallback", help="Others are asked if an approver finds nobody.")
    ] = False,
    severity: SeverityOption = None,
    ignore: IgnoreOption = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help='Read lines {"expr": ..., "place": ...}, answer each with a line.'
        ),
    ] = False,
) -> None:
    """Check an expression as the tenant would, without asking the tenant.

    Exits with 0 if the tenant accepts it, with or without warnings; with 1 if the tenant rejects
    it; and with 2 if this machine cannot check it.
    """
    levels = severities.parse(severity, ignore)
    if jsonl:
        _stream(place, levels, has_fallback=fallback)
        return
    if expression is None or place is None:
        message = "Give an expression and its --place, or --jsonl."
        raise typer.BadParameter(message)
    text = sys.stdin.read() if expression == "-" else expression
    _one(text, place, levels, has_fallback=fallback)


def _one(text: str, place: Place, levels: Severities, *, has_fallback: bool) -> None:
    from pulumi_c1policy._cel import cel_library, checker, diagnostics

    try:
        found = levels.apply(checker.check(text, place, has_fallback=has_fallback))
    except cel_library.CheckerUnavailableError as error:
        output.echo(str(error), err=True)
        raise typer.Exit(_UNAVAILABLE) from error
    for diagnostic in found:
        output.echo(diagnostics.format_diagnostic(text, diagnostic))
    if checker.has_error(found):
        raise typer.Exit(_REFUSED)
    output.echo("accepted")


def _stream(place: Place | None, levels: Severities, *, has_fallback: bool) -> None:
    """Answer every line of standard input, in order and at once."""
    from pulumi_c1policy._cel import cel_library

    unavailable = False
    for line in sys.stdin.buffer:
        try:
            answer = _answer(line, place, levels, has_fallback=has_fallback)
        except cel_library.CheckerUnavailableError as error:
            unavailable = True
            # Without a library nothing is known against the expression, so it is not refused.
            answer = _line("warning", f"not checked: {error.summary}")
        output.echo(json.dumps(answer))
        sys.stdout.flush()
    if unavailable:
        raise typer.Exit(_UNAVAILABLE)


def _answer(
    line: bytes, default: Place | None, levels: Severities, *, has_fallback: bool
) -> dict[str, Any]:
    from pulumi_c1policy._cel import checker

    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return _line("error", "this line is not JSON")
    if not isinstance(asked, dict) or not isinstance(asked.get("expr"), str):
        return _line("error", 'this line is no object with a text "expr"')
    wanted = asked.get("place", default)
    if wanted not in list(Place):
        return _line("error", f'"place" is none of {", ".join(Place)}')
    diagnostics = checker.check(asked["expr"], Place(wanted), has_fallback=has_fallback)
    found = levels.apply(diagnostics)
    return _worst(checker.find_worst(found))


def _worst(diagnostic: Diagnostic | None) -> dict[str, Any]:
    if diagnostic is None:
        return _line(None, None)
    line = f"line {diagnostic.line}: " if diagnostic.line > 1 else ""
    return _line(diagnostic.severity, f"{line}{diagnostic.message}", diagnostic.column)


def _line(severity: str | None, message: str | None, column: int | None = None) -> dict[str, Any]:
    return {
        "accepted": severity != "error",
        "severity": severity,
        "message": message,
        "column": column,
    }
