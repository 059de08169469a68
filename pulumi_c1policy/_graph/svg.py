"""An SVG drawing of a picture, in light and dark, with its text as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from xml.etree import ElementTree as ET

from pulumi_c1policy._graph import outline, placement
from pulumi_c1policy._graph.picture import Node, Picture
from pulumi_c1policy._graph.picture_changes import NO_MARKS, SIGNS, Marks
from pulumi_c1policy._graph.placement import Place, Placement, Spacing, Way
from pulumi_c1policy._graph.wrapping import wrap
from pulumi_c1policy._graph.xml_text import make

_FONT_SIZE = 13.0
_LINE_HEIGHT = 18.0
_PADDING = 12.0
_INDENT = 14.0
_MARGIN = 16.0
_BOX_WIDTH = 300.0
_SPACING = Spacing(width=_BOX_WIDTH, column=_BOX_WIDTH + 44, row=64)
_LABEL_WIDTH_EM = 17.0
_MAX_WRAPPED_LINES = 12
_MAX_LABEL_LINES = 3
_HEADING_HEIGHT = 28.0


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of text in a box."""

    text: str
    style: str
    indent: float = 0


def render(picture: Picture) -> str:
    """Render a picture as an SVG file. The description has the whole text of the picture.

    Raises:
        MissingExtraError: The extra `graph` is not installed.
    """
    root = draw(picture, "c1", _describe(picture, NO_MARKS))
    return _finish(root)


def render_sides(before: Picture, after: Picture, marks: tuple[Marks, Marks]) -> str:
    """Render the pictures before and after a change beside each other, as one SVG file.

    Args:
        before: The picture before the change; the title of the file is that of the other one.
        after: The picture after it.
        marks: The marks of both.

    Raises:
        MissingExtraError: The extra `graph` is not installed.
    """
    root = make("svg", make("title", after.title or before.title), class_="c1-picture")
    width = height = 0.0
    sides = (("Before", before, marks[0]), ("After", after, marks[1]))
    for heading, picture, side_marks in sides:
        left = width
        drawing = draw(picture, heading.lower(), _describe(picture, side_marks), side_marks)
        drawing.attrib |= {"x": _round(left), "y": _round(_HEADING_HEIGHT)}
        text = make("text", heading, class_="side", x=_round(left + _MARGIN), y=_HEADING_HEIGHT)
        root.extend([text, drawing])
        width = left + max(float(drawing.attrib["width"]), _BOX_WIDTH) + _MARGIN
        height = max(height, _HEADING_HEIGHT + float(drawing.attrib["height"]))
    root.attrib |= {"width": _round(width), "height": _round(height)}
    root.set("viewBox", f"0 0 {_round(width)} {_round(height)}")
    return _finish(root)


def _describe(picture: Picture, marks: Marks) -> str:
    return "; ".join(outline.list_lines(outline.build(picture, marks)))


def _finish(root: ET.Element) -> str:
    """Return the text of a file, with the style sheet."""
    root.set("xmlns", "http://www.w3.org/2000/svg")
    # The texts of `style` have no character that XML escapes.
    style = ET.Element("style")
    style.text = load_style()
    root.insert(1, style)
    return ET.tostring(root, encoding="unicode")


def load_style() -> str:
    """Return the style sheet of drawings."""
    return resources.files(__package__).joinpath("svg.css").read_text("utf-8")


def draw(picture: Picture, name: str, description: str, marks: Marks = NO_MARKS) -> ET.Element:
    """Draw a picture as an `svg` element, without a style sheet.

    Args:
        picture: The picture.
        name: The beginning of all ids in the element.
        description: The description for people who cannot see the drawing.
        marks: The differences from another picture.

    Raises:
        MissingExtraError: The extra `graph` is not installed.
    """
    rows = {node.id: list(_list_rows(node, marks)) for node in picture.nodes}
    heights = {node: len(each) * _LINE_HEIGHT + 2 * _PADDING for node, each in rows.items()}
    placed = placement.place(picture, heights, _SPACING)
    width = _round(placed.width + 2 * _MARGIN)
    height = _round(placed.height + 2 * _MARGIN)
    root = make(
        "svg",
        make("title", picture.title, id=f"{name}-title"),
        make("desc", description, id=f"{name}-desc"),
        make("defs", _make_arrow(name)),
        class_="c1-picture",
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
        width=width,
        height=height,
    )
    root.set("viewBox", f"{-_MARGIN:g} {-_MARGIN:g} {width} {height}")
    root.extend(_draw_way(way, name, marks) for way in placed.ways)
    root.extend(_draw_box(node, rows[node.id], placed, heights, marks) for node in picture.nodes)
    root.extend(label for way in placed.ways for label in _draw_label(way, marks))
    return root


