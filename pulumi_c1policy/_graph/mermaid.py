"""Mermaid text of a picture: a flowchart that GitHub, GitLab and other hosts draw.

Texts of others cannot leave their label: every character that Mermaid, its Markdown or HTML may
read is written as a code: https://mermaid.js.org/syntax/flowchart.html, "Entity codes".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulumi_c1policy import _text
from pulumi_c1policy._graph.picture import Edge, EdgeKind, Node, NodeKind, Picture
from pulumi_c1policy._graph.picture_changes import NO_MARKS, Mark, Marks

_SHAPES: dict[NodeKind, tuple[str, str]] = {
    "policy": ("([", "])"),
    "rule": ("{{", "}}"),
    "steps": ("[", "]"),
    "other": ("[[", "]]"),
    "problem": (">", "]"),
}
_ARROWS: dict[EdgeKind, str] = {"escalation": "-.->"}
# Readable in light and dark.
_STYLES: dict[Mark, str] = {
    "added": "stroke:#1a7f37,stroke-width:3px",
    "removed": "stroke:#cf222e,stroke-width:3px,stroke-dasharray:6 3",
    "changed": "stroke:#bf8700,stroke-width:3px",
}
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


def render(picture: Picture, marks: Marks = NO_MARKS) -> str:
    """Render a picture, without a line break at its end; `marks` are shown as words and colors."""
    lines = ["flowchart TB"]
    lines += [f"  {_render_node(node, marks)}" for node in picture.nodes]
    lines += [f"  {_render_edge(edge, marks)}" for edge in picture.edges]
    lines += [f"  {line}" for line in _render_styles(picture, marks)]
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


def _render_node(node: Node, marks: Marks) -> str:
    opening, closing = _SHAPES[node.kind]
    mark = marks.nodes.get(node.id)
    title = escape(node.title) or _UNNAMED
    lines = [f"{mark}: {title}" if mark else title]
    for index, line in enumerate(node.lines):
        line_mark = marks.lines.get((node.id, index))
        prefix = f"{line_mark}: " if line_mark else ""
        lines.append(f"{'↳ ' * line.depth}{prefix}{escape(line.text)}")
    style = f":::{mark}" if mark else ""
    return f'{node.id}{opening}"{"<br/>".join(lines)}"{closing}{style}'


def _render_edge(edge: Edge, marks: Marks) -> str:
    text = ": ".join(filter(None, [marks.edges.get(edge), escape(edge.label)]))
    label = f'|"{text}"|' if text else ""
    return f"{edge.source} {_ARROWS.get(edge.kind, '-->')}{label} {edge.target}"


def _render_styles(picture: Picture, marks: Marks) -> Iterator[str]:
    """Yield the lines that color the marks; the words at the marks say the same."""
    for mark in sorted(set(marks.nodes.values())):
        yield f"classDef {mark} {_STYLES[mark]}"
    for mark in sorted(set(marks.edges.values())):
        numbers = [at for at, edge in enumerate(picture.edges) if marks.edges.get(edge) == mark]
        yield f"linkStyle {','.join(map(str, numbers))} {_STYLES[mark]}"
