"""The page of a change, and both sides in the other formats: any text in any place stays text."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given

from pulumi_c1policy._graph import comparison_page, mermaid, svg
from pulumi_c1policy._graph.comparison_page import Comparison
from pulumi_c1policy._graph.picture import Picture
from pulumi_c1policy._graph.picture_changes import mark_changes
from tests.unit.graph.random_pictures import Page, pictures

MERMAID_LINE = re.compile(
    r"""
    \ \ subgraph\ (?:before\["Before"\]|after\["After"\]) | \ \ end
    | \ {4}(?:before|after)_n\d+[^\n"]+"[^\n"]*"[^\n"]+             # a node, or an edge with text
    | \ {4}(?:before|after)_n\d+\ -[->.]+\ (?:before|after)_n\d+  # an edge without text
    | \ \ (?:classDef|linkStyle)\ [a-z0-9,]+\ stroke:\S+(?:\ 3)?
    """,
    re.VERBOSE,
)


@given(pictures(), pictures())
def test_a_page_has_no_element_or_handler_of_a_text(old: Picture, new: Picture) -> None:
    policies = [Comparison(old, new, "a"), Comparison(None, new), Comparison(old, None)]
    page = Page(comparison_page.render(Comparison(old, new), policies))
    assert page.open == []
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert not {"img", "iframe", "b", "object", "foreignobject"} & set(page.tags)
    names = {name for each in page.attributes for name in each}
    assert not [name for name in names if name.startswith("on") or name in ("style", "src")]
    ids = page.list_values("id")
    assert len(ids) == len(set(ids))
    assert set(page.list_values("aria-labelledby")) <= set(ids)
    assert {link.removeprefix("#") for link in page.list_values("href")} <= set(ids)


@given(pictures(), pictures())
def test_both_sides_are_well_formed_in_the_other_formats(old: Picture, new: Picture) -> None:
    marks = mark_changes(old, new)
    ET.fromstring(svg.render_sides(old, new, marks))  # noqa: S314 (our own drawing)
    first, *lines = mermaid.render_sides(old, new, marks).split("\n")
    assert first == "flowchart TB"
    assert [line for line in lines if not MERMAID_LINE.fullmatch(line)] == []


@given(pictures(), pictures())
def test_marks_are_about_parts_of_their_picture(old: Picture, new: Picture) -> None:
    for picture, mark, marks in zip(
        (old, new), ("removed", "added"), mark_changes(old, new), strict=True
    ):
        nodes = {node.id: node for node in picture.nodes}
        assert set(marks.nodes) <= set(nodes)
        assert set(marks.nodes.values()) <= {mark, "changed"}
        assert set(marks.edges) <= set(picture.edges)
        assert all(index < len(nodes[node].lines) for node, index in marks.lines)
        assert {marks.nodes[node] for node, _ in marks.lines} <= {"changed"}
