"""Property paths: places in a policy.

A path is a tuple of field names (`str`), list indices (`int`) and map keys (`Key`). It is printed
as a program would write it, `policy_steps["grant"].steps[0].approval`, and parsed from any form
that Pulumi accepts (`policy_steps.grant.steps[0]`, `rules[*].condition`). This module imports
nothing of ours.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias


class Key(str):
    """A map key in a path: data, not a field name, printed in brackets."""

    __slots__ = ()


Path: TypeAlias = tuple[str | int, ...]
"""A place, from the policy down."""

_STEP = re.compile(
    r"""\.?(?P<name>[^.\[\]"]+) | \[(?P<index>\d+)\]
    | \["(?P<key>(?:[^"\\]|\\.)*)"\] | \[(?P<any>\*)\]""",
    re.VERBOSE,
)


def format_path(path: Path) -> str:
    """Return a path as a program writes it: `policy_steps["grant"].steps[0]`."""
    out = ""
    for part in path:
        if isinstance(part, Key):
            out += f"[{json.dumps(str(part), ensure_ascii=False)}]"
        elif isinstance(part, int):
            out += f"[{part}]"
        else:
            out += f".{part}" if out else part
    return out


def get_sort_key(path: Path) -> list[tuple[int, str]]:
    """Return the sort key of a path: names and keys as text, indices as numbers."""
    return [(part, "") if isinstance(part, int) else (0, part) for part in path]


def parse_path(source: str) -> Path | None:
    """Parse a path in Pulumi's grammar; return None if it is invalid.

    Field names and map keys look alike in `a.b`, so every name is returned as a plain string. `[*]`
    and `.*` are returned as `"*"` and match anything (see `covers`).
    """
    parts: list[str | int] = []
    position = 0
    while position < len(source):
        match = _STEP.match(source, position)
        if match is None:
            return None
        position = match.end()
        if match["index"] is not None:
            parts.append(int(match["index"]))
        elif match["key"] is not None:
            parts.append(_unquote(match["key"]))
        else:
            parts.append(match["name"] or "*")
    return tuple(parts) or None


def _unquote(quoted: str) -> str:
    """Return a quoted key without escapes: JSON's, as `format_path` writes them, or Pulumi's."""
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)


def covers(pattern: Path, path: Path) -> bool:
    """Return whether `pattern` matches `path` or a place above it; `"*"` matches any one part."""
    return len(pattern) <= len(path) and all(
        wanted in ("*", part) for wanted, part in zip(pattern, path, strict=False)
    )


def get_at(tree: object, path: Path) -> object:
    """Return the value at `path` in `tree`, or None."""
    for part in path:
        if isinstance(tree, dict):
            tree = tree.get(part)
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        else:
            return None
    return tree


def hide_keys(path: Path) -> Path:
    """Replace each map key of a path by `…`, for a value that is a secret."""
    return tuple(Key("…") if isinstance(part, Key) else part for part in path)
