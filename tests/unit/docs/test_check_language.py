"""The check of the language."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_language


def check(path: Path, text: str) -> list[str]:
    """Write a file and return its findings, without its path and repetitions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    findings = dict.fromkeys(check_language.check(path))
    return [finding.removeprefix(f"{path}:") for finding in findings]


@pytest.mark.parametrize(
    "name",
    [
        "test_what_is_sent",
        "test_whatever_is_sent_is_read",
        "test_who_reads",
        "test_where_pages_fail",
        "test_whether_it_reads",
        "test_how_it_reads",
        "test_that_it_reads",
        "test_when_it_reads",
        "test_1_page_is_read",
        "test_10_pages",
    ],
)
def test_a_test_name_that_states_no_fact_is_reported(tmp_path: Path, name: str) -> None:
    path = tmp_path / "tests" / "unit" / "client" / "test_pages.py"
    [finding] = check(path, f"def {name}() -> None:\n    pass\n")
    assert finding.startswith("1: a test's name opens with ")


@pytest.mark.parametrize(
    "path",
    ["tests/unit/test_pages.py", "tests/unit/pages.py", "scripts/test_pages.py"],
    ids=["a fact", "not a test", "another folder"],
)
def test_any_other_name_is_not_reported(tmp_path: Path, path: str) -> None:
    name = "test_whole_pages_are_read" if path.startswith("tests/unit/test_") else "test_what"
    assert check(tmp_path / path, f"def {name}() -> None:\n    pass\n") == []


def test_two_test_modules_of_one_name_are_reported() -> None:
    paths = [Path("tests", folder, "test_reads.py") for folder in ("unit", "integration")]
    modules = [*paths, Path("tests/unit/conftest.py"), Path("tests/e2e/conftest.py")]
    assert [*check_language.find_repeated_modules(modules)] == [
        f"{paths[1]}:1: {paths[0]} has the same name; choose another one"
    ]


def test_a_docstring_that_opens_with_a_question_word_is_reported(tmp_path: Path) -> None:
    [finding] = check(tmp_path / "a.py", '"""What this is."""\n')
    assert finding == "1: a docstring opens with 'What'; open with a verb or a noun phrase"


def test_two_sentences_on_a_line_of_markdown_are_reported(tmp_path: Path) -> None:
    assert check(tmp_path / "a.md", "One fact. Two facts.\n") == [
        "1: two sentences on a line; write one a line"
    ]
    assert check(tmp_path / "a.md", "One fact.\nTwo facts, e.g. this one.\n") == []
