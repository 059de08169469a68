"""docs/expressions.md describes every place and rule, and its example is real."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pulumi_c1policy._cel.environment import Place
from tests.unit.cel.corpus import WARNED
from tests.unit.cel.test_check_expression import parse_answers

PAGE = (Path(__file__).parents[3] / "docs" / "expressions.md").read_text("utf-8")
TRANSCRIPT = re.findall(r'^({"expr": .*})\n({"accepted": .*})$', PAGE, re.MULTILINE)


def test_every_warning_rule_is_described() -> None:
    described = set(re.findall(r"`([a-z-]+)`", PAGE.split("## Warnings")[1].split("\n\n")[1]))
    assert {case.rule for case in WARNED} <= described


def test_every_place_is_described() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE.split("## Places")[1].split("##")[0], re.M) == [
        *Place
    ]


@pytest.mark.parametrize(("asked", "answered"), TRANSCRIPT)
def test_the_example_shows_the_real_answer(asked: str, answered: str) -> None:
    assert parse_answers(asked) == [json.loads(answered)]
