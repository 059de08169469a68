"""The text of a picture as nested lists: the accessible alternative to the drawing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi_c1policy._graph.picture import Edge, Line, Node, Picture


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list.

    Attributes:
        text: Its text.
        items: The list inside it.
        code: An expression that follows the text; "" for none.
        target: The id of the node of a policy that the item is about; "" for none.
    """

    text: str
    items: tuple[Item, ...] = ()
    code: str = ""
    policy_id: str = ""


def build(picture: Picture) -> tuple[Item, ...]:
    """Build the outline of a picture: its policies, with their rules and what these lead to."""
    return tuple(
        Item(node.title, tuple(_list_contents(picture, node)), policy_id=node.policy_id)
        for node in picture.nodes
        if node.kind == "policy"
    )


def _list_contents(picture: Picture, policy: Node) -> Iterator[Item]:
    """Yield the lines of a policy, its rules in their order, and its baseline."""
    yield from map(_make_item, policy.lines)
    node = policy
    while True:
        edges = picture.list_edges(node.id)
        matches = [_build_target(picture, edge) for edge in edges if edge.kind == "match"]
        if node.kind == "rule":
            code = " ".join(line.text for line in node.lines)
            yield Item(node.title, tuple(matches), code)
        yield from (
            _build_target(picture, edge) for edge in edges if edge.kind not in ("next", "match")
        )
        following = [edge.target for edge in edges if edge.kind == "next"]
        if not following:
            return
        node = picture.find(following[0])


def _make_item(line: Line) -> Item:
    return Item(line.text)


def _build_target(picture: Picture, edge: Edge) -> Item:
    node = picture.find(edge.target)
    text = f"{edge.label}: {node.title}" if edge.label else node.title
    if node.kind in ("policy", "other"):
        return Item(text, policy_id=node.policy_id)
    return Item(text, (*_nest(node.lines), *_list_escalations(picture, node)))


def _list_escalations(picture: Picture, node: Node) -> Iterator[Item]:
    """Yield the policies that may take over from a list of steps."""
    for edge in picture.list_edges(node.id):
        if edge.kind == "escalation":
            other = picture.find(edge.target)
            yield Item(f"{edge.label}: {other.title}", policy_id=other.policy_id)


def _nest(lines: tuple[Line, ...]) -> list[Item]:
    """Put the lines of depth 1 into the lines above them."""
    found: list[Item] = []
    for line in lines:
        if line.depth and found:
            found[-1] = Item(found[-1].text, (*found[-1].items, Item(line.text)))
        else:
            found.append(Item(line.text))
    return found


def list_lines(items: tuple[Item, ...]) -> Iterator[str]:
    """Yield the text of each item, and of the items inside it."""
    for item in items:
        yield f"{item.text}: {item.code}" if item.code else item.text
        yield from list_lines(item.items)
