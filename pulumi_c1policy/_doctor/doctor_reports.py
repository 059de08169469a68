"""The reports of the doctor: rows of a table, sentences and JSON. Pure."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

from pulumi_c1policy._doctor.findings import DoctorFinding, DoctorReport, Status

JSON_VERSION: Final = 1
"""The version of the JSON report; a change that breaks readers raises it."""

COLUMNS: Final = ("Check", "Result", "Finding", "What to do")
"""The columns of `build_rows`."""

PHRASES: Final[dict[Status, str]] = {
    "right": "right",
    "not-right": "NOT RIGHT",
    "cannot-tell": "cannot tell",
}
"""The status of a finding, for people."""


def build_rows(report: DoctorReport, *, is_verbose: bool = False) -> list[tuple[str, ...]]:
    """Build the rows of a table, one for each finding.

    Args:
        report: The report.
        is_verbose: Also show the details of each finding.
    """
    return [
        (each.check, PHRASES[each.status], _describe(each, is_verbose), each.advice)
        for each in report.findings
    ]


def _describe(finding: DoctorFinding, is_verbose: bool) -> str:
    if not is_verbose or not finding.details:
        return finding.text
    parts = (f"{name}={_format_detail(value)}" for name, value in finding.details.items())
    return f"{finding.text} [{'; '.join(parts)}]"


def _format_detail(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def summarize(report: DoctorReport) -> str:
    """Return the sentence below a table."""
    counts = Counter(each.status for each in report.findings)
    parts = [f"{counts[status]} {PHRASES[status].lower()}" for status in PHRASES if counts[status]]
    about = f" for {report.tenant}" if report.tenant else ""
    noun = "finding" if len(report.findings) == 1 else "findings"
    return f"{len(report.findings)} {noun}{about}: {', '.join(parts)}."


def to_json(report: DoctorReport) -> str:
    """Return a report as JSON text; docs/doctor.md describes it."""
    found = {
        "version": JSON_VERSION,
        "tenant": report.tenant or None,
        "all_right": report.is_right,
        "findings": [_to_plain(each) for each in report.findings],
    }
    return json.dumps(found, indent=2, ensure_ascii=True)


def _to_plain(finding: DoctorFinding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "status": finding.status,
        "text": finding.text,
        "advice": finding.advice,
        "details": dict(finding.details),
        "is_error": finding.is_error,
    }
