"""Every rule that a check can report is in the registry, and every rule there can be reported."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._findings.registry import RULES

PACKAGE = Path(__file__).parents[3] / "pulumi_c1policy"
CHECKS = ("_cel", "_lifecycle", "_model", "_pulumi")


def test_every_rule_is_named_in_the_code_that_checks() -> None:
    source = "\n".join(
        path.read_text("utf-8") for folder in CHECKS for path in (PACKAGE / folder).rglob("*.py")
    )
    # Messages that are raised end with the id in brackets; findings name it as a string.
    assert [rule for rule in RULES if f'"{rule}"' not in source and f"[{rule}]" not in source] == []


def test_every_judged_expression_breaks_rules_of_the_registry() -> None:
    rows = map(json.loads, Path(__file__).with_name("verdicts.jsonl").read_text().splitlines())
    broken = {
        diagnostic.rule
        for row in rows
        for diagnostic in checker.check(row["expr"], Place(row["place"]))
    }
    assert len(broken) > 15
    assert broken - {""} <= RULES.keys()


def test_a_rules_reason_and_source_are_sentences_and_names() -> None:
    for rule in RULES.values():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
        assert rule.reason.endswith(".")
        assert rule.source
