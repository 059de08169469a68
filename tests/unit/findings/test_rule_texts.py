"""The text of rules and findings: ids in brackets, settings, and the rows of the table."""

from __future__ import annotations

import pytest

from pulumi_c1policy._findings import rule_texts, severity
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._findings.rule import Rule


@pytest.mark.parametrize(
    ("rules", "citation"),
    [((), ""), (("",), ""), (("b",), " [b]"), (("b", "a", "b"), " [a, b]")],
    ids=["none", "no id", "one", "several"],
)
def test_rules_are_cited_once_and_sorted(rules: tuple[str, ...], citation: str) -> None:
    assert rule_texts.cite_rules(*rules) == citation


def test_a_finding_cites_its_rule_before_the_excerpt() -> None:
    finding = Finding(("rules", 0, "condition"), "syntax", "is incomplete\n  a &&\n      ^")
    assert rule_texts.format_finding(finding) == (
        "rules[0].condition is incomplete [syntax]\n  a &&\n      ^"
    )


def test_a_setting_sets_the_level_that_it_names() -> None:
    setting = rule_texts.format_setting(["syntax", "dead-rule", "syntax"], "warning")
    levels = severity.parse(setting)
    assert {levels.choose_level(rule, "error") for rule in ("syntax", "dead-rule")} == {"warning"}
    assert f'c1policy:severity "{setting}"' in rule_texts.format_setting_command(setting)


def test_the_table_is_sorted_and_escapes_bars() -> None:
    rules = [
        Rule("b", "error", "Reason.", "docs", "source", is_stricter=True),
        Rule("a", "warning", "This | that.", "ours", "source"),
    ]
    assert rule_texts.format_table(rules).splitlines() == [
        r"| `a` | warning | This \| that. | ours | source |",
        "| `b` | error, stricter | Reason. | docs | source |",
    ]
