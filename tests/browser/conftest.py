"""A browser, and pages that fail their test if they do what a page must not do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts import browser as installed_browser
from tests.browser import watched_pages
from tests.browser.watched_pages import WatchedPage

OpenPage: TypeAlias = Callable[..., WatchedPage]

# Playwright turns first-run pages, updates and background requests off, and uses a new profile.
_ARGUMENTS = ("--disable-gpu", "--disable-quic", "--disable-sync")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start a browser without a window."""
    try:
        path = installed_browser.find()
    except installed_browser.NoBrowserError as error:
        pytest.fail(f"{error}\n`make test-browser` installs Chromium on Debian.", pytrace=False)
    with sync_playwright() as playwright:
        # Chromium refuses to start a sandbox as root.
        started = playwright.chromium.launch(
            executable_path=path, args=_ARGUMENTS, chromium_sandbox=os.geteuid() != 0
        )
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open pages as `watched_pages.open_page` does; their findings fail the test at its end."""
    opened: list[WatchedPage] = []

    def open_watched(url: str, **options: Any) -> WatchedPage:
        opened.append(watched_pages.open_page(browser, url, **options))
        return opened[-1]

    yield open_watched
    for each in opened:
        each.page.context.close()
    assert [finding for each in opened for finding in each.findings] == []
