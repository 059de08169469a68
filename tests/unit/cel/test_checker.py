"""Checking one expression: silencing, fallbacks, and what cannot be checked."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from pulumi_c1policy._cel import cel_library, checker
from pulumi_c1policy._cel.environment import Place
from tests.unit.cel.corpus import MANAGERS

RULE = Place.RULE_CONDITION


def rules(expression: str, place: Place = RULE, **options: object) -> list[str]:
    return [found.rule for found in checker.check(expression, place, **options)]  # type: ignore[arg-type]


@pytest.fixture
def fresh_checker() -> Iterator[None]:
    """A checker that has neither been built yet nor remembers anything."""
    for cached in (
        cel_library.get_standard_environment,
        cel_library.get_extended_environment,
        checker._check,
    ):
        cached.cache_clear()
    yield
    cel_library.get_standard_environment.cache_clear()


def test_remarks_come_in_the_order_of_the_text() -> None:
    found = checker.check("subject.emial == 'a' && subject.employment_type == foo", RULE)
    assert [(diagnostic.rule, diagnostic.column) for diagnostic in found] == [
        ("unknown-field", 9),
        ("unknown-variable", 52),
    ]


def test_errors_in_several_places_are_all_told() -> None:
    assert rules("subject.emial == 'a' && subject.departmnt == 'b' && subjct.id == 'c'") == [
        "unknown-field",
        "unknown-field",
        "unknown-variable",
    ]


def test_the_same_name_is_remarked_on_once() -> None:
    assert rules("foo == 'a' || foo == 'b'") == ["unknown-variable"]
    assert rules("subject.job_title == 'a' || subject.job_title == 'b'") == ["old-spelling"]


def test_each_call_of_a_function_is_checked() -> None:
    right, wrong = "c1.user.v1.HasApp(subject, 'a')", "c1.user.v1.HasApp(subject)"
    assert rules(f"{right} || {wrong}") == ["wrong-arguments"]
    assert rules(f"{wrong} || {right}") == ["wrong-arguments"]


def test_each_wrong_value_of_an_enum_is_told() -> None:
    text = "subject.status == UserStatus.FIRST || subject.status == UserStatus.SECOND"
    assert rules(text) == ["unknown-value", "unknown-value"]


def test_a_word_of_the_library_in_the_expression_changes_nothing() -> None:
    assert rules("recursion recursion") == ["syntax"]
    assert rules("error == 'undeclared reference to'") == ["unknown-variable"]


def test_what_follows_from_an_error_is_not_told() -> None:
    assert rules("subject.foo.bar.startsWith('a')") == ["unknown-field"]


def test_a_loop_may_hide_a_variable() -> None:
    assert rules("subject.emails.exists(task, task == 'a')") == []
    assert rules("subject.emails.exists(user, user == 'a')") == []


def test_the_rest_of_an_expression_with_an_unknown_function_is_checked() -> None:
    found = checker.check("c1.future.v1.Score(subject) > 5 && subject.emial == 'a'", RULE)
    assert [(diagnostic.severity, diagnostic.rule) for diagnostic in found] == [
        ("warning", "unknown-function"),
        ("error", "unknown-field"),
    ]


def test_a_fallback_allows_an_expression_to_find_nobody() -> None:
    assert rules(MANAGERS, Place.APPROVER) == ["approver-can-be-empty"]
    assert rules(MANAGERS, Place.APPROVER, has_fallback=True) == []


@pytest.mark.parametrize(
    "comment",
    [
        "// c1policy:ignore old-spelling",
        "// c1policy:ignore always-true, old-spelling",
        "// it is so in the directory; c1policy:ignore old-spelling",
    ],
)
def test_a_comment_in_the_expression_silences_a_rule(comment: str) -> None:
    assert rules(f"subject.job_title == 'a' {comment}") == []
    assert rules(f"{comment}\nsubject.job_title == 'a'") == []


def test_a_comment_silences_the_rules_that_it_names_only() -> None:
    commented = "subject.job_title == 'a' // c1policy:ignore always-true"
    assert rules(commented) == ["old-spelling"]


def test_what_is_too_long_is_accepted_unchecked() -> None:
    assert rules("subject.emial == '" + "a" * 100_000 + "'") == ["unchecked"]


def test_a_lone_surrogate_is_refused() -> None:
    assert rules("'a\ud800'") == ["syntax"]


def test_loops_in_loops_are_not_evaluated() -> None:
    """The product of the lists would take for ever."""
    depth = 12
    nested = "[1, 2, 3, 4, 5, 6, 7, 8, 9].all(x, " * depth + "true" + ")" * depth
    assert rules(nested) in ([], ["unchecked"])


@pytest.mark.parametrize("missing", ["cel_expr_python", "cel_expr_python.ext"])
@pytest.mark.usefixtures("fresh_checker")
def test_without_the_library_the_check_is_unavailable(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(cel_library.CheckerUnavailableError, match="not installed") as caught:
        checker.check("subject.email == 'a'", RULE)
    assert str(caught.value).splitlines()[-1].startswith("Install it with")


@pytest.mark.usefixtures("fresh_checker")
def test_a_broken_environment_is_unavailable_and_refuses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both spellings of a field in one message are broken for the library without the option."""

    def broken_pool() -> object:
        raise TypeError

    monkeypatch.setattr(cel_library, "_build_pool", broken_pool)
    with pytest.raises(cel_library.CheckerUnavailableError, match="does not accept the environment"):
        checker.check("subject.email == 'a'", RULE)


def test_what_was_checked_is_remembered() -> None:
    text = f"{MANAGERS}.exists(m, m.email == 'remembered@company.com')"
    checker.check(text, RULE)
    before = checker._check.cache_info().hits
    checker.check(text, RULE)
    assert checker._check.cache_info().hits == before + 1
