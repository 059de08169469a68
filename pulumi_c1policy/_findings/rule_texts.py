"""The text of rules and findings in messages, on the command line and in the documentation. Pure.

Every rule id, severity setting and table of rules that a user reads is rendered here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pulumi_c1policy._model.paths import format_path

if TYPE_CHECKING:
    from pulumi_c1policy._findings.finding import Finding
    from pulumi_c1policy._findings.rule import Rule


def cite_rules(*rules: str) -> str:
    """Return rule ids in brackets after a space, such as ` [dead-rule]`, or "" without an id."""
    ids = ", ".join(sorted(filter(None, set(rules))))
    return f" [{ids}]" if ids else ""


def append_rules(message: str, *rules: str) -> str:
    """Cite rules at the end of the first line of a message."""
    first, line_break, rest = message.partition("\n")
    return f"{first}{cite_rules(*rules)}{line_break}{rest}"


def format_finding(finding: Finding) -> str:
    """Format a finding: its path, its message, and the rule at the end of the first line."""
    return f"{format_path(finding.path)} {finding.sentence}".lstrip()


def format_warning(finding: Finding) -> str:
    """Format a warning beside a resource: the path, a colon and the sentence."""
    return f"{format_path(finding.path)}: {finding.sentence}"


def format_setting(rules: Iterable[str], level: str) -> str:
    """Format a value of `c1policy:severity` that gives each rule the same level."""
    return ",".join(f"{rule}={level}" for rule in dict.fromkeys(rules))


def format_setting_command(setting: str) -> str:
    """Format the command that sets `c1policy:severity`."""
    return f'`pulumi config set c1policy:severity "{setting}"`'


def format_table(rules: Iterable[Rule]) -> str:
    """Format the rules as the rows of a Markdown table, sorted by id."""
    return "\n".join(_format_row(rule) for rule in sorted(rules, key=lambda rule: rule.id))


def _format_row(rule: Rule) -> str:
    severity = f"{rule.default}, stricter" if rule.is_stricter else rule.default
    cells = (f"`{rule.id}`", severity, rule.reason, rule.certainty, rule.source)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
