"""The verdict, the position and the message of every expression of the corpus."""

from __future__ import annotations

import pytest

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.environment import Place
from tests.unit.cel.corpus import ACCEPTED, LIBRARY_WORDS, REJECTED, WARNED, Case


def test_the_corpus_covers_every_place() -> None:
    count = sum(map(len, ACCEPTED.values())) + len(WARNED) + len(REJECTED)
    assert count >= 150
    assert set(ACCEPTED) == set(Place)
    assert {case.place for case in REJECTED} == set(Place)


@pytest.mark.parametrize(
    ("place", "expression"),
    [pytest.param(p, e, id=f"{p} {e}") for p, texts in ACCEPTED.items() for e in texts],
)
def test_an_accepted_expression_has_no_diagnostics(place: str, expression: str) -> None:
    assert checker.check(expression, Place(place)) == []


@pytest.mark.parametrize("case", WARNED, ids=lambda case: f"{case.place} {case.expression}")
def test_a_warned_expression_has_one_warning_at_its_position(case: Case) -> None:
    (found,) = checker.check(case.expression, Place(case.place))
    assert found.severity == "warning"
    assert (found.rule, (found.line, found.column)) == (case.rule, case.position)
    assert case.excerpt in found.message


@pytest.mark.parametrize("case", REJECTED, ids=lambda case: f"{case.place} {case.expression}")
def test_a_rejected_expression_has_an_error_at_its_position(case: Case) -> None:
    found = checker.check(case.expression, Place(case.place))
    worst = checker.find_worst(found)
    assert worst is not None
    assert worst.severity == "error"
    assert (worst.rule, (worst.line, worst.column)) == (case.rule, case.position)
    assert case.excerpt in worst.message
    assert not [
        word for word in LIBRARY_WORDS for diagnostic in found if word in diagnostic.message
    ]


@pytest.mark.parametrize("case", WARNED, ids=lambda case: f"{case.place} {case.expression}")
def test_every_warning_can_be_turned_off(case: Case) -> None:
    place = Place(case.place)
    commented = f"{case.expression} // c1policy:ignore {case.rule}"
    assert checker.check(commented, place) == []


@pytest.mark.parametrize("case", REJECTED, ids=lambda case: f"{case.place} {case.expression}")
def test_every_error_can_be_turned_off(case: Case) -> None:
    commented = f"{case.expression} // c1policy:ignore {case.rule}"
    assert case.rule not in [found.rule for found in checker.check(commented, Place(case.place))]
