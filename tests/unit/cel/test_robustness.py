"""The check handles any text, in time and without words of the library's errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._cel import checker
from pulumi_c1policy._cel.diagnostics import format_diagnostic
from pulumi_c1policy._cel.environment import Place, load_environment
from tests.unit.cel.corpus import ACCEPTED, LIBRARY_WORDS, REJECTED, WARNED

PLACES = st.sampled_from(list(Place))
KNOWN = [text for texts in ACCEPTED.values() for text in texts]
KNOWN += [case.expression for case in (*WARNED, *REJECTED)]
FACTS = load_environment()
WORDS = st.sampled_from(
    [
        *FACTS.variables, *FACTS.signatures, *FACTS.constants, *FACTS.member_functions,
        "email", "status",
        "x", "true", "null", "in", "==", "!=", "<", "&&", "||", "!", "?", ":", ".", ",", "(", ")",
        "[", "]", "{", "}", "+", "-", "1", "1.5", "'a'", '"', "'", "//", "\n", "\\", "`", "\0", "😀",
    ]
)  # fmt: skip


def check(expression: str, place: Place) -> None:
    found = checker.check(expression, place)
    lines = expression.split("\n")
    for diagnostic in found:
        assert not [word for word in LIBRARY_WORDS if word in diagnostic.message]
        assert 1 <= diagnostic.line <= len(lines)
        assert 1 <= diagnostic.column <= len(lines[diagnostic.line - 1]) + 1
        assert format_diagnostic(expression, diagnostic)


@given(st.text(), PLACES)
def test_any_text_is_checked(text: str, place: Place) -> None:
    check(text, place)


@given(st.lists(WORDS, max_size=25), st.sampled_from(["", " "]), PLACES)
def test_any_words_are_checked(words: list[str], between: str, place: Place) -> None:
    check(between.join(words), place)


@given(st.sampled_from(KNOWN), st.data(), PLACES)
def test_a_cut_or_altered_expression_is_checked(
    known: str, data: st.DataObject, place: Place
) -> None:
    at = data.draw(st.integers(0, len(known)))
    check(known[:at], place)
    check(known[at:], place)
    check(known[:at] + data.draw(WORDS) + known[at:], place)


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 50_000,
        "(" * 20_000 + "true" + ")" * 20_000,
        "!" * 90_000 + "true",
        "-" * 90_000 + "1",
        "&&".join(["true"] * 10_000),
        "subject" + ".a" * 40_000,
        "[" * 40_000 + "]" * 40_000,
        "'" * 99_999,
        "'" + "\\" * 90_000,
        "," * 90_000,
        "a " * 40_000,
        "\n" * 90_000,
        "true ? 1 : " * 9_000 + "1",
        "f(" * 30_000 + ")" * 30_000,
        "subject.email in [" + ", ".join(f"'{n}@company.com'" for n in range(4_000)) + "]",
    ],
    ids=lambda text: f"{text[:12]!r} {len(text)}",
)
@pytest.mark.timeout(20)
def test_a_huge_expression_is_checked_in_time(expression: str) -> None:
    check(expression, Place.RULE_CONDITION)
