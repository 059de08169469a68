"""Remarks of a check, and their form for people.

A remark points at one place in the text and is a sentence of ours: what was found, what was
expected, what to write instead. This module imports nothing of ours.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem or a doubt in an expression.

    Attributes:
        severity: The tenant rejects an error; it accepts what a warning is about.
        rule: The id of the rule in the registry, in kebab-case; "" if nobody can turn it down.
        message: What was found, what was expected and what to write, in a sentence.
        line: The line, counted from 1.
        column: The column in that line, counted in characters from 1.
    """

    severity: Severity
    rule: str
    message: str
    line: int = 1
    column: int = 1


def make_remark(
    source: str, at: int, rule: str, message: str, severity: Severity = "error"
) -> Remark:
    """Make a remark on the character at offset `at` of `source`."""
    at = min(max(at, 0), len(source))
    before = source[:at]
    return Remark(
        severity, rule, message, before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    )


_WIDEST = 100
_CONTEXT = 40


def format_remark(expression: str, remark: Remark) -> str:
    """Format a remark, the line of the expression, and a caret under the place.

    A long line is cut around the place.
    """
    lines = expression.split("\n")
    line = lines[remark.line - 1] if remark.line <= len(lines) else ""
    line, at = line.rstrip("\r"), remark.column - 1
    if len(line) > _WIDEST:
        start = max(0, at - _CONTEXT)
        end = start + _WIDEST
        head, tail = "…" if start else "", "…" if end < len(line) else ""
        line, at = f"{head}{line[start:end]}{tail}", at - start + len(head)
    rule = f" [{remark.rule}]" if remark.rule else ""
    number = f" (line {remark.line})" if len(lines) > 1 else ""
    shown = "".join(_replace_control(character) for character in line)
    return f"{remark.severity}: {remark.message}{rule}{number}\n  {shown}\n  {_indent(line[:at])}^"


def _replace_control(character: str) -> str:
    """Replace control characters, which could move the terminal's cursor."""
    return (
        character if character == "\t" or character.isprintable() else "\N{REPLACEMENT CHARACTER}"
    )


def _indent(text: str) -> str:
    return "".join("\t" if character == "\t" else " " * _width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
