"""Pages in a browser, and everything that they must not do.

A page must not write warnings or errors to the console, raise an error, violate its content
security policy (a browser writes that to the console), or make a request elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

Scheme: TypeAlias = Literal["light", "dark"]

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SIZES: Mapping[int, int] = {360: 740, 768: 1024, 1280: 800}
"""The height of a window by its width: a phone, a tablet, a laptop."""
SCREENSHOTS = Path(__file__).parents[2] / "build" / "browser"

_LIST_TOO_WIDE = """
() => {
  const isInScrolledBox = (element) => {
    for (let box = element.parentElement; box !== null; box = box.parentElement) {
      if (box !== document.body && getComputedStyle(box).overflowX !== "visible") return true;
    }
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .filter((element) => !isInScrolledBox(element))
    .map((element) => element.outerHTML.slice(0, 100));
}
"""
_MEASURE_SCROLL = "() => document.documentElement.scrollWidth - innerWidth"


@dataclass(slots=True)
class WatchedPage:
    """A page in a window.

    Attributes:
        page: The page of the browser.
        origin: The beginning of the addresses to which it may send requests.
        findings: What it did wrong so far.
    """

    page: Page
    origin: str
    findings: list[str] = field(default_factory=list)

    def take_screenshot(self, name: str) -> None:
        """Write a screenshot of the whole page for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def check_accessibility(self) -> str:
        """Return the violations that axe finds; "" for none."""
        results = Axe().run(self.page)
        return str(results.generate_report()) if results.violations_count else ""

    def list_too_wide(self) -> list[str]:
        """List the elements beyond the right edge of the window, except in boxes that scroll."""
        found: list[str] = self.page.evaluate(_LIST_TOO_WIDE)
        beyond = self.page.evaluate(_MEASURE_SCROLL)
        return found or ([f"the page is {beyond} pixels too wide"] if beyond > 0 else [])


def open_page(
    browser: Browser, url: str, *, width: int = 1280, scheme: Scheme = "light", **options: Any
) -> WatchedPage:
    """Open a page in a window of its own.

    Args:
        browser: The browser.
        url: The address of the page; its origin (or, for a file, the file) may be requested.
        width: The width of the window: a key of `SIZES`.
        scheme: The color scheme that the reader prefers.
        options: Further options of `Browser.new_context`.
    """
    viewport = {"width": width, "height": SIZES[width]}
    # mypy cannot know the types of `viewport` and `options`.
    make_context: Callable[..., Any] = browser.new_context
    context = make_context(viewport=viewport, color_scheme=scheme, **options)
    page = context.new_page()
    watched = WatchedPage(page, find_origin(url))

    def note_console(message: ConsoleMessage) -> None:
        if message.type in ("warning", "error", "assert"):
            watched.findings.append(f"console {message.type}: {message.text}")

    def note_request(request: Request) -> None:
        if not request.url.startswith(watched.origin):
            watched.findings.append(f"request: {request.url}")

    def note_dialog(dialog: Dialog) -> None:
        watched.findings.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", note_console)
    page.on("pageerror", lambda error: watched.findings.append(f"error: {error}"))
    page.on("request", note_request)
    page.on("dialog", note_dialog)
    page.goto(url)
    return watched


def find_origin(url: str) -> str:
    """Return the beginning of the addresses that belong to a page."""
    if url.startswith("file:"):
        return url.partition("#")[0]
    return "/".join(url.split("/")[:3]) + "/"
