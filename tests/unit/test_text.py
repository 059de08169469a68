"""Text that others wrote does not act where it is shown."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pulumi_c1policy import _text

HOSTILE = st.text(
    st.sampled_from("\r\n\t\x1b\x07\x9b\u202e\u2066\u200b\u2028\\`*_[]()<>!@#|~:/&$ abw.-'\"")
    | st.characters(),
    max_size=60,
)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ" or character == " "


@given(HOSTILE)
def test_terminal_text_has_no_control_characters(text: str) -> None:
    assert all(is_visible(each) or each in "\n\t" for each in _text.escape_for_terminal(text))


@given(HOSTILE)
def test_one_line_has_visible_characters_only(text: str) -> None:
    assert all(map(is_visible, _text.to_one_line(text)))


@given(HOSTILE)
def test_a_table_cell_has_plain_text_only(text: str) -> None:
    source = f"| A | B |\n| --- | --- |\n| {_text.escape_markdown(text)} | end |"
    tokens = MARKDOWN.parse(source)
    assert tokens[0].type == "table_open"
    assert tokens[-1].type == "table_close"
    cells = [t for t, before in zip(tokens[1:], tokens, strict=False) if before.type == "td_open"]
    assert len(cells) == 2
    kinds = {child.type for child in cells[0].children or ()}
    assert kinds <= {"text", "text_special", "html_inline"}
    html = [c.content for c in cells[0].children or () if c.type == "html_inline"]
    assert set(html) <= {"<br>"}
    shown = "".join("\n" if c.type == "html_inline" else c.content for c in cells[0].children or ())
    assert re.search(r"(?<!\w)[@#]\w", shown) is None
    assert "://" not in _text.escape_markdown(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Ann\r# <h1>Approved by security</h1>",
            r"Ann # &lt;h1&gt;Approved by security&lt;/h1&gt;",
        ),
        ("ask @team and ada@example.com", "ask @&#8288;team and ada@example.com"),
        ("![x](http://a)", r"!\[x](http:\//a)"),
        ("\x1b[31mred\u202e", r"\\x1b\[31mred\\u202e"),
        ("a\nb", "a<br>b"),
    ],
)
def test_markdown_is_escaped(text: str, shown: str) -> None:
    assert _text.escape_markdown(text) == shown


def test_a_secret_is_masked_and_its_parts_are_found_within_the_block_only() -> None:
    with _text.hide_secrets(["the-secret-text", "abc"]):
        assert _text.mask_secrets("it is the-secret-text, abc") == "it is ***, abc"
        assert _text.quotes_secret("near `secret-t`")
        assert not _text.quotes_secret("nothing of it: secret")
    assert _text.mask_secrets("the-secret-text") == "the-secret-text"
    assert not _text.quotes_secret("the-secret-text")
