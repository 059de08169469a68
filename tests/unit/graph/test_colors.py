"""The texts of a drawing are readable on its colors: 4.5 to 1, as WCAG 2.2 AA demands.

Checkers of pages do not look into drawings. https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

from __future__ import annotations

import re

import pytest

from pulumi_c1policy._graph import svg

_VARIABLE = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
BACKGROUNDS = ("back", "policy", "rule", "steps", "problem")


def read_colors(scheme: str) -> dict[str, str]:
    """Return the colors of the style sheet by their names."""
    light, _, dark = svg.load_style().partition("(prefers-color-scheme: dark)")
    return dict(_VARIABLE.findall(light if scheme == "light" else dark))


def measure_luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def measure_contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(measure_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_are_readable(scheme: str) -> None:
    colors = read_colors(scheme)
    pairs = [
        (text, back) for text in ("ink", "added", "removed", "changed") for back in BACKGROUNDS
    ]
    pairs.append(("quiet", "back"))
    measured = {pair: measure_contrast(colors[pair[0]], colors[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in measured.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_and_edges_are_visible(scheme: str) -> None:
    colors = read_colors(scheme)
    lines = ["line", *(name for name in colors if name.endswith("-line"))]
    measured = {name: measure_contrast(colors[name], colors["back"]) for name in lines}
    assert {name: ratio for name, ratio in measured.items() if ratio < 3} == {}


def test_black_on_white_has_the_highest_contrast() -> None:
    assert measure_contrast("#000000", "#ffffff") == pytest.approx(21)
