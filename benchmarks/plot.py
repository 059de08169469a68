"""The scaling plot: each step's seconds by the number of policies, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from math import ceil, floor, log10

from benchmarks.contestants import NAMES, STEPS, Step
from benchmarks.runs import MANY, Life, Setting

_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 220, 150, 50, 92, 62
_COLUMNS = 3
_STYLE = """
  text { font: 11px system-ui, sans-serif; fill: #333 } .title { font-weight: 600 }
  .grid { stroke: #ddd } .ours { stroke: #1a5fb4; fill: #1a5fb4 } .floor { stroke: #999; fill: #999 }
  polyline { fill: none !important; stroke-width: 2 } .floor polyline { stroke-dasharray: 5 3 }
"""


def draw_svg(ours: Mapping[Setting, Life], floors: Mapping[Setting, Life], caption: str) -> str:
    """Return the plot, with a panel for each step."""
    plot = _Plot(
        *({s.count: life for s, life in lives.items() if not s.delay} for lives in (ours, floors))
    )
    width = _LEFT + _COLUMNS * (_WIDTH + _GAP)
    height = _TOP + 2 * (_HEIGHT + _GAP)
    body = "\n".join([*_draw_legend(caption), *plot.draw_panels()])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n'
        f"<title>Seconds by number of policies</title>\n<style>{_STYLE}</style>\n"
        f'<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n'
    )


def _draw_legend(caption: str) -> Iterator[str]:
    machine, _, day = caption.partition("; ")
    yield f'<text x="{_LEFT}" y="18">{escape(machine)}</text>'
    yield f'<text x="{_LEFT}" y="34">{escape(day)}</text>'
    for name, x, text in (
        ("ours", _LEFT, "pulumi-c1policy: seconds by number of policies"),
        ("floor", _LEFT + 330, "the engine alone"),
    ):
        yield f'<g class="{name}"><polyline points="{x},50 {x + 24},50"/></g>'
        yield f'<text x="{x + 30}" y="54">{text}</text>'


class _Plot:
    def __init__(self, ours: Mapping[int, Life], floors: Mapping[int, Life]) -> None:
        self._lines = {"floor": floors, "ours": ours}
        counts = [log10(count) for count in ours]
        walls = [
            log10(figures.usage.wall)
            for lives in self._lines.values()
            for life in lives.values()
            for figures in life.values()
        ]
        self._x = floor(min(counts)), ceil(max(counts)) or 1
        self._y = floor(min(walls)), ceil(max(walls))

    def draw_panels(self) -> Iterator[str]:
        for index, step in enumerate(STEPS):
            row, column = divmod(index, _COLUMNS)
            x, y = _LEFT + column * (_WIDTH + _GAP), _TOP + row * (_HEIGHT + _GAP)
            yield f'<g transform="translate({x} {y})">'
            title = _format_title(step, max(self._lines["ours"]))
            yield f'<text class="title" y="-8">{title}</text>'
            yield from self._draw_grid()
            for name, lives in self._lines.items():
                yield from _draw_line(
                    name, [self._locate(n, life, step) for n, life in lives.items()]
                )
            yield "</g>"

    def _draw_grid(self) -> Iterator[str]:
        for power in range(self._x[0], self._x[1] + 1):
            x = self._scale_x(power)
            yield f'<line class="grid" x1="{x:.0f}" x2="{x:.0f}" y2="{_HEIGHT}"/>'
            yield f'<text x="{x:.0f}" y="{_HEIGHT + 16}" text-anchor="middle">{10**power:,}</text>'
        for power in range(self._y[0], self._y[1] + 1):
            y = self._scale_y(power)
            yield f'<line class="grid" y1="{y:.0f}" y2="{y:.0f}" x2="{_WIDTH}"/>'
            yield f'<text x="-6" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g} s</text>'

    def _locate(self, count: int, life: Life, step: Step) -> tuple[float, float]:
        return self._scale_x(log10(count)), self._scale_y(log10(life[step].usage.wall))

    def _scale_x(self, power: float) -> float:
        return (power - self._x[0]) / (self._x[1] - self._x[0]) * _WIDTH

    def _scale_y(self, power: float) -> float:
        return _HEIGHT - (power - self._y[0]) / (self._y[1] - self._y[0]) * _HEIGHT


def _format_title(step: Step, largest: int) -> str:
    without = largest > MANY and step in ("create", "destroy")
    return NAMES[step] + (f" (no checkpoints above {MANY})" if without else "")


def _draw_line(name: str, points: list[tuple[float, float]]) -> Iterator[str]:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points)
    yield f'<g class="{name}"><polyline points="{joined}"/>{dots}</g>'
