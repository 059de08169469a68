"""How an expression says which warnings about it are not wanted. This module imports nothing of ours."""

from __future__ import annotations

import re

_IGNORE = re.compile(r"//[^\n]*?c1policy:ignore([ \t]+[\w, \t-]+)")


def silenced(expression: str) -> frozenset[str]:
    """The rules that comments in `expression` name: `// c1policy:ignore old-spelling`."""
    if "c1policy:ignore" not in expression:
        return frozenset()
    return frozenset(" ".join(_IGNORE.findall(expression)).replace(",", " ").split())
