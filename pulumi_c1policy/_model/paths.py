"""Property paths: where in a policy something stands.

A path is a tuple of field names (`str`), list indices (`int`) and map keys (`Key`). It is printed
as a program would write it, `policy_steps["grant"].steps[0].approval`, and read back from any form
that Pulumi accepts (`policy_steps.grant.steps[0]`, `rules[*].condition`).
This module imports nothing of ours.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias


class Key(str):
    """A map key in a path: data, not a field name, and printed in brackets."""

    __slots__ = ()


Path: TypeAlias = tuple[str | int, ...]
"""Where something stands, from the policy down."""

_STEP = re.compile(
    r"""\.?(?P<name>[^.\[\]"]+) | \[(?P<index>\d+)\] | \["(?P<key>(?:[^"\\]|\\.)*)"\] | \[(?P<any>\*)\]""",
    re.VERBOSE,
)


def text(path: Path) -> str:
    """`path` as a program writes it: `policy_steps["grant"].steps[0]`."""
    out = ""
    for part in path:
        if isinstance(part, Key):
            out += f"[{json.dumps(str(part), ensure_ascii=False)}]"
        elif isinstance(part, int):
            out += f"[{part}]"
        else:
            out += f".{part}" if out else part
    return out


def order(path: Path) -> list[tuple[int, str]]:
    """What paths are sorted by: names and keys as text, indices as numbers."""
    return [(part, "") if isinstance(part, int) else (0, part) for part in path]


def parse(source: str) -> Path | None:
    """The path that `source` spells in Pulumi's grammar, or None where it spells none.

    Field names and map keys look alike in `a.b`, so every name comes back as a plain string;
    `[*]` and `.*` come back as `"*"` and match anything (see `covers`).
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
            parts.append(_unquoted(match["key"]))
        else:
            parts.append(match["name"] or "*")
    return tuple(parts) or None


def _unquoted(quoted: str) -> str:
    """A key without its quotes' escapes: JSON's, as `text` writes them, or else Pulumi's."""
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)


def covers(pattern: Path, path: Path) -> bool:
    """Whether `path` is what `pattern` names, or lies below it; `"*"` matches any one part."""
    return len(pattern) <= len(path) and all(
        wanted in ("*", part) for wanted, part in zip(pattern, path, strict=False)
    )


def at(tree: object, path: Path) -> object:
    """What stands at `path` in `tree`, or None where nothing does."""
    for part in path:
        if isinstance(tree, dict):
            tree = tree.get(part)
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        else:
            return None
    return tree


def hidden_keys(path: Path) -> Path:
    """A path with `…` in the place of each map key, for a value that is a secret."""
    return tuple(Key("…") if isinstance(part, Key) else part for part in path)
