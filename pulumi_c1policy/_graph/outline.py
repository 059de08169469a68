"""The text of a picture as nested lists: the accessible alternative to the drawing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pulumi_c1policy._graph.picture import Edge, Node, Picture
from pulumi_c1policy._graph.picture_changes import NO_MARKS, Mark, Marks


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list.

    Attributes:
        text: Its text.
        items: The list inside it.
        code: An expression that follows the text; "" for none.
        policy_id: The id of the policy that the item is about; "" for none.
        mark: Its difference from the other picture; None for none.
    """

    text: str
    items: tuple[Item, ...] = ()
    code: str = ""
    policy_id: str = ""
    mark: Mark | None = None


def build(picture: Picture, marks: Marks = NO_MARKS) -> tuple[Item, ...]:
    """Build the outline of a picture: its policies, with their rules and what these lead to."""
    outline = _Outline(picture, marks)
    return tuple(
        Item(
            node.title,
            tuple(outline.list_contents(node)),
            policy_id=node.policy_id,
            mark=marks.nodes.get(node.id),
        )
        for node in picture.nodes
        if node.kind == "policy"
    )


class _Outline:
    """The items of a picture with marks."""

    def __init__(self, picture: Picture, marks: Marks) -> None:
        self._picture = picture
        self._marks = marks

    def list_contents(self, policy: Node) -> Iterator[Item]:
        """Yield the lines of a policy, its rules in their order, and its baseline."""
        yield from self._nest(policy)
        node = policy
        while True:
            edges = self._picture.list_edges(node.id)
            matches = [self._build_target(edge) for edge in edges if edge.kind == "match"]
            if node.kind == "rule":
                code = " ".join(line.text for line in node.lines)
                mark = self._marks.nodes.get(node.id)
                yield Item(node.title, tuple(matches), code, mark=mark)
            yield from (
                self._build_target(edge) for edge in edges if edge.kind not in ("next", "match")
            )
            following = [edge.target for edge in edges if edge.kind == "next"]
            if not following:
                return
            node = self._picture.find(following[0])

    def _build_target(self, edge: Edge) -> Item:
        node = self._picture.find(edge.target)
        text = f"{edge.label}: {node.title}" if edge.label else node.title
        mark = self._marks.edges.get(edge) or self._marks.nodes.get(node.id)
        if node.kind in ("policy", "other"):
            return Item(text, policy_id=node.policy_id, mark=mark)
        return Item(text, (*self._nest(node), *self._list_escalations(node)), mark=mark)

    def _list_escalations(self, node: Node) -> Iterator[Item]:
        """Yield the policies that may take over from a list of steps."""
        for edge in self._picture.list_edges(node.id):
            if edge.kind == "escalation":
                yield self._build_escalation(edge)

    def _build_escalation(self, edge: Edge) -> Item:
        other = self._picture.find(edge.target)
        mark = self._marks.edges.get(edge)
        return Item(f"{edge.label}: {other.title}", policy_id=other.policy_id, mark=mark)

    def _nest(self, node: Node) -> list[Item]:
        """Return the lines of a node; those of depth 1 are inside the lines above them."""
        found: list[Item] = []
        for index, line in enumerate(node.lines):
            item = Item(line.text, mark=self._marks.lines.get((node.id, index)))
            if line.depth and found:
                found[-1] = replace(found[-1], items=(*found[-1].items, item))
            else:
                found.append(item)
        return found


def list_lines(items: tuple[Item, ...]) -> Iterator[str]:
    """Yield the text of each item, and of the items inside it."""
    for item in items:
        text = f"{item.text}: {item.code}" if item.code else item.text
        yield f"{item.mark}: {text}" if item.mark else text
        yield from list_lines(item.items)
