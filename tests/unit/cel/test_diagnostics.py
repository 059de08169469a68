"""The text form of a diagnostic: the message, the line and the caret."""

from __future__ import annotations

import pytest

from pulumi_c1policy._cel.diagnostics import format_diagnostic, make_diagnostic


@pytest.mark.parametrize(
    ("expression", "at", "shown", "caret"),
    [
        ("ab == c", 0, "ab == c", "^"),
        ("ab == c", 6, "ab == c", "      ^"),
        ("ab ==", 5, "ab ==", "     ^"),
        ("a\n  b", 4, "  b", "  ^"),
        ("a\r\nb", 1, "a", " ^"),
        ("\ta b", 3, "\ta b", "\t  ^"),
        ("'你' == x", 7, "'你' == x", "        ^"),
        ("'e\u0301' == x", 8, "'e\u0301' == x", "       ^"),
        ("a\x1b[2J b", 6, "a\N{REPLACEMENT CHARACTER}[2J b", "      ^"),
        ("", 0, "", "^"),
    ],
    ids=[
        "first", "inside", "end", "second line", "windows", "tab", "wide", "combining", "control",
        "empty",
    ],
)  # fmt: skip
def test_the_caret_is_under_the_position(expression: str, at: int, shown: str, caret: str) -> None:
    lines = format_diagnostic(
        expression, make_diagnostic(expression, at, "rule", "a sentence")
    ).split("\n")
    assert lines[0].startswith("error: a sentence [rule]")
    assert lines[1:] == [f"  {shown}", f"  {caret}"]


def test_a_long_line_is_cut_around_the_position() -> None:
    expression = "a" * 300 + "!" + "b" * 300
    _, shown, caret = format_diagnostic(
        expression, make_diagnostic(expression, 300, "rule", "x")
    ).split("\n")
    assert shown[caret.index("^")] == "!"
    assert len(shown) < 110
    assert shown.strip()[0] == shown[-1] == "…"


def test_the_line_number_is_shown_for_several_lines() -> None:
    text = "a &&\nb"
    assert format_diagnostic(text, make_diagnostic(text, 5, "rule", "x")).split("\n")[0] == (
        "error: x [rule] (line 2)"
    )
