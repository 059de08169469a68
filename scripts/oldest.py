"""Print the lower bounds of the package's dependencies as constraints for pip.

Run `python -m scripts.oldest`. Continuous integration installs these versions, so that every bound
in pyproject.toml is one that was tried. It runs before anything is installed, so it may import the
standard library only.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("cel", "cli", "graph", "review", "testing")
"""The extras that users install; development tools have no oldest version."""

_BOUND = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\s*>=\s*([0-9][0-9.]*)")


def main() -> int:
    """Print one constraint a line."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    requirements = [*project["dependencies"], *(r for name in EXTRAS for r in extras.get(name, ()))]
    for name, version in sorted(set(list_lower_bounds(requirements))):
        print(f"{name}=={version}")
    return 0


def list_lower_bounds(requirements: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the lowest version of each requirement that has a lower bound.

    Args:
        requirements: Requirements such as `httpx>=0.28,<1`.
    """
    for requirement in requirements:
        found = _BOUND.match(requirement)
        if found:
            yield found[1].lower(), found[2]


if __name__ == "__main__":
    sys.exit(main())
