"""The places of boxes and the ways of edges in a drawing.

The layers, the order in a layer and the horizontal places come from `fast_sugiyama`, an
implementation of Sugiyama's method for layered drawings. All boxes have one width; a layer is as
high as its highest box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pulumi_c1policy import _extras
from pulumi_c1policy._graph.picture import Edge, Picture

_SPINE = ("next", "baseline")
"""The edges from the policy through its rules to its baseline."""
_SPINE_WEIGHT = 3
"""The weight of an edge of the spine: such edges are drawn straight."""
_COLUMNS_OF_SINGLES = 3
_UPWARD_SHIFT = 0.3


@dataclass(frozen=True, slots=True)
class Spacing:
    """The measures of a drawing.

    Attributes:
        width: The width of a box.
        column: The distance between two boxes of a layer, from centre to centre.
        row: The distance between two layers.
    """

    width: float
    column: float
    row: float


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a box: the centre of its upper side."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Way:
    """The way of an edge.

    Attributes:
        edge: The edge.
        start: The point where it leaves its source.
        points: The points between which it is drawn as a curve: the first one at the border of the
            source's layer, the last one at the border of the target's layer.
        end: The point where it reaches its target.
    """

    edge: Edge
    start: Place
    points: tuple[Place, ...]
    end: Place


@dataclass(slots=True)
class Placement:
    """The places of the boxes of a picture, by id, and the ways of its edges."""

    places: dict[str, Place] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    width: float = 0
    height: float = 0


_Layout = tuple[Mapping[int, tuple[float, float]], Sequence[tuple[int, int]]]


def place(picture: Picture, heights: Mapping[str, float], spacing: Spacing) -> Placement:
    """Place the boxes of a picture.

    Args:
        picture: The picture.
        heights: The height of each box, by the id of its node.
        spacing: The measures.

    Raises:
        MissingExtraError: The extra `graph` is not installed.
    """
    found = Placement()
    linked = [edge for edge in picture.edges if edge.source != edge.target]
    ends = dict.fromkeys(node for edge in linked for node in (edge.source, edge.target))
    numbers = {node: number for number, node in enumerate(ends)}
    for layout in _compute_layouts(linked, numbers):
        inside = [edge for edge in linked if numbers[edge.source] in layout[0]]
        _add_layout(found, layout, inside, numbers, heights, spacing)
    singles = [node.id for node in picture.nodes if node.id not in numbers]
    _add_singles(found, singles, heights, spacing)
    loops = [edge for edge in picture.edges if edge.source == edge.target]
    found.ways += [_make_loop(edge, found.places, heights, spacing) for edge in loops]
    # A loop in the last row needs the space below it.
    found.height = max(found.height - (0 if loops else spacing.row), 0)
    return found


def _compute_layouts(edges: Iterable[Edge], numbers: Mapping[str, int]) -> list[_Layout]:
    """Compute the layout of each part of a picture whose boxes are connected.

    The layout has points for edges that pass a layer; their numbers follow those of the boxes.
    """
    with _extras.require("graph", "A drawing"):
        import fast_sugiyama

    weighted = [
        (numbers[edge.source], numbers[edge.target])
        for edge in edges
        for _ in range(_SPINE_WEIGHT if edge.kind in _SPINE else 1)
    ]
    if not weighted:
        return []
    # "up" puts a box into the layer below the last of those that lead to it.
    found = fast_sugiyama.from_edges(
        weighted, vertex_spacing=1, dummy_size=1, ranking_type="up", check_layout=False
    )
    return [
        (
            {int(each): (at[0], at[1]) for each, at in points},
            [(int(s), int(t)) for s, t in pieces or ()],
        )
        for points, _, _, pieces in found
    ]


def _add_layout(
    found: Placement,
    layout: _Layout,
    edges: Sequence[Edge],
    numbers: Mapping[str, int],
    heights: Mapping[str, float],
    spacing: Spacing,
) -> None:
    """Add a layout below what is placed already."""
    points, pieces = layout
    nodes = {numbers[node]: node for edge in edges for node in (edge.source, edge.target)}
    layer_heights: dict[float, float] = {}
    for number, (_, y) in points.items():
        height = heights[nodes[number]] if number in nodes else 0
        layer_heights[y] = max(layer_heights.get(y, 0), height)
    tops: dict[float, float] = {}
    for y in sorted(layer_heights, reverse=True):
        tops[y] = found.height
        found.height += layer_heights[y] + spacing.row
    columns = _mirror({number: x for number, (x, _) in points.items()}, edges, numbers)
    xs = {number: x * spacing.column + spacing.width / 2 for number, x in columns.items()}
    found.width = max(found.width, max(xs.values()) + spacing.width / 2)
    for number, node in nodes.items():
        found.places[node] = Place(xs[number], tops[points[number][1]])
    bottoms = {
        node: tops[points[number][1]] + layer_heights[points[number][1]]
        for number, node in nodes.items()
    }
    for edge in edges:
        passed: list[Place] = []
        for number in _find_way(numbers[edge.source], numbers[edge.target], pieces, len(numbers)):
            y = points[number][1]
            passed += [Place(xs[number], tops[y]), Place(xs[number], tops[y] + layer_heights[y])]
        found.ways.append(_make_way(edge, passed, found.places, heights, bottoms, spacing))


def _mirror(
    columns: Mapping[int, float], edges: Iterable[Edge], numbers: Mapping[str, int]
) -> dict[int, float]:
    """Return the columns from 0 on, with the rules at the left of their targets."""
    low, high = min(columns.values()), max(columns.values())
    spine = [columns[numbers[edge.target]] for edge in edges if edge.kind in _SPINE]
    if spine and sum(spine) / len(spine) > (low + high) / 2:
        return {number: high - x for number, x in columns.items()}
    return {number: x - low for number, x in columns.items()}


def _find_way(
    source: int, target: int, pieces: Sequence[tuple[int, int]], first_point: int
) -> list[int]:
    """Return the points that an edge passes; none if it was turned around to break a cycle."""
    follow = {start: end for start, end in pieces if start >= first_point}
    for start, end in pieces:
        passed = []
        at = end
        while start == source and at >= first_point:
            passed.append(at)
            at = follow[at]
        if start == source and at == target:
            return passed
    return []


def _make_way(
    edge: Edge,
    passed: Sequence[Place],
    places: Mapping[str, Place],
    heights: Mapping[str, float],
    bottoms: Mapping[str, float],
    spacing: Spacing,
) -> Way:
    """Make the way of an edge; `bottoms` has the lower borders of the layers of the boxes."""
    start, end = places[edge.source], places[edge.target]
    if end.y > start.y:
        below = Place(start.x, start.y + heights[edge.source])
        return Way(edge, below, (Place(start.x, bottoms[edge.source]), *passed, end), end)
    # The edge leads up. It stands beside an edge that leads down between the same boxes.
    shift = spacing.width * _UPWARD_SHIFT
    above = Place(start.x + shift, start.y)
    upwards = sorted(passed, key=lambda point: -point.y)
    border = Place(end.x + shift, bottoms[edge.target])
    under = Place(end.x + shift, end.y + heights[edge.target])
    return Way(edge, above, (above, *upwards, border), under)


def _make_loop(
    edge: Edge, places: Mapping[str, Place], heights: Mapping[str, float], spacing: Spacing
) -> Way:
    """Make the way of an edge from a box to itself, below the right half of the box."""
    start = places[edge.source]
    bottom = start.y + heights[edge.source]
    parts = ((0.2, bottom), (0.25, bottom + spacing.row * 0.4), (0.3, bottom))
    points = tuple(Place(start.x + part * spacing.width, y) for part, y in parts)
    return Way(edge, points[0], points, points[-1])


def _add_singles(
    found: Placement, nodes: Sequence[str], heights: Mapping[str, float], spacing: Spacing
) -> None:
    """Add boxes without edges in rows below the others."""
    for first in range(0, len(nodes), _COLUMNS_OF_SINGLES):
        row = nodes[first : first + _COLUMNS_OF_SINGLES]
        for column, node in enumerate(row):
            x = column * spacing.column + spacing.width / 2
            found.places[node] = Place(x, found.height)
            found.width = max(found.width, x + spacing.width / 2)
        found.height += max(heights[node] for node in row) + spacing.row
