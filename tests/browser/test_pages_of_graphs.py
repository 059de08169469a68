"""The page of `c1policy graph` in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from typer.testing import CliRunner

from pulumi_c1policy._cli.main import app
from tests.browser.conftest import OpenPage
from tests.browser.sample_policies import AFTER, ATTACK, BEFORE
from tests.browser.watched_pages import SCHEMES, SIZES, Scheme, WatchedPage

ROOT = Path(__file__).parents[2]
COMPANY = ROOT / "examples" / "company"

Draw: TypeAlias = Callable[..., str]


@pytest.fixture(scope="session")
def draw(tmp_path_factory: pytest.TempPathFactory) -> Draw:
    """Return a function that draws a page once, and returns its address."""
    folder = tmp_path_factory.mktemp("pages")
    sources = {"after": AFTER, "before": BEFORE, "changed": {"list": AFTER}}
    for name, content in sources.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    given: dict[str, list[Any]] = {
        "company": ["--program", COMPANY, "--directory", COMPANY / "company.json"],
        "hostile": ["--policy", folder / "after.json"],
        # A state contains all policies, so a policy that it lacks is deleted.
        "changes": ["--state", folder / "changed.json", "--against", folder / "before.json"],
    }

    def draw_page(name: str) -> str:
        page = folder / f"{name}.html"
        if not page.exists():
            arguments = map(str, [*given[name], "--format", "html", "--out", page])
            done = CliRunner().invoke(app, ["graph", *arguments])
            assert done.exit_code == 0, done.output
        return page.as_uri()

    return draw_page


def list_shown(opened: WatchedPage) -> list[str]:
    """List the headings of the policies that are visible."""
    headings = opened.page.locator("section.policy h2").all()
    return [heading.inner_text() for heading in headings if heading.is_visible()]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", ["company", "hostile", "changes"])
def test_a_page_fits_every_window_and_is_accessible(
    draw: Draw, open_page: OpenPage, name: str, width: int, scheme: Scheme
) -> None:
    opened = open_page(draw(name), width=width, scheme=scheme)
    opened.take_screenshot(f"graph-{name}-{width}-{scheme}")
    assert opened.list_too_wide() == []
    assert opened.check_accessibility() == ""


@pytest.mark.parametrize("name", ["hostile", "changes"])
def test_markup_in_names_is_text(draw: Draw, open_page: OpenPage, name: str) -> None:
    opened = open_page(draw(name))
    assert opened.page.locator("img").count() == 0
    assert opened.page.locator("script").count() == 1
    assert opened.page.locator("section.policy h2").filter(has_text=ATTACK).count() == 1


def test_a_search_by_keyboard_shows_the_policies_with_all_words(
    draw: Draw, open_page: OpenPage
) -> None:
    opened = open_page(draw("company"))
    keyboard = opened.page.keyboard
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.type("risk SCORE")
    assert list_shown(opened) == ["Access by employment"]
    assert opened.page.get_by_role("status").inner_text() == "1 of 5 policies"
    links = opened.page.get_by_role("navigation").get_by_role("link")
    assert links.all_inner_texts() == ["How policies point to each other", "Access by employment"]
    keyboard.press("Escape")
    assert len(list_shown(opened)) == 5


def test_a_link_shows_a_policy_that_the_search_hides(draw: Draw, open_page: OpenPage) -> None:
    opened = open_page(draw("hostile"))
    opened.page.get_by_role("searchbox").fill("weekend")
    assert list_shown(opened) == ["Contractors"]
    opened.page.locator("section.policy a").filter(has_text=ATTACK).click()
    target = opened.page.locator("section.policy").filter(
        has=opened.page.locator("h2", has_text=ATTACK)
    )
    target.wait_for(state="visible")
    assert len(list_shown(opened)) == 5


def test_a_picture_folds_by_keyboard(draw: Draw, open_page: OpenPage) -> None:
    opened = open_page(draw("company"))
    section = opened.page.locator("section.policy").first
    section.get_by_text("Picture", exact=True).focus()
    assert section.locator("svg").is_visible()
    opened.page.keyboard.press("Enter")
    assert not section.locator("svg").is_visible()
    assert section.get_by_text("baseline: steps 'grant'").is_visible()
    opened.page.keyboard.press("Space")
    assert section.locator("svg").is_visible()


def test_the_skip_link_is_first_and_leads_to_the_policies(draw: Draw, open_page: OpenPage) -> None:
    opened = open_page(draw("company"))
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "main"


def test_a_wide_picture_scrolls_by_keyboard(draw: Draw, open_page: OpenPage) -> None:
    opened = open_page(draw("company"), width=360)
    frame = opened.page.get_by_role("group", name="Picture of Access by employment, scrollable")
    frame.focus()
    opened.page.keyboard.press("ArrowRight")
    opened.page.wait_for_function("box => box.scrollLeft > 0", arg=frame.element_handle())


def test_a_page_without_scripts_shows_everything_but_the_search(
    draw: Draw, open_page: OpenPage
) -> None:
    opened = open_page(draw("company"), java_script_enabled=False)
    assert len(list_shown(opened)) == 5
    assert not opened.page.get_by_label("Search the policies").is_visible()


@pytest.mark.parametrize("name", ["company", "changes"])
def test_paper_has_the_pictures_in_light_colors_and_no_controls(
    draw: Draw, open_page: OpenPage, name: str
) -> None:
    opened = open_page(draw(name), width=768, scheme="dark")
    opened.page.emulate_media(media="print", color_scheme="dark")
    opened.take_screenshot(f"graph-{name}-paper")
    assert not opened.page.get_by_role("navigation").is_visible()
    assert not opened.page.get_by_role("searchbox").is_visible()
    assert opened.list_too_wide() == []
    color = "element => getComputedStyle(element).backgroundColor"
    assert opened.page.locator("body").evaluate(color) == "rgb(255, 255, 255)"
    assert opened.page.locator("svg").first.evaluate(color) == "rgb(255, 255, 255)"
    assert opened.page.pdf().startswith(b"%PDF")


def test_a_changed_policy_has_both_pictures_beside_each_other(
    draw: Draw, open_page: OpenPage
) -> None:
    section = open_page(draw("changes")).page.get_by_role("region", name="± changed Contractors")
    before, after = (
        section.get_by_role("group", name=side, exact=True) for side in ("Before", "After")
    )
    left, right = before.bounding_box(), after.bounding_box()
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]
    assert before.get_by_text("− 2. approval: manager").is_visible()  # noqa: RUF001 (minus)
    assert after.get_by_text("+ 3. wait: 1h").is_visible()
    items = after.get_by_role("listitem").filter(has_text="subject.jobTitle")
    assert items.inner_text().startswith("+ added rules[0]: ")


def test_both_pictures_are_below_each_other_on_a_phone(draw: Draw, open_page: OpenPage) -> None:
    opened = open_page(draw("changes"), width=360)
    section = opened.page.get_by_role("region", name="± changed Contractors")
    before, after = (
        section.get_by_role("group", name=side, exact=True).bounding_box()
        for side in ("Before", "After")
    )
    assert before is not None
    assert after is not None
    assert before["x"] == after["x"]
    assert before["y"] + before["height"] <= after["y"]


def test_the_page_of_a_change_shows_the_policies_that_differ(
    draw: Draw, open_page: OpenPage
) -> None:
    opened = open_page(draw("changes"))
    marks = [heading.split(" ")[:3] for heading in list_shown(opened)]
    assert sorted(" ".join(words) for words in marks) == [
        "+ added New",
        "± changed <img",
        "± changed Contractors",
        "− removed No",  # noqa: RUF001 (minus)
    ]
    assert opened.page.get_by_text("4 policies differ.").is_visible()
    assert opened.page.get_by_text("before and after the change: 2.").is_visible()
    [deleted] = [
        section
        for section in opened.page.locator("section.policy").all()
        if "No longer used" in section.inner_text()
    ]
    assert deleted.get_by_role("group", name="After", exact=True).inner_text().split("\n")[-1] == (
        "The policy does not exist."
    )
