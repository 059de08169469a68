"""Comments in an expression that turn rules off. This module imports nothing of ours."""

from __future__ import annotations

import re

_IGNORE = re.compile(r"//[^\n]*?c1policy:ignore([ \t]+[\w, \t-]+)")


def find_ignored_rules(expression: str) -> frozenset[str]:
    """Return the rule ids in comments such as `// c1policy:ignore old-spelling`.

    The ids are not validated: words that follow the ids in the comment are returned too.
    """
    if "c1policy:ignore" not in expression:
        return frozenset()
    return frozenset(" ".join(_IGNORE.findall(expression)).replace(",", " ").split())
