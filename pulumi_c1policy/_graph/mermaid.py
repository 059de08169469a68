"""Mermaid text of a picture: a flowchart that GitHub, GitLab and other hosts draw.

Texts of others cannot leave their label: every character that Mermaid, its Markdown or HTML may
read is written as a code: https://mermaid.js.org/syntax/flowchart.html, "Entity codes".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from pulumi_c1policy import _text
from pulumi_c1policy._graph.picture import Edge, EdgeKind, Node, NodeKind, Picture

Mark: TypeAlias = Literal["added", "removed", "changed"]
"""The marks of nodes in a picture of a change."""

_OUTLINES: Final[Mapping[Mark, str]] = {
    "added": "stroke:#2da44e,stroke-width:4px",
    "removed": "stroke:#e5534b,stroke-width:3px,stroke-dasharray:8 4",
    "changed": "stroke:#bf8700,stroke-width:3px,stroke-dasharray:3 3",
}
"""Outlines that stand out on light and dark pages; text and fill keep the colors of the page."""

_SHAPES: dict[NodeKind, tuple[str, str]] = {
    "policy": ("([", "])"),
    "rule": ("{{", "}}"),
    "steps": ("[", "]"),
    "other": ("[[", "]]"),
    "problem": (">", "]"),
}
_ARROWS: dict[EdgeKind, str] = {"escalation": "-.->"}
_MAX_TEXT_LENGTH = 300
_LATE_SIGNS = "$:\\"
_WORD_JOINER = "#8288;"
_UNNAMED = "(unnamed)"
# Letters and digits stay, and signs where they mean nothing to Mermaid, Markdown or HTML.
_PLAIN = re.compile(
    r"""
    [^\W_°ßﬁﬂ]                            # a letter or a digit; Mermaid itself uses `fl°` and `¶ß`
    | (?<=\S[ ])[=!]=(?=[ ])              # not a whole line, which could underline a heading
    | [ ,!(/'?→…↳]
    | (?<!\d)\)                           # after a digit, it could be the number of a list
    | (?<=[^\W_])[-._](?=[^\W_])          # inside a word
    | (?<=[^\W\d_]|[)])\.(?!\d)             # the end of a sentence, not the number of a list
    | (?<=[^\W_])\[\d+\](?!\()            # an index
    | :(?=[ ])
    | (?P<special>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_WEB_ADDRESS = re.compile(r"(?i)(?<=\bwww)\.")


def render(picture: Picture, marks: Mapping[str, Mark] | None = None) -> str:
    """Render a picture, without a line break at its end.

    Args:
        picture: The picture.
        marks: The marks of nodes by id, which get an outline.
    """
    lines = ["flowchart TB"]
    lines += [f"  {_render_node(node)}" for node in picture.nodes]
    lines += [f"  {_render_edge(edge)}" for edge in picture.edges]
    for mark in get_args(Mark):
        if marked := [node for node, found in (marks or {}).items() if found == mark]:
            lines.append(f"  classDef {mark} {_OUTLINES[mark]}")
            lines.append(f"  class {','.join(marked)} {mark}")
    return "\n".join(lines)


def escape(text: str) -> str:
    """Return text for a label in double quotes."""
    shown = _text.to_one_line(text)
    if len(shown) > _MAX_TEXT_LENGTH:
        shown = f"{shown[: _MAX_TEXT_LENGTH - 1]}…"
    escaped = _PLAIN.sub(_escape_match, shown)
    return _WEB_ADDRESS.sub(_encode("."), escaped)


def _escape_match(found: re.Match[str]) -> str:
    return _encode(found["special"]) if found["special"] else found[0]


def _encode(character: str) -> str:
    # Mermaid decodes the codes, and only then draws `$$x$$`, `fa:fa-x` and `\\n` as formulas, icons
    # and line breaks. An invisible character between the signs prevents it.
    return f"#{ord(character)};{_WORD_JOINER if character in _LATE_SIGNS else ''}"


def _render_node(node: Node) -> str:
    opening, closing = _SHAPES[node.kind]
    lines = [f"{'↳ ' * line.depth}{escape(line.text)}" for line in node.lines]
    return f'{node.id}{opening}"{"<br/>".join([escape(node.title) or _UNNAMED, *lines])}"{closing}'


def _render_edge(edge: Edge) -> str:
    text = escape(edge.label)
    label = f'|"{text}"|' if text else ""
    return f"{edge.source} {_ARROWS.get(edge.kind, '-->')}{label} {edge.target}"
