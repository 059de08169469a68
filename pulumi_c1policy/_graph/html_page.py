"""One HTML page with the pictures of policies: a file without a network, with a strict policy.

The page works without its script, which only filters the policies.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from xml.etree import ElementTree as ET

from pulumi_c1policy._graph import outline, svg
from pulumi_c1policy._graph.outline import Item
from pulumi_c1policy._graph.picture import Picture
from pulumi_c1policy._graph.xml_text import make

_TITLE = "ConductorOne policies"
_DESCRIPTION = "The list “In words” has the same content."


def render(overview: Picture | None, pictures: Sequence[tuple[str, Picture]]) -> str:
    """Render a page.

    Args:
        overview: The map of the policies; None for none.
        pictures: The id of each policy and its picture.

    Raises:
        MissingExtraError: The extra `graph` is not installed.
    """
    anchors = {policy: f"policy-{at}" for at, (policy, _) in enumerate(pictures) if policy}
    sections = [
        _make_section(f"policy-{at}", "policy", picture, anchors)
        for at, (_, picture) in enumerate(pictures)
    ]
    if overview is not None:
        sections.insert(0, _make_section("map", "map", overview, anchors))
    body = make(
        "body",
        make("a", "Skip to the policies", class_="skip", href="#main"),
        _make_header(len(pictures)),
        _make_navigation(pictures, has_map=overview is not None),
        make("main", *sections, id="main", tabindex=-1),
    )
    root = make("html", _make_head(), body, lang="en")
    script = ET.SubElement(body, "script")
    script.text = _load("page.js")
    return f"<!doctype html>\n{ET.tostring(root, encoding='unicode', method='html')}"


def _make_head() -> ET.Element:
    style = ET.Element("style")
    style.text = _load("page.css") + svg.load_style()
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
        make("title", _TITLE),
        style,
    )


def _make_header(count: int) -> ET.Element:
    # The script shows the search, which does nothing without it.
    search = make(
        "div",
        make("label", "Search the policies", for_="search"),
        make("input", id="search", type="search", autocomplete="off"),
        make("p", id="found", role="status"),
        id="search-box",
        role="search",
        hidden="hidden",
    )
    counted = f"{count} policies" if count != 1 else "1 policy"
    return make("header", make("h1", _TITLE), make("p", counted), search)


def _make_navigation(pictures: Sequence[tuple[str, Picture]], *, has_map: bool) -> ET.Element:
    entries = [
        make("li", make("a", picture.title, href=f"#policy-{at}"), data_for=f"policy-{at}")
        for at, (_, picture) in enumerate(pictures)
    ]
    if has_map:
        entries.insert(0, make("li", make("a", "How they point to each other", href="#map")))
    content = make("details", make("summary", "All policies"), make("ul", *entries), open="open")
    return make("nav", content, aria_label="Policies")


def _make_section(name: str, kind: str, picture: Picture, anchors: Mapping[str, str]) -> ET.Element:
    drawing = svg.draw(picture, name, _DESCRIPTION)
    # A box that scrolls must be reachable with the keyboard.
    frame = make(
        "div", drawing, class_="frame", tabindex=0, role="group", aria_label="Picture, scrollable"
    )
    items = outline.build(picture)
    if kind == "policy":
        items = items[0].items
    return make(
        "section",
        make("h2", picture.title, id=f"{name}-heading"),
        make(
            "div",
            make("details", make("summary", "Picture"), frame, open="open", class_="drawn"),
            make(
                "details",
                make("summary", "In words"),
                _make_list(items, anchors),
                open="open",
                class_="words",
            ),
            class_="both",
        ),
        id=name,
        class_=kind,
        aria_labelledby=f"{name}-heading",
    )


def _make_list(items: Sequence[Item], anchors: Mapping[str, str]) -> ET.Element:
    return make("ul", *(make("li", *_list_content(item, anchors)) for item in items))


def _list_content(item: Item, anchors: Mapping[str, str]) -> Iterator[ET.Element | str]:
    """Yield the text of an item, as a link if it names a policy of the page, and its list."""
    anchor = anchors.get(item.policy_id)
    text = make("span", item.text, dir="auto")
    yield make("a", text, href=f"#{anchor}") if anchor else text
    if item.code:
        yield ": "
        yield make("code", item.code, dir="auto")
    if item.items:
        yield _make_list(item.items, anchors)


def _load(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
