"""What a check says of an expression, and how a person reads it.

A remark points at one place in the text and is a sentence of ours: what was found, what was
expected, what to write instead. This module imports nothing of ours.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something that is wrong, or doubtful, in an expression.

    Attributes:
        severity: The tenant refuses an error; it accepts what a warning is about.
        rule: The id of the rule in the registry, in kebab-case; "" where nobody can turn it down.
        message: What was found, what was expected and what to write, in a sentence.
        line: Where, counted from 1.
        column: Where in that line, counted in characters from 1.
    """

    severity: Severity
    rule: str
    message: str
    line: int = 1
    column: int = 1


def make_diagnostic(
    source: str, offset: int, rule: str, message: str, severity: Severity = "error"
) -> Diagnostic:
    """A remark on the character at offset `at` of `source`."""
    offset = min(max(offset, 0), len(source))
    before = source[:offset]
    return Diagnostic(
        severity, rule, message, before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
    )


_MAX_LINE_COLUMNS = 100
_COLUMNS_BEFORE_CARET = 40


def format_diagnostic(expression: str, make_diagnostic: Diagnostic) -> str:
    """The remark, the line of the expression that it is about, and a caret under the place.

    A long line is cut around the place.
    """
    lines = expression.split("\n")
    line = lines[make_diagnostic.line - 1] if make_diagnostic.line <= len(lines) else ""
    line, offset = line.rstrip("\r"), make_diagnostic.column - 1
    if len(line) > _MAX_LINE_COLUMNS:
        start = max(0, offset - _COLUMNS_BEFORE_CARET)
        end = start + _MAX_LINE_COLUMNS
        head, tail = "…" if start else "", "…" if end < len(line) else ""
        line, offset = f"{head}{line[start:end]}{tail}", offset - start + len(head)
    rule = f" [{make_diagnostic.rule}]" if make_diagnostic.rule else ""
    number = f" (line {make_diagnostic.line})" if len(lines) > 1 else ""
    shown = "".join(_mask_control_character(character) for character in line)
    return f"{make_diagnostic.severity}: {make_diagnostic.message}{rule}{number}\n  {shown}\n  {_indent(line[:offset])}^"


def _mask_control_character(character: str) -> str:
    """Control characters would move the terminal's cursor, or worse."""
    return (
        character if character == "\t" or character.isprintable() else "\N{REPLACEMENT CHARACTER}"
    )


def _indent(text: str) -> str:
    return "".join(
        "\t" if character == "\t" else " " * _measure_width(character) for character in text
    )


def _measure_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
