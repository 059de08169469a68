"""The reports about drift for the pages of CI hosts: JUnit XML and SARIF. Pure."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from xml.etree import ElementTree

from pulumi_c1policy._drift.drift_reports import (
    build_rows,
    describe,
    get_explanations,
    get_phrases,
    list_problems,
    name_object,
)
from pulumi_c1policy._drift.findings import DriftFinding, DriftReport

_SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_FILE: Final = "Pulumi.yaml"
"""The file that results point to: hosts show no result without a file of the repository."""

_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(report: DriftReport, *, count_unmanaged: bool = False) -> str:
    """Render a report as JUnit XML: a suite for each stack, a failed test for each finding."""
    root = ElementTree.Element("testsuites", name="c1policy drift")
    findings = report.list_drift(count_unmanaged=count_unmanaged)
    for stack in dict.fromkeys([*report.stacks, *(each.stack for each in findings)]):
        own = [each for each in findings if each.stack == stack]
        suite = ElementTree.SubElement(root, "testsuite", name=_clean(stack or report.tenant))
        for each in own:
            case = _add_case(suite, stack, name_object(each))
            failure = ElementTree.SubElement(
                case, "failure", type=each.kind, message=_clean(describe(each))
            )
            failure.text = _clean(_describe_changes(each))
        # A stack without drift has a test as well, which passes.
        in_sync = max(report.stacks.get(stack, 0) - len({each.urn or each.id for each in own}), 0)
        _add_case(suite, stack, f"{in_sync} resources in sync")
        suite.set("tests", str(len(own) + 1))
        suite.set("failures", str(len(own)))
    if report.problems:
        suite = ElementTree.SubElement(root, "testsuite", name="not compared")
        for each_problem, text in zip(report.problems, list_problems(report), strict=True):
            case = _add_case(suite, each_problem.stack, each_problem.urn or each_problem.stack)
            ElementTree.SubElement(case, "error", type="error", message=_clean(text))
        suite.set("tests", str(len(report.problems)))
        suite.set("errors", str(len(report.problems)))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'


def _add_case(suite: ElementTree.Element, stack: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname=_clean(stack or "tenant"), name=_clean(name)
    )


def _clean(text: str) -> str:
    """Replace the characters that XML cannot contain."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _describe_changes(finding: DriftFinding) -> str:
    rows = build_rows(DriftReport(findings=[finding]))
    lines = [
        f"{path}: {before or '(unset)'} -> {after or '(unset)'}" for *_, path, before, after in rows
    ]
    explanation = get_explanations(finding.source)[finding.kind]
    return "\n".join([explanation, *(line for line in lines if finding.changes)])


def render_sarif(report: DriftReport, *, count_unmanaged: bool = False) -> str:
    """Render a report as SARIF 2.1.0: a rule for each kind, a result for each finding."""
    phrases, explanations = get_phrases(report.source), get_explanations(report.source)
    rules = [
        {
            "id": kind,
            "shortDescription": {"text": f"{phrase[0].upper()}{phrase[1:]}"},
            "fullDescription": {"text": explanations[kind]},
        }
        for kind, phrase in phrases.items()
    ]
    driver = {"name": "c1policy drift", "rules": rules}
    results = [
        _make_result(each, "warning" if each.is_drift else "note")
        for each in report.findings
        if each.is_drift or count_unmanaged
    ]
    problems = [{"level": "error", "message": {"text": text}} for text in list_problems(report)]
    invocation: dict[str, Any] = {"executionSuccessful": not report.problems}
    if problems:
        invocation["toolExecutionNotifications"] = problems
    run = {"tool": {"driver": driver}, "results": results, "invocations": [invocation]}
    found = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(found, indent=2, ensure_ascii=True)


def _make_result(finding: DriftFinding, level: str) -> dict[str, Any]:
    place = " ".join(filter(None, (finding.stack, name_object(finding))))
    location = {"artifactLocation": {"uri": _FILE}, "region": {"startLine": 1}}
    return {
        "ruleId": finding.kind,
        "level": level,
        "message": {"text": f"{place}: {describe(finding)}.\n{_describe_changes(finding)}"},
        "locations": [
            {
                "physicalLocation": location,
                "logicalLocations": [{"fullyQualifiedName": finding.urn or finding.id}],
            }
        ],
        "partialFingerprints": {"finding/v1": f"{finding.kind}:{finding.urn}:{finding.id}"},
    }
