"""A page that misbehaves is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import watched_pages

STRICT = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        ("<script>console.warn('hm')</script>", "console warning: hm"),
        ("<script>console.error('oh')</script>", "console error: oh"),
        ("<script>throw new Error('bad')</script>", "error: bad"),
        ("<script>alert(1)</script>", "dialog"),
        ("<img src='other.png' alt=''>", "request: file:///"),
        (
            f"{STRICT}<p style='color: red'>",
            "Applying inline style violates the following Content Security Policy",
        ),
        (
            f"{STRICT}<script>1</script>",
            "Executing inline script violates the following Content Security Policy",
        ),
    ],
    ids=["warning", "error", "exception", "dialog", "request", "style", "script"],
)
def test_a_page_that_misbehaves_has_a_finding(
    browser: Browser, tmp_path: Path, content: str, finding: str
) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><meta charset=utf-8>{content}")
    opened = watched_pages.open_page(browser, file.as_uri())
    opened.page.context.close()
    assert any(finding in each for each in opened.findings), opened.findings


def test_a_page_without_a_language_has_an_accessibility_violation(
    browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text("<!doctype html><title>x</title><main><h1>x</h1></main>")
    opened = watched_pages.open_page(browser, file.as_uri())
    assert "html-has-lang" in opened.check_accessibility()
    opened.page.context.close()


def test_an_element_beyond_the_window_is_found_unless_it_is_in_a_scrolled_box(
    browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    wide = "<div class={} style='width: 2000px'>x</div>"
    box = f"<div style='overflow: auto'>{wide.format('inside')}</div>"
    viewport = "<meta name=viewport content='width=device-width'>"
    file.write_text(f"<!doctype html>{viewport}{box}")
    opened = watched_pages.open_page(browser, file.as_uri(), width=360)
    assert opened.list_too_wide() == []
    file.write_text(f"<!doctype html>{viewport}{box}{wide.format('outside')}")
    opened.page.reload()
    assert ['class="outside"' in each for each in opened.list_too_wide()] == [True]
    opened.page.context.close()
