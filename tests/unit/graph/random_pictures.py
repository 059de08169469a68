"""Random pictures, with texts that attack each format, and the elements of a page."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import strategies as st

from pulumi_c1policy._graph.picture import Edge, EdgeKind, Line, Node, NodeKind, Picture

NASTY = [
    '"]; click n0 "https://example.com"',
    "<script>alert(1)</script>",
    "</style></svg>&amp;&#60;#60;",
    "one\ntwo\r\n%%{init: {}}%%",
    "end",
    "1. **bold** _x_ `code` [a](b) $$x$$ fa:fa-x www.example.com",
    "👩‍👩‍👧 \u202etxet\u202c \u200f مرحبا",
    "\x00\x1b[31m\ud800\ufffe",
    "fl°°60¶ß",
    "",
    " ",
]
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=60))
kinds: st.SearchStrategy[NodeKind] = st.sampled_from(
    ["policy", "rule", "steps", "other", "problem"]
)
edge_kinds: st.SearchStrategy[EdgeKind] = st.sampled_from(
    ["next", "match", "baseline", "escalation", "handover"]
)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Draw a picture with any texts and any edges, cycles and loops too."""
    lines = st.builds(Line, texts, st.integers(0, 1))
    count = draw(st.integers(1, 6))
    nodes = tuple(
        Node(
            f"n{at}",
            "policy" if at == 0 else draw(kinds),
            draw(texts),
            tuple(draw(st.lists(lines, max_size=3))),
            draw(texts),
        )
        for at in range(count)
    )
    ends = st.sampled_from([node.id for node in nodes])
    # Rules form a chain, so `next` never leads back.
    chain = tuple(
        Edge(f"n{at}", f"n{at + 1}", "next", draw(texts))
        for at in range(draw(st.integers(0, count - 1)))
    )
    others = st.builds(Edge, ends, ends, edge_kinds.filter(lambda kind: kind != "next"), texts)
    return Picture(draw(texts), nodes, (*chain, *draw(st.lists(others, max_size=8))))


class Page(HTMLParser):
    """The elements of a page, with a check that they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.open: list[str] = []
        self.raw: dict[str, str] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data

    def list_values(self, name: str) -> list[str]:
        """List the values of an attribute in all elements."""
        return [each[name] or "" for each in self.attributes if name in each]
