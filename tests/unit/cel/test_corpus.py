"""Every expression of the corpus gets its verdict, its place and its sentence."""

from __future__ import annotations

import pytest

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.environment import Place
from tests.unit.cel.corpus import DOUBTFUL, RIGHT, WRONG, Remarked

# What only the library, or a person who reads its source, would understand.
RAW = ("undeclared", "overload", "INVALID", "<input>", "container", "c1policy.", "_==_", "error*")


def test_the_corpus_is_large_and_has_every_place() -> None:
    count = sum(map(len, RIGHT.values())) + len(DOUBTFUL) + len(WRONG)
    assert count >= 150
    assert set(RIGHT) == set(Place)
    assert {case.place for case in WRONG} == set(Place)


@pytest.mark.parametrize(
    ("place", "expression"),
    [pytest.param(p, e, id=f"{p} {e}") for p, texts in RIGHT.items() for e in texts],
)
def test_a_right_expression_gets_no_remark(place: str, expression: str) -> None:
    assert checker.check(expression, Place(place)) == []


@pytest.mark.parametrize("case", DOUBTFUL, ids=lambda case: f"{case.place} {case.expression}")
def test_a_doubtful_expression_is_accepted_with_a_warning(case: Remarked) -> None:
    (found,) = checker.check(case.expression, Place(case.place))
    assert found.severity == "warning"
    assert (found.rule, (found.line, found.column)) == (case.rule, case.position)
    assert case.says in found.message


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case.place} {case.expression}")
def test_a_wrong_expression_is_refused_in_words_of_ours(case: Remarked) -> None:
    found = checker.check(case.expression, Place(case.place))
    worst = checker.choose_worst(found)
    assert worst is not None
    assert worst.severity == "error"
    assert (worst.rule, (worst.line, worst.column)) == (case.rule, case.position)
    assert case.says in worst.message
    assert not [word for word in RAW for remark in found if word in remark.message]


@pytest.mark.parametrize("case", DOUBTFUL, ids=lambda case: f"{case.place} {case.expression}")
def test_every_warning_can_be_silenced(case: Remarked) -> None:
    place = Place(case.place)
    commented = f"{case.expression} // c1policy:ignore {case.rule}"
    assert checker.check(commented, place) == []


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case.place} {case.expression}")
def test_an_error_can_be_turned_down_by_its_rule(case: Remarked) -> None:
    commented = f"{case.expression} // c1policy:ignore {case.rule}"
    assert case.rule not in [found.rule for found in checker.check(commented, Place(case.place))]
