"""Diagnostics of an expression and their text form.

A diagnostic is a finding within an expression: it refers to a line and a column.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_c1policy._findings import rule_texts
from pulumi_c1policy._findings.finding import Severity


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error or a warning at a position of an expression.

    Attributes:
        severity: `error` if the tenant rejects the expression, as far as is known; else `warning`.
        rule: The id of the rule in `registry.RULES`, or "" if it cannot be turned off.
        message: A sentence: what was found, what was expected, what to write.
        line: The line, from 1.
        column: The column in characters, from 1.
    """

    severity: Severity
    rule: str
    message: str
    line: int = 1
    column: int = 1


def make_diagnostic(
    source: str, offset: int, rule: str, message: str, severity: Severity = "error"
) -> Diagnostic:
    """Make a diagnostic that refers to the character at `offset` of `source`."""
    offset = min(max(offset, 0), len(source))
    before = source[:offset]
    return Diagnostic(
        severity, rule, message, before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
    )


_MAX_LINE_COLUMNS = 100
_COLUMNS_BEFORE_CARET = 40


def format_diagnostic(expression: str, diagnostic: Diagnostic) -> str:
    """Format a diagnostic as three lines: the message, the line of the expression, and a caret.

    A line of more than 100 columns is cut around the position.
    """
    lines = expression.split("\n")
    line = lines[diagnostic.line - 1] if diagnostic.line <= len(lines) else ""
    line, offset = line.rstrip("\r"), diagnostic.column - 1
    if len(line) > _MAX_LINE_COLUMNS:
        start = max(0, offset - _COLUMNS_BEFORE_CARET)
        end = start + _MAX_LINE_COLUMNS
        head, tail = "…" if start else "", "…" if end < len(line) else ""
        line, offset = f"{head}{line[start:end]}{tail}", offset - start + len(head)
    rule = rule_texts.cite_rules(diagnostic.rule)
    number = f" (line {diagnostic.line})" if len(lines) > 1 else ""
    message = f"{diagnostic.severity}: {diagnostic.message}{rule}{number}"
    excerpt = "".join(_mask_control_character(character) for character in line)
    return f"{message}\n  {excerpt}\n  {_indent(line[:offset])}^"


def _mask_control_character(character: str) -> str:
    """Replace control characters: they would move the cursor of the terminal."""
    return (
        character if character == "\t" or character.isprintable() else "\N{REPLACEMENT CHARACTER}"
    )


def _indent(text: str) -> str:
    """Return white space that is as wide as the text on a terminal."""
    from wcwidth import wcwidth

    return "".join(
        "\t" if character == "\t" else " " * wcwidth(_mask_control_character(character))
        for character in text
    )
