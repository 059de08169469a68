"""The generated parts of docs/performance.md, between markers, and its plot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = _DOCS / "performance.md"
PLOT = _DOCS / "performance.svg"


def write(parts: Mapping[str, str]) -> None:
    """Write the measured parts of the page.

    Raises:
        ValueError: The page has no place for a part.
    """
    text = PAGE.read_text()
    for name, part in parts.items():
        begin, end = f"<!-- measured: {name} -->", "<!-- end -->"
        if text.count(begin) != 1:
            raise ValueError(f"{PAGE} has {text.count(begin)} places for the figures of {name!r}")
        head, _, rest = text.partition(begin)
        text = f"{head}{begin}\n\n{part}\n\n{end}{rest.partition(end)[2]}"
    PAGE.write_text(text)
