"""The text of a server is shown printable, short, and without a secret."""

from __future__ import annotations

import pytest

from pulumi_c1policy._client.text_cleaner import MAX_LENGTH, Cleaner, is_html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("", ""),
        ("a\r\n\tb\x00c\x1b[2J\u2028d", "a b c [2J d"),
        ("the token canary-one and canary-one-more", "the token *** and ***"),
        ("secret-token:conductorone.com:v1:eyJrdHki, yours", "***, yours"),
        ("assertion eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ4In0.c2lnbmVk end", "assertion *** end"),
        ("Authorization: Bearer abcdefgh12345== end", "Authorization: Bearer *** end"),
        ("the bearer of this is fine", "the bearer of this is fine"),
    ],
)
def test_a_text_becomes_one_printable_line_without_secrets(text: str, shown: str) -> None:
    assert Cleaner(["canary-one", "canary-one-more"]).clean(text) == shown


def test_a_secret_is_masked_before_the_text_is_cut() -> None:
    text = "x" * (MAX_LENGTH - 4) + "canary-one"
    assert Cleaner(["canary-one"]).clean(text) == "x" * (MAX_LENGTH - 4) + "***"


def test_a_long_text_is_cut() -> None:
    assert Cleaner().clean("x" * 1_000) == "x" * (MAX_LENGTH - 1) + "…"


def test_a_secret_can_be_added_later() -> None:
    cleaner = Cleaner()
    cleaner.hide("canary", "", "abc")
    assert cleaner.clean("canary abc") == "*** abc"


@pytest.mark.parametrize(
    ("content_type", "body", "html"),
    [
        ("text/html; charset=utf-8", b"", True),
        ("application/xhtml+xml", b"", True),
        ("", b"\r\n <!doctype html>", True),
        ("application/json", b"{}", False),
        ("text/plain", b"a < b", False),
    ],
)
def test_a_page_for_a_browser_is_detected(content_type: str, body: bytes, html: bool) -> None:
    assert is_html(content_type, body) is html


@pytest.mark.parametrize("spaces", range(64 * 1024 - 6, 64 * 1024 + 3))
def test_no_part_of_a_secret_is_shown_where_a_huge_text_is_cut(spaces: int) -> None:
    text = "before" + " " * (spaces - 6) + "canary-one" + "x" * 1_000_000
    shown = Cleaner(["canary-one"]).clean(text)
    assert shown.startswith("before")
    assert "can" not in shown
