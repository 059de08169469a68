"""Mermaid text, SVG and HTML: any text in any place stays text."""

from __future__ import annotations

import base64
import hashlib
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from pulumi_c1policy import _text
from pulumi_c1policy._graph import html_page, mermaid, outline, svg
from pulumi_c1policy._graph.picture import Edge, Line, Node, Picture
from tests.unit.graph.random_pictures import Page, pictures

SVG = "{http://www.w3.org/2000/svg}"
LABEL = r'"(?:[^"#;<>&`$%{}\n]|#\d+;|<br/>)*"'
NODE_LINE = re.compile(
    rf"  n\d+(?:\(\[{LABEL}\]\)|\{{\{{{LABEL}\}}\}}|\[{LABEL}\]|\[\[{LABEL}\]\]|>{LABEL}\])"
)
EDGE_LINE = re.compile(rf"  n\d+ (?:-->|-\.->)(?:\|{LABEL}\|)? n\d+")


def parse(picture: Picture) -> ET.Element:
    return ET.fromstring(svg.render(picture))  # noqa: S314 (our own drawing)


@given(pictures())
def test_each_line_of_mermaid_is_one_node_or_one_edge(picture: Picture) -> None:
    first, *lines = mermaid.render(picture).split("\n")
    assert first == "flowchart TB"
    assert len(lines) == len(picture.nodes) + len(picture.edges)
    for line in lines[: len(picture.nodes)]:
        assert NODE_LINE.fullmatch(line)
    for line in lines[len(picture.nodes) :]:
        assert EDGE_LINE.fullmatch(line)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Production access", "Production access"),
        ("expressions[0]: a.b(c)", "expressions[0]: a.b(c)"),
        ("x == 'y' && z != 1", "x == 'y' #38;#38; z != 1"),
        ("1. approval", "1#46; approval"),
        ("ada@example.com", "ada#64;example.com"),
        ("www.example.com", "www#46;example.com"),
        ("fa:fa-car", "fa#58;#8288;fa-car"),
        ('say "no"', "say #34;no#34;"),
        ("a\n<b>", "a #60;b#62;"),
        ("x" * 301, "x" * 299 + "…"),
    ],
)
def test_mermaid_labels_are_escaped(text: str, label: str) -> None:
    assert mermaid.escape(text) == label


@given(pictures())
def test_an_svg_is_well_formed_and_has_a_title_and_a_description(picture: Picture) -> None:
    root = parse(picture)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == title.get("id")
    assert (title.text or "") == _text.to_one_line(picture.title)
    assert not {each.tag for each in root.iter()} - {
        SVG + tag
        for tag in ("svg", "title", "desc", "style", "defs", "marker", "path", "rect", "text", "g")
    }


@given(pictures())
def test_an_svg_shows_all_boxes_apart_and_inside(picture: Picture) -> None:
    root = parse(picture)
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    boxes = [
        tuple(float(each.attrib[name]) for name in ("x", "y", "width", "height"))
        for each in root.iter(f"{SVG}rect")
    ]
    assert len(boxes) == len(picture.nodes)
    for at, (x, y, w, h) in enumerate(boxes):
        assert left <= x <= x + w <= left + width
        assert top <= y <= y + h <= top + height
        for other_x, other_y, _, other_h in boxes[:at]:
            assert abs(x - other_x) >= w or y >= other_y + other_h or other_y >= y + h


def test_an_edge_does_not_cross_the_boxes_beside_its_source() -> None:
    lines = tuple(Line("text") for _ in range(20))
    nodes = (
        Node("n0", "rule", "0"),
        Node("n1", "rule", "1"),
        Node("n2", "steps", "high", lines),
        Node("n3", "steps", "grant"),
        Node("n4", "steps", "other"),
    )
    edges = (
        Edge("n0", "n1", "next"),
        Edge("n0", "n2", "match"),
        Edge("n1", "n3", "baseline"),
        Edge("n1", "n4", "match"),
    )
    root = parse(Picture("A", nodes, edges))
    high = [
        float(each.attrib["y"]) + float(each.attrib["height"]) for each in root.iter(f"{SVG}rect")
    ][2]
    curves = [
        each.attrib["d"] for each in root.iter(f"{SVG}path") if "edge" in each.attrib["class"]
    ]
    straight_to = [float(curve.split(" V")[1].split(" ")[0]) for curve in curves[2:]]
    assert straight_to == [high, high]


@given(pictures())
def test_a_page_parses_and_has_no_element_or_handler_of_a_text(picture: Picture) -> None:
    page = Page(html_page.render(picture, [("a", picture), ("", picture)]))
    assert page.open == []
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert not {"img", "iframe", "b", "object", "foreignobject"} & set(page.tags)
    names = {name for each in page.attributes for name in each}
    assert not [name for name in names if name.startswith("on") or name in ("style", "src")]
    assert all(link.startswith("#") for link in page.list_values("href"))
    ids = page.list_values("id")
    assert len(ids) == len(set(ids))
    assert set(page.list_values("aria-labelledby")) <= set(ids)
    assert {link.removeprefix("#") for link in page.list_values("href")} <= set(ids)


def test_the_security_policy_of_a_page_permits_its_style_and_script_only() -> None:
    page = Page(html_page.render(None, [("a", Picture("A", (Node("n0", "policy", "A"),), ()))]))
    [policy] = [each for each in page.list_values("content") if "default-src" in each]
    assert policy.startswith("default-src 'none'; ")
    for kind, text in page.raw.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "http:" not in page.raw["script"]
    assert "url(" not in page.raw["style"]


def test_a_page_has_landmarks_and_ordered_headings() -> None:
    page = Page(html_page.render(None, [("a", Picture("A", (Node("n0", "policy", "A"),), ()))]))
    assert {"header", "nav", "main"} <= set(page.tags)
    assert [tag for tag in page.tags if re.fullmatch(r"h\d", tag)] == ["h1", "h2"]
    assert page.attributes[0] == {"lang": "en"}
    assert page.tags[page.tags.index("body") + 1] == "a"  # the skip link


@given(pictures())
def test_every_text_of_a_picture_is_in_its_description(picture: Picture) -> None:
    described = "; ".join(outline.list_lines(outline.build(picture)))
    for line in picture.nodes[0].lines:
        assert line.text in described
