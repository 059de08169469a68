"""Values as Python source, in the layout of ruff."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._import.python_source import Code, Commented, format_call, format_text
from tests.unit.importing.imported_programs import format_source

LITERALS = {
    "plain": ("plain", '"plain"'),
    "single": ("it's", '"it\'s"'),
    "double": ('say "x"', "'say \"x\"'"),
    "both": ('it\'s "x"', "'it\\'s \"x\"'"),
    "both-quotes-equally-often": ("' \"", '"\' \\""'),
    "backslash": ("\\d+\\", '"\\\\d+\\\\"'),
    "line-break": ("a\nb\tc", '"a\\nb\\tc"'),
    "letters": ("Grüße, 世界 🚀", '"Grüße, 世界 🚀"'),
    "invisible": ("\u202e\u200b\xa0\x00", '"\\u202e\\u200b\\xa0\\x00"'),
    "half-a-character": ("\ud83d", '"\\ud83d"'),
}


@pytest.mark.parametrize(("text", "source"), LITERALS.values(), ids=LITERALS)
def test_a_text_becomes_a_readable_literal(text: str, source: str) -> None:
    assert format_text(text) == source
    assert ast.literal_eval(source) == text


def test_the_layout_is_that_of_the_formatter() -> None:
    source = format_call(
        "Policy",
        "name",
        display_name="Name",
        description="Who works in the office asks their manager.\n"
        "Everybody else asks an owner of the app.",
        short="One.\nTwo.",
        long="x" * 90,
        empty={},
        rules=[
            {"condition": "subject.department == 'Sales' &&\n  subject.jobTitle == 'Engineer'"},
            {"condition": "true", "policy_id": Code("other.id")},
        ],
        baseline=Commented("2abc", 'Called\n"it".'),
        ids=[Commented("a", "Comment."), Code("b.id")],
    )
    assert source == dedent(
        """
        Policy(
            "name",
            display_name="Name",
            description=(
                "Who works in the office asks their manager.\\n"
                "Everybody else asks an owner of the app."
            ),
            short="One.\\nTwo.",
            long="%s",
            empty={},
            rules=[
                {
                    "condition": (
                        "subject.department == 'Sales' &&\\n  subject.jobTitle == 'Engineer'"
                    )
                },
                {"condition": "true", "policy_id": other.id},
            ],
            # Called "it".
            baseline="2abc",
            ids=[
                # Comment.
                "a",
                b.id,
            ],
        )
        """
        % ("x" * 90)
    ).strip("\n")
    assert format_source(source + "\n") == source + "\n"


# The formatter and the terminal may disagree about the width of other characters.
TEXT = st.text(st.sampled_from("abc \n'\"\\{}é世\t,#") | st.characters(codec="ascii"), max_size=110)
VALUES = st.recursive(
    TEXT
    | st.integers()
    | st.booleans()
    | st.none()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["display_name", "rules", "scope"]), VALUES))
def test_any_value_has_the_layout_of_the_formatter(arguments: dict[str, Any]) -> None:
    source = format_call("dict", **arguments) + "\n"
    assert eval(source) == arguments  # noqa: S307 (our own source)
    if arguments:
        assert format_source(source) == source
