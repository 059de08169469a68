"""`c1policy check-expression`: check one expression, or many of them for an editor."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from pulumi_c1policy._cel.diagnostics import Diagnostic
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cli import output, severity_options
from pulumi_c1policy._cli.severity_options import IgnoreOption, SeverityOption
from pulumi_c1policy._findings.severity import Severities

_REFUSED = 1
_UNAVAILABLE = 2
_PLACES = ", ".join(Place)


def check_expression(
    expression: Annotated[
        str | None,
        typer.Argument(
            metavar="EXPRESSION", help='The expression; "-" reads it from standard input.'
        ),
    ] = None,
    place: Annotated[
        Place | None,
        typer.Option(
            metavar="PLACE",
            help=f"The place of the expression, which decides its variables: {_PLACES}.",
        ),
    ] = None,
    fallback: Annotated[
        bool,
        typer.Option("--fallback", help="The approver has a fallback for an empty result."),
    ] = False,
    severity: SeverityOption = None,
    ignore: IgnoreOption = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl",
            help='Read lines of {"expr": ..., "place": ...}, and answer each with a line.',
        ),
    ] = False,
) -> None:
    """Check an expression as a tenant does. No request is sent.

    Exit code: 0 if a tenant accepts it, with or without warnings; 1 if a tenant rejects it; 2 if
    the extra `cel` is not installed.
    """
    severities = severity_options.parse(severity, ignore)
    if jsonl:
        _check_lines(place, severities, has_fallback=fallback)
        return
    if expression is None or place is None:
        message = "Name an expression and its --place, or use --jsonl."
        raise typer.BadParameter(message)
    text = sys.stdin.read() if expression == "-" else expression
    _check_one(text, place, severities, has_fallback=fallback)


def _check_one(text: str, place: Place, levels: Severities, *, has_fallback: bool) -> None:
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


def _check_lines(place: Place | None, levels: Severities, *, has_fallback: bool) -> None:
    """Answer every line of standard input in order, before the next one is read."""
    from pulumi_c1policy._cel import cel_library

    unavailable = False
    for line in sys.stdin.buffer:
        try:
            answer = _check_line(line, place, levels, has_fallback=has_fallback)
        except cel_library.CheckerUnavailableError as error:
            unavailable = True
            # An editor must not mark an expression that was not checked as an error.
            answer = _make_answer("warning", f"not checked: {error.summary}")
        output.echo(json.dumps(answer))
        sys.stdout.flush()
    if unavailable:
        raise typer.Exit(_UNAVAILABLE)


def _check_line(
    line: bytes, default: Place | None, levels: Severities, *, has_fallback: bool
) -> dict[str, Any]:
    from pulumi_c1policy._cel import checker

    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return _make_answer("error", "this line is not JSON")
    if not isinstance(item, dict) or not isinstance(item.get("expr"), str):
        return _make_answer("error", 'this line is not an object with a string "expr"')
    place = item.get("place", default)
    if place not in list(Place):
        return _make_answer("error", f'"place" must be one of {", ".join(Place)}')
    diagnostics = checker.check(item["expr"], Place(place), has_fallback=has_fallback)
    found = levels.apply(diagnostics)
    return _answer_with(checker.find_worst(found))


def _answer_with(diagnostic: Diagnostic | None) -> dict[str, Any]:
    """Make the answer to a line from its worst diagnostic; None means that there is none."""
    if diagnostic is None:
        return _make_answer(None, None)
    line = f"line {diagnostic.line}: " if diagnostic.line > 1 else ""
    return _make_answer(diagnostic.severity, f"{line}{diagnostic.message}", diagnostic.column)


def _make_answer(
    severity: str | None, message: str | None, column: int | None = None
) -> dict[str, Any]:
    return {
        "accepted": severity != "error",
        "severity": severity,
        "message": message,
        "column": column,
    }
