"""The registry lists the rules that the checks report."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._findings.rule_registry import RULES

PACKAGE = Path(__file__).parents[3] / "pulumi_c1policy"
CHECKS = ("_cel", "_lifecycle", "_model", "_pulumi")
NEVER_REPORTED = {"open-text"}
"""Rules that stay in the registry because a stack's config may name them."""


def test_every_rule_of_the_registry_is_in_the_code() -> None:
    source = "\n".join(
        path.read_text("utf-8") for folder in CHECKS for path in (PACKAGE / folder).rglob("*.py")
    )
    # An error message ends with the id in brackets; a finding has it as a string.
    absent = {rule for rule in RULES if f'"{rule}"' not in source and f"[{rule}]" not in source}
    assert absent == NEVER_REPORTED


def test_every_reported_rule_is_in_the_registry() -> None:
    rows = map(json.loads, Path(__file__).with_name("verdicts.jsonl").read_text().splitlines())
    broken = {
        diagnostic.rule
        for row in rows
        for diagnostic in checker.check(row["expr"], Place(row["place"]))
    }
    assert len(broken) > 15
    assert broken - {""} <= RULES.keys()


def test_every_rule_has_an_id_a_reason_and_a_source() -> None:
    for rule in RULES.values():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
        assert rule.reason.endswith(".")
        assert rule.source
