"""Every expression of the corpus gets its verdict, its place and its sentence."""

from __future__ import annotations

import pytest

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.environment import Place
from tests.unit.cel.corpus import DOUBTFUL, RIGHT, WRONG, Case

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
def test_a_doubtful_expression_is_accepted_with_a_warning(case: Case) -> None:
    (found,) = checker.check(case.expression, Place(case.place))
    assert found.severity == "warning"
    assert (found.rule, (found.line, found.column)) == (case.rule, case.position)
    assert case.excerpt in found.message


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case.place} {case.expression}")
def test_a_wrong_expression_is_refused_in_words_of_ours(case: Case) -> None:
    found = checker.check(case.expression, Place(case.place))
    find_worst = checker.find_worst(found)
    assert find_worst is not None
    assert find_worst.severity == "error"
    assert (find_worst.rule, (find_worst.line, find_worst.column)) == (case.rule, case.position)
    assert case.excerpt in find_worst.message
    assert not [word for word in RAW for diagnostic in found if word in diagnostic.message]


@pytest.mark.parametrize("case", DOUBTFUL, ids=lambda case: f"{case.place} {case.expression}")
def test_every_warning_can_be_silenced(case: Case) -> None:
    place = Place(case.place)
    commented = f"{case.expression} // c1policy:ignore {case.rule}"
    assert checker.check(commented, place) == []


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case.place} {case.expression}")
def test_an_error_can_be_turned_down_by_its_rule(case: Case) -> None:
    commented = f"{case.expression} // c1policy:ignore {case.rule}"
    assert case.rule not in [found.rule for found in checker.check(commented, Place(case.place))]
