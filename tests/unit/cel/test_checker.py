"""The check of one expression: errors, comments, fallbacks and an unavailable checker."""

from __future__ import annotations

import sys

import pytest

from pulumi_c1policy._cel import cel_library, checker
from pulumi_c1policy._cel.environment import Place
from tests.unit.cel.corpus import MANAGERS

RULE = Place.RULE_CONDITION


def list_rules(expression: str, place: Place = RULE, *, has_fallback: bool = False) -> list[str]:
    return [found.rule for found in checker.check(expression, place, has_fallback=has_fallback)]


def test_diagnostics_are_in_the_order_of_the_text() -> None:
    found = checker.check("subject.emial == 'a' && subject.employment_type == foo", RULE)
    assert [(diagnostic.rule, diagnostic.column) for diagnostic in found] == [
        ("unknown-field", 9),
        ("unknown-variable", 52),
    ]


def test_all_errors_are_reported() -> None:
    assert list_rules("subject.emial == 'a' && subject.departmnt == 'b' && subjct.id == 'c'") == [
        "unknown-field",
        "unknown-field",
        "unknown-variable",
    ]


def test_a_repeated_name_is_reported_once() -> None:
    assert list_rules("foo == 'a' || foo == 'b'") == ["unknown-variable"]
    assert list_rules("subject.job_title == 'a' || subject.job_title == 'b'") == ["old-spelling"]


def test_each_call_of_a_function_is_checked() -> None:
    right, wrong = "c1.user.v1.HasApp(subject, 'a')", "c1.user.v1.HasApp(subject)"
    assert list_rules(f"{right} || {wrong}") == ["wrong-arguments"]
    assert list_rules(f"{wrong} || {right}") == ["wrong-arguments"]


def test_each_unknown_value_of_an_enum_is_reported() -> None:
    text = "subject.status == UserStatus.FIRST || subject.status == UserStatus.SECOND"
    assert list_rules(text) == ["unknown-value", "unknown-value"]


def test_words_of_library_errors_in_an_expression_have_no_effect() -> None:
    assert list_rules("recursion recursion") == ["syntax"]
    assert list_rules("error == 'undeclared reference to'") == ["unknown-variable"]


def test_errors_that_follow_from_another_error_are_not_reported() -> None:
    assert list_rules("subject.foo.bar.startsWith('a')") == ["unknown-field"]


def test_a_loop_can_shadow_a_variable() -> None:
    assert list_rules("subject.emails.exists(task, task == 'a')") == []
    assert list_rules("subject.emails.exists(user, user == 'a')") == []


def test_the_rest_of_an_expression_with_an_unknown_function_is_checked() -> None:
    found = checker.check("c1.future.v1.Score(subject) > 5 && subject.emial == 'a'", RULE)
    assert [(diagnostic.severity, diagnostic.rule) for diagnostic in found] == [
        ("warning", "unknown-function"),
        ("error", "unknown-field"),
    ]


def test_a_fallback_turns_off_the_warning_about_empty_results() -> None:
    assert list_rules(MANAGERS, Place.APPROVER) == ["approver-can-be-empty"]
    assert list_rules(MANAGERS, Place.APPROVER, has_fallback=True) == []


@pytest.mark.parametrize(
    "comment",
    [
        "// c1policy:ignore old-spelling",
        "// c1policy:ignore always-true, old-spelling",
        "// the directory spells it so; c1policy:ignore old-spelling",
    ],
)
def test_a_comment_turns_a_rule_off(comment: str) -> None:
    assert list_rules(f"subject.job_title == 'a' {comment}") == []
    assert list_rules(f"{comment}\nsubject.job_title == 'a'") == []


def test_a_comment_does_not_turn_other_rules_off() -> None:
    commented = "subject.job_title == 'a' // c1policy:ignore always-true"
    assert list_rules(commented) == ["old-spelling"]


def test_a_too_long_expression_is_not_checked() -> None:
    assert list_rules("subject.emial == '" + "a" * 100_000 + "'") == ["unchecked"]


def test_a_lone_surrogate_is_an_error() -> None:
    assert list_rules("'a\ud800'") == ["syntax"]


def test_nested_loops_are_not_evaluated() -> None:
    """Their evaluation would take as many steps as the product of the lists."""
    depth = 12
    nested = "[1, 2, 3, 4, 5, 6, 7, 8, 9].all(x, " * depth + "true" + ")" * depth
    assert list_rules(nested) in ([], ["unchecked"])


@pytest.mark.parametrize("missing", ["cel_expr_python", "cel_expr_python.ext"])
@pytest.mark.usefixtures("empty_caches")
def test_a_missing_library_raises_checker_unavailable(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(cel_library.CheckerUnavailableError, match="not installed") as caught:
        checker.check("subject.email == 'a'", RULE)
    assert str(caught.value).splitlines()[-1].startswith("Install it with")


@pytest.mark.usefixtures("empty_caches")
def test_a_broken_environment_raises_checker_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken_pool() -> object:
        raise TypeError

    monkeypatch.setattr(cel_library, "_build_pool", broken_pool)
    with pytest.raises(
        cel_library.CheckerUnavailableError, match="does not accept the environment"
    ):
        checker.check("subject.email == 'a'", RULE)


def test_results_are_cached() -> None:
    text = f"{MANAGERS}.exists(m, m.email == 'remembered@company.com')"
    checker.check(text, RULE)
    before = checker._check.cache_info().hits
    checker.check(text, RULE)
    assert checker._check.cache_info().hits == before + 1
