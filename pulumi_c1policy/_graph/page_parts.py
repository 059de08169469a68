"""The parts that the pages with pictures have in common: the frame, and a picture with its words.

A page is a file without a network, with a strict policy. It works without its script, which only
filters the policies.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from xml.etree import ElementTree as ET

from pulumi_c1policy import _extras
from pulumi_c1policy._graph import outline, svg
from pulumi_c1policy._graph.outline import Item
from pulumi_c1policy._graph.picture import Picture
from pulumi_c1policy._graph.picture_changes import NO_MARKS, SIGNS, Mark, Marks
from pulumi_c1policy._graph.xml_text import make

MAP_NAME = "map"
"""The id of the section of the map."""

_NARROW_WIDTH = 700
"""The width up to which a drawing is readable if it is fitted into half a page: two columns."""
_DESCRIPTION = "The list “In words” has the same content."


def render_page(
    title: str,
    introduction: Sequence[ET.Element | str],
    entries: Sequence[tuple[str, str]],
    sections: Sequence[ET.Element],
) -> str:
    """Render a page.

    Args:
        title: Its title.
        introduction: What stands below the title.
        entries: The id of each section, and its text in the list of all policies.
        sections: The sections: the map and the policies.
    """
    body = make(
        "body",
        make("a", "Skip to the policies", class_="skip", href="#main"),
        make("header", make("h1", title), *introduction, _make_search()),
        _make_navigation(entries),
        make("main", *sections, id="main", tabindex=-1),
    )
    script = ET.SubElement(body, "script")
    script.text = _load("page.js")
    root = make("html", _make_head(title), body, lang="en")
    return f"<!doctype html>\n{ET.tostring(root, encoding='unicode', method='html')}"


def make_views(
    picture: Picture,
    name: str,
    anchors: Mapping[str, str],
    marks: Marks = NO_MARKS,
    *,
    is_map: bool,
    has_drawing: bool = True,
) -> list[ET.Element]:
    """Make a picture and the same in words, each of which can be folded.

    Args:
        picture: The picture.
        name: The beginning of all ids in the elements.
        anchors: The id of the section of each policy of the page.
        marks: The differences from another picture.
        is_map: Whether the picture is a map, or shows one policy.
        has_drawing: Whether to draw it; otherwise only the words are made.

    Raises:
        MissingExtraError: It is drawn, and the extra `graph` is not installed.
    """
    items = outline.build(picture, marks)
    # The heading of a policy has its name already.
    listed = _make_list(items if is_map else items[0].items, anchors)
    words = make("details", make("summary", "In words"), listed, open="open", class_="words")
    if not has_drawing:
        return [words]
    drawing = svg.draw(picture, name, _DESCRIPTION, marks)
    is_narrow = float(drawing.attrib["width"]) <= _NARROW_WIDTH
    style = "frame narrow" if is_narrow else "frame"
    # A box that scrolls must be reachable with the keyboard.
    label = f"Picture of {picture.title}, scrollable"
    frame = make("div", drawing, class_=style, tabindex=0, role="group", aria_label=label)
    drawn = make("details", make("summary", "Picture"), frame, open="open", class_="drawn")
    return [drawn, words]


def can_draw() -> bool:
    """Return whether drawings can be made: the extra `graph` is installed."""
    return all(map(_extras.is_importable, _extras.MODULES["graph"]))


def load_style() -> str:
    """Return the style of pages and drawings."""
    return _load("page.css") + svg.load_style()


def make_mark(mark: Mark) -> ET.Element:
    """Make the sign and the word of a mark, with a space behind it."""
    element = make("span", f"{SIGNS[mark]} {mark}", class_=f"mark {mark}")
    element.tail = " "
    return element


def _make_head(title: str) -> ET.Element:
    style = ET.Element("style")
    style.text = load_style()
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_hash(style.text)}'",
            f"script-src '{_hash(_load('page.js'))}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    security = make("meta", content=policy)
    security.set("http-equiv", "Content-Security-Policy")
    return make(
        "head",
        make("meta", charset="utf-8"),
        security,
        make("meta", name="viewport", content="width=device-width, initial-scale=1"),
        make("meta", name="color-scheme", content="light dark"),
        make("title", title),
        style,
    )


def _make_search() -> ET.Element:
    # The script shows the search, which does nothing without it.
    return make(
        "div",
        make("label", "Search the policies", for_="search"),
        make("input", id="search", type="search", autocomplete="off"),
        make("p", id="found", role="status"),
        id="search-box",
        role="search",
        hidden="hidden",
    )


def _make_navigation(entries: Sequence[tuple[str, str]]) -> ET.Element:
    items = []
    for name, text in entries:
        item = make("li", make("a", text, href=f"#{name}"))
        if name != MAP_NAME:
            item.set("data-for", name)
        items.append(item)
    content = make("details", make("summary", "All policies"), make("ul", *items), open="open")
    return make("nav", content, aria_label="Policies")


def _make_list(items: Sequence[Item], anchors: Mapping[str, str]) -> ET.Element:
    return make("ul", *(make("li", *_list_content(item, anchors)) for item in items))


def _list_content(item: Item, anchors: Mapping[str, str]) -> Iterator[ET.Element | str]:
    """Yield the text of an item, as a link if it names a policy of the page, and its list."""
    anchor = anchors.get(item.policy_id)
    if item.mark:
        yield make_mark(item.mark)
    text = make("span", item.text, dir="auto")
    shown = make("a", text, href=f"#{anchor}") if anchor else text
    yield shown
    if item.code:
        shown.tail = ": "
        yield make("code", item.code, dir="auto")
    if item.items:
        yield _make_list(item.items, anchors)


def _load(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
