"""Values as Python source: the same values, laid out as ruff does it."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_c1policy._import.python_source import Code, Noted, format_call, format_text
from tests.unit.importing.programs import formatted

LITERALS = {
    "plain": ("plain", '"plain"'),
    "single": ("it's", '"it\'s"'),
    "double": ('say "x"', "'say \"x\"'"),
    "both": ('it\'s "x"', "'it\\'s \"x\"'"),
    "as-many": ("' \"", '"\' \\""'),
    "backslash": ("\\d+\\", '"\\\\d+\\\\"'),
    "line-break": ("a\nb\tc", '"a\\nb\\tc"'),
    "letters": ("Grüße, 世界 🚀", '"Grüße, 世界 🚀"'),
    "unseen": ("\u202e\u200b\xa0\x00", '"\\u202e\\u200b\\xa0\\x00"'),
    "half-a-character": ("\ud83d", '"\\ud83d"'),
}


@pytest.mark.parametrize(("text", "source"), LITERALS.values(), ids=LITERALS)
def test_a_text_is_a_readable_literal(text: str, source: str) -> None:
    assert format_text(text) == source
    assert ast.literal_eval(source) == text


def test_the_layout_is_the_formatters() -> None:
    source = format_call(
        "Policy",
        "name",
        display_name="Name",
        description="Who works in the office asks their manager.\nEverybody else asks an owner of the app.",
        short="One.\nTwo.",
        long="x" * 90,
        empty={},
        rules=[
            {"condition": "subject.department == 'Sales' &&\n  subject.jobTitle == 'Engineer'"},
            {"condition": "true", "policy_id": Code("other.id")},
        ],
        baseline=Noted("2abc", 'Called\n"it".'),
        ids=[Noted("a", "Comment."), Code("b.id")],
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
    assert formatted(source + "\n") == source + "\n"


# How wide a rare character is the formatter and the terminal may see in two ways.
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
def test_any_value_is_written_as_the_formatter_writes_it(arguments: dict[str, Any]) -> None:
    source = format_call("dict", **arguments) + "\n"
    assert eval(source) == arguments  # noqa: S307 (our own source)
    if arguments:
        assert formatted(source) == source