def _make_arrow(name: str) -> ET.Element:
    arrow = make(
        "marker",
        make("path", d="M0 0 8 4 0 8z", class_="arrow"),
        id=f"{name}-arrow",
        orient="auto-start-reverse",
    )
    sizes = {"markerWidth": "8", "markerHeight": "8", "refX": "8", "refY": "4"}
    arrow.attrib |= sizes | {"markerUnits": "userSpaceOnUse"}
    return arrow


def _list_rows(node: Node, marks: Marks) -> Iterator[_Row]:
    """Yield the rows of text in a box."""
    if mark := marks.nodes.get(node.id):
        yield _Row(f"{SIGNS[mark]} {mark}", f"mark {mark}")
    # A heading is bold, and wider.
    for text in _wrap(node.title, _BOX_WIDTH * 0.1, is_code=False):
        yield _Row(text, "heading")
    is_code = node.kind == "rule"
    for at, line in enumerate(node.lines):
        indent = line.depth * _INDENT
        mark = marks.lines.get((node.id, at))
        shown = f"{SIGNS[mark]} {line.text}" if mark else line.text
        style = f"mark {mark}" if mark else "code" if is_code else "text"
        for index, text in enumerate(_wrap(shown, indent, is_code=is_code)):
            # Later rows of a step stand below its text, not below its number.
            hang = _INDENT / 2 if index and node.kind in ("rule", "steps") else 0
            yield _Row(text, style, indent + hang)


def _wrap(text: str, indent: float, *, is_code: bool) -> list[str]:
    width = (_BOX_WIDTH - 2 * _PADDING - indent - _INDENT / 2) / _FONT_SIZE
    return _shorten(wrap(text, width, is_code=is_code), _MAX_WRAPPED_LINES)


def _shorten(lines: list[str], length: int) -> list[str]:
    return lines if len(lines) <= length else [*lines[: length - 1], f"{lines[length - 1]} …"]


def _draw_box(
    node: Node, rows: Sequence[_Row], placed: Placement, heights: dict[str, float], marks: Marks
) -> ET.Element:
    place, height = placed.places[node.id], heights[node.id]
    left = place.x - _BOX_WIDTH / 2
    box = make(
        "rect",
        x=_round(left),
        y=_round(place.y),
        width=_round(_BOX_WIDTH),
        height=_round(height),
        rx=20 if node.kind in ("policy", "other") else 5,
    )
    baseline = place.y + _PADDING + _LINE_HEIGHT * 0.72
    texts = [
        make(
            "text",
            row.text,
            class_=row.style,
            x=_round(left + _PADDING + row.indent),
            y=_round(baseline + index * _LINE_HEIGHT),
        )
        for index, row in enumerate(rows)
    ]
    return make("g", box, *texts, class_=_join("box", node.kind, marks.nodes.get(node.id)))


def _draw_way(way: Way, name: str, marks: Marks) -> ET.Element:
    """Draw an edge as a curve that is vertical at each of its points."""
    first, *others = way.points
    parts = [f"M{_round(way.start.x)} {_round(way.start.y)} V{_round(first.y)}"]
    last = first
    for point in others:
        middle = _round((last.y + point.y) / 2)
        start, end = f"{_round(last.x)} {middle}", f"{_round(point.x)} {middle}"
        parts.append(f"C{start} {end} {_round(point.x)} {_round(point.y)}")
        last = point
    if way.end != last:
        parts.append(f"V{_round(way.end.y)}")
    style = _join("edge", way.edge.kind, marks.edges.get(way.edge))
    return make("path", d=" ".join(parts), class_=style, marker_end=f"url(#{name}-arrow)")


def _draw_label(way: Way, marks: Marks) -> Iterator[ET.Element]:
    """Draw the text of an edge in the middle of the first part of its curve."""
    mark = marks.edges.get(way.edge)
    shown = f"{SIGNS[mark]} {way.edge.label or mark}" if mark else way.edge.label
    if not shown:
        return
    style = _join("label", mark and f"mark {mark}")
    lines = _shorten(wrap(shown, _LABEL_WIDTH_EM), _MAX_LABEL_LINES)
    middle = _find_middle(way)
    top = middle.y - (len(lines) - 1) * _LINE_HEIGHT / 2 + 4
    for index, text in enumerate(lines):
        y = _round(top + index * _LINE_HEIGHT)
        yield make("text", text, class_=style, x=_round(middle.x), y=y)


def _find_middle(way: Way) -> Place:
    first, second = way.points[0], way.points[1]
    if way.edge.source == way.edge.target:
        return Place(second.x, second.y + _LINE_HEIGHT / 2)
    return Place((first.x + second.x) / 2, (first.y + second.y) / 2)


def _join(*classes: str | None) -> str:
    return " ".join(filter(None, classes))


def _round(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
