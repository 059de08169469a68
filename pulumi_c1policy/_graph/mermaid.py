"""Mermaid text of a picture: a flowchart that GitHub, GitLab and other hosts draw.

Texts of others cannot leave their label: every character that Mermaid, its Markdown or HTML may
read is written as a code: https://mermaid.js.org/syntax/flowchart.html, "Entity codes".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
    lines = [*_render_parts(picture, marks), *_render_styles([picture], [marks])]
    return "\n".join(["flowchart TB", *(f"  {line}" for line in lines)])


def render_sides(before: Picture, after: Picture, marks: tuple[Marks, Marks]) -> str:
    """Render the pictures before and after a change as two parts of one flowchart.

    Args:
        before: The picture before the change.
        after: The picture after it.
        marks: The marks of both.
    """
    lines = ["flowchart TB"]
    sides = (("before", "Before", before), ("after", "After", after))
    for (name, heading, picture), side_marks in zip(sides, marks, strict=True):
        if picture.nodes:
            lines.append(f'  subgraph {name}["{heading}"]')
            lines += [f"    {line}" for line in _render_parts(picture, side_marks, f"{name}_")]
            lines.append("  end")
    lines += [f"  {line}" for line in _render_styles([before, after], marks)]
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


def _render_parts(picture: Picture, marks: Marks, prefix: str = "") -> Iterator[str]:
    """Yield the lines of the nodes and edges; the prefix is before each id."""
    for node in picture.nodes:
        yield f"{prefix}{_render_node(node, marks)}"
    for edge in picture.edges:
        yield _render_edge(edge, marks, prefix)


def _render_node(node: Node, marks: Marks) -> str:
    opening, closing = _SHAPES[node.kind]
    mark = marks.nodes.get(node.id)
    title = escape(node.title) or _UNNAMED
    lines = [f"{mark}: {title}" if mark else title]
    for index, line in enumerate(node.lines):
        line_mark = marks.lines.get((node.id, index))
        shown = f"{line_mark}: {escape(line.text)}" if line_mark else escape(line.text)
        lines.append(f"{'↳ ' * line.depth}{shown}")
    style = f":::{mark}" if mark else ""
    return f'{node.id}{opening}"{"<br/>".join(lines)}"{closing}{style}'


def _render_edge(edge: Edge, marks: Marks, prefix: str) -> str:
    text = ": ".join(filter(None, [marks.edges.get(edge), escape(edge.label)]))
    label = f'|"{text}"|' if text else ""
    arrow = _ARROWS.get(edge.kind, "-->")
    return f"{prefix}{edge.source} {arrow}{label} {prefix}{edge.target}"


def _render_styles(pictures: Sequence[Picture], marks: Sequence[Marks]) -> Iterator[str]:
    """Yield the lines that color the marks; the words at the marks say the same."""
    for mark in sorted({mark for each in marks for mark in each.nodes.values()}):
        yield f"classDef {mark} {_STYLES[mark]}"
    edges = [
        each.edges.get(edge)
        for picture, each in zip(pictures, marks, strict=True)
        for edge in picture.edges
    ]
    for mark in sorted({mark for mark in edges if mark}):
        numbers = [str(at) for at, each in enumerate(edges) if each == mark]
        yield f"linkStyle {','.join(numbers)} {_STYLES[mark]}"
