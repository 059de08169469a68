"""Rules that a comment in an expression turns off. This module imports nothing of ours."""

from __future__ import annotations

import re

_IGNORE = re.compile(r"//[^\n]*?c1policy:ignore([ \t]+[\w, \t-]+)")


def find_ignored_rules(expression: str) -> frozenset[str]:
    """List the rules that comments in `expression` name: `// c1policy:ignore old-spelling`."""
    if "c1policy:ignore" not in expression:
        return frozenset()
    return frozenset(" ".join(_IGNORE.findall(expression)).replace(",", " ").split())
