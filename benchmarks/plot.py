"""The growth plot: the cost of a stack by the number of its policies, all axes logarithmic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final, TypeAlias

from benchmarks.comparison import Row
from benchmarks.contestants import Step
from benchmarks.runs import Figures

_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 220, 150, 58, 92, 62
_COLUMNS = 3
_STYLE = """
  text { font: 11px system-ui, sans-serif; fill: #333 } .title { font-weight: 600 }
  .grid { stroke: #ddd } .ours { stroke: #1a5fb4; fill: #1a5fb4 } .floor { stroke: #999; fill: #999 }
  polyline { fill: none !important; stroke-width: 2 } .floor polyline { stroke-dasharray: 5 3 }
"""

_Points: TypeAlias = list[tuple[int, float]]
"""Numbers of policies, each with a value."""


@dataclass(frozen=True)
class _Panel:
    """One diagram of the plot.

    Attributes:
        title: Its title, with the unit.
        step: The step.
        measure: Return the value of a step, for a number of policies.
        checkpoints: Show the step with checkpoints.
    """

    title: str
    step: Step
    measure: Callable[[Figures, int], float]
    checkpoints: bool = False


def _get_seconds(figures: Figures, _count: int) -> float:
    return figures.usage.wall


def _get_requests(figures: Figures, _count: int) -> float:
    return figures.requests


def _get_memory(figures: Figures, _count: int) -> float:
    return sum(figures.usage.rss.values()) / 2**20


def _get_cpu(figures: Figures, _count: int) -> float:
    return figures.usage.total_cpu


def _get_state(figures: Figures, count: int) -> float:
    return figures.state_bytes / count


_PANELS: Final = (
    _Panel("create, with checkpoints: s", "create", _get_seconds, checkpoints=True),
    _Panel("create, without: s", "create", _get_seconds),
    _Panel("create, without: CPU s", "create", _get_cpu),
    _Panel("destroy, with checkpoints: s", "destroy", _get_seconds, checkpoints=True),
    _Panel("destroy, without: s", "destroy", _get_seconds),
    _Panel("destroy: requests", "destroy", _get_requests),
    _Panel("preview --refresh: s", "drift", _get_seconds),
    _Panel("preview --refresh: MB", "drift", _get_memory),
    _Panel("state: bytes a policy", "create", _get_state),
)


def draw_svg(rows: Iterable[Row], caption: str) -> str:
    """Return the plot of the one-step policies.

    Args:
        rows: The rows of a run.
        caption: The machine and the day.
    """
    shown = [row for row in rows if row.setting.shape == "one-step"]
    width = _LEFT + _COLUMNS * (_WIDTH + _GAP)
    height = _TOP + ceil(len(_PANELS) / _COLUMNS) * (_HEIGHT + _GAP)
    body = "\n".join([*_draw_legend(caption), *_draw_panels(shown)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n'
        f"<title>The cost of a stack by number of policies</title>\n<style>{_STYLE}</style>\n"
        f'<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n'
    )


def _draw_legend(caption: str) -> Iterator[str]:
    machine, _, day = caption.partition("; ")
    yield f'<text x="{_LEFT}" y="18">{escape(machine)}</text>'
    yield f'<text x="{_LEFT}" y="34">{escape(day.partition(chr(10))[0])}</text>'
    for name, x, text in (
        ("ours", _LEFT, "pulumi-c1policy, by number of one-step policies"),
        ("floor", _LEFT + 330, "the engine alone"),
    ):
        yield f'<g class="{name}"><polyline points="{x},50 {x + 24},50"/></g>'
        yield f'<text x="{x + 30}" y="54">{text}</text>'


def _draw_panels(rows: Sequence[Row]) -> Iterator[str]:
    counts = [log10(row.setting.count) for row in rows]
    across = floor(min(counts)), ceil(max(counts)) or 1
    for index, panel in enumerate(_PANELS):
        lines = _collect_lines(panel, rows)
        values = [log10(value) for points in lines.values() for _, value in points]
        if not values:
            continue
        low = floor(min(values))
        up = low, max(ceil(max(values)), low + 1)
        row, column = divmod(index, _COLUMNS)
        x, y = _LEFT + column * (_WIDTH + _GAP), _TOP + row * (_HEIGHT + _GAP)
        yield f'<g transform="translate({x} {y})">'
        yield f'<text class="title" y="-8">{panel.title}</text>'
        yield from _draw_grid(across, up)
        for name, points in lines.items():
            yield from _draw_line(
                name,
                [
                    (_scale(log10(n), across, _WIDTH), _HEIGHT - _scale(log10(v), up, _HEIGHT))
                    for n, v in points
                ],
            )
        yield "</g>"


def _collect_lines(panel: _Panel, rows: Sequence[Row]) -> Mapping[str, _Points]:
    """Collect the positive values of a panel, by contestant."""
    lines: dict[str, _Points] = {"floor": [], "ours": []}
    for row in rows:
        if row.step != panel.step or row.setting.checkpoints != panel.checkpoints:
            continue
        count = row.setting.count
        for name, figures in (("floor", row.floor), ("ours", row.ours)):
            if value := panel.measure(figures, count):
                lines[name].append((count, value))
    return {name: sorted(points) for name, points in lines.items() if points}


def _draw_grid(across: tuple[int, int], up: tuple[int, int]) -> Iterator[str]:
    for power in range(across[0], across[1] + 1):
        x = _scale(power, across, _WIDTH)
        yield f'<line class="grid" x1="{x:.0f}" x2="{x:.0f}" y2="{_HEIGHT}"/>'
        yield f'<text x="{x:.0f}" y="{_HEIGHT + 16}" text-anchor="middle">{10**power:,}</text>'
    for power in range(up[0], up[1] + 1):
        y = _HEIGHT - _scale(power, up, _HEIGHT)
        yield f'<line class="grid" y1="{y:.0f}" y2="{y:.0f}" x2="{_WIDTH}"/>'
        yield f'<text x="-6" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g}</text>'


def _scale(power: float, bounds: tuple[int, int], length: int) -> float:
    return (power - bounds[0]) / (bounds[1] - bounds[0]) * length


def _draw_line(name: str, points: Sequence[tuple[float, float]]) -> Iterator[str]:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points)
    yield f'<g class="{name}"><polyline points="{joined}"/>{dots}</g>'
