"""The generated parts of docs/performance.md and of the README, between markers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
PAGE = _ROOT / "docs" / "performance.md"
PLOT = _ROOT / "docs" / "performance.svg"
README = _ROOT / "README.md"


def write(parts: Mapping[str, str], page: Path = PAGE) -> None:
    """Write the measured parts of a page.

    Raises:
        ValueError: The page has no place for a part.
    """
    text = page.read_text()
    for name, part in parts.items():
        begin, end = f"<!-- measured: {name} -->", "<!-- end -->"
        if text.count(begin) != 1:
            raise ValueError(
                f"{page.name} has {text.count(begin)} places for the figures of {name!r}"
            )
        head, _, rest = text.partition(begin)
        text = f"{head}{begin}\n\n{part}\n\n{end}{rest.partition(end)[2]}"
    page.write_text(text)
