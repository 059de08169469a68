"""One HTML page with the pictures of policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from pulumi_c1policy._graph import page_parts
from pulumi_c1policy._graph.page_parts import MAP_NAME
from pulumi_c1policy._graph.picture import Picture
from pulumi_c1policy._graph.xml_text import make

_TITLE = "ConductorOne policies"


def render(overview: Picture | None, pictures: Sequence[tuple[str, Picture]]) -> str:
    """Render a page.

    Args:
        overview: The map of the policies; None for none.
        pictures: The id of each policy and its picture.

    Raises:
        MissingExtraError: The extra `graph` is not installed.
    """
    anchors = {policy: f"policy-{at}" for at, (policy, _) in enumerate(pictures) if policy}
    entries = [(f"policy-{at}", picture.title) for at, (_, picture) in enumerate(pictures)]
    sections = [
        _make_section(f"policy-{at}", "policy", picture, anchors)
        for at, (_, picture) in enumerate(pictures)
    ]
    if overview is not None:
        entries.insert(0, (MAP_NAME, overview.title))
        sections.insert(0, _make_section(MAP_NAME, "map", overview, anchors))
    counted = f"{len(pictures)} policies" if len(pictures) != 1 else "1 policy"
    return page_parts.render_page(_TITLE, [make("p", counted)], entries, sections)


def _make_section(name: str, kind: str, picture: Picture, anchors: Mapping[str, str]) -> ET.Element:
    views = page_parts.make_views(picture, name, anchors, is_map=kind == "map")
    return make(
        "section",
        make("h2", picture.title, id=f"{name}-heading"),
        make("div", *views, class_="both"),
        id=name,
        class_=kind,
        aria_labelledby=f"{name}-heading",
    )
