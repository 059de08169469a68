"""The verdicts of a long list of expressions that `c1policy check-expression --jsonl` reads.

`verdicts.jsonl` holds a verdict for each expression, judged by the vendor's documentation:
`accepted`, `warned` (accepted with a warning) or `rejected`.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.environment import Place
from pulumi_c1policy._cli.check_expression import check_expression
from tests.unit.cel.corpus import LIBRARY_WORDS

LIST = Path(__file__).with_name("verdicts.jsonl").read_text("utf-8")
ROWS = [json.loads(line) for line in LIST.splitlines()]
VERDICTS = {None: "accepted", "warning": "warned", "error": "rejected"}


def test_the_list_covers_every_place_and_verdict() -> None:
    counts = Counter(row["place"] for row in ROWS)
    assert set(counts) == set(Place)
    assert sum(counts.values()) > 1000
    assert {row["verdict"] for row in ROWS} == set(VERDICTS.values())


@pytest.mark.parametrize(
    "around",
    ["!(\n#\n)", "ip.is4 ? ip.is6 : (\n#\n)", "[1].all(zz, c1.future.v1.F(zz) || (\n#\n))"],
    ids=["negated", "choice", "loop beside an unknown function"],
)
def test_an_accepted_expression_is_accepted_inside_another(around: str) -> None:
    place = Place.RULE_CONDITION
    whole = [
        around.replace("#", row["expr"])
        for row in ROWS
        if row["place"] == place and row["verdict"] != "rejected"
    ]
    assert [text for text in whole if checker.has_error(checker.check(text, place))] == []


def test_every_expression_gets_its_verdict() -> None:
    app = typer.Typer()
    app.command()(check_expression)
    done = CliRunner().invoke(app, ["--jsonl"], input=LIST, catch_exceptions=False)
    assert done.exit_code == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [
        (row, answer)
        for row, answer in zip(ROWS, answers, strict=True)
        if VERDICTS[answer["severity"]] != row["verdict"]
        or answer["accepted"] is (row["verdict"] == "rejected")
        or any(word in (answer["message"] or "") for word in LIBRARY_WORDS)
    ]
    assert wrong == []
