"""Pictures of a policy before and after a change, with outlines where they differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from pulumi_c1policy._graph import mermaid
from pulumi_c1policy._graph.mermaid import Mark
from pulumi_c1policy._graph.picture import Node, Picture
from pulumi_c1policy._graph.policy_pictures import draw_policies
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import KnownPolicy

MAX_PICTURE_LENGTH: Final = 50_000
"""The length of a picture that Mermaid draws by default (`maxTextSize`), in characters."""

MAX_EDGES: Final = 500
"""The number of edges that Mermaid draws by default (`maxEdges`)."""

_Keys: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PolicyPictures:
    """The Mermaid text of a policy before and after a change.

    Attributes:
        before: The picture before the change; "" for a new policy.
        after: The picture after it; "" for a deleted policy.
        is_too_large: A picture is too large for Mermaid, so both are left out.
    """

    before: str = ""
    after: str = ""
    is_too_large: bool = False


def draw_change(pair: PolicyPair, policies: PolicySet, directory: Directory) -> PolicyPictures:
    """Draw a policy before and after a change; no picture if both are the same."""
    old = _draw(pair.old, policies.old, directory)
    new = _draw(pair.new, policies.new, directory)
    pictures = [each for each in (old, new) if each is not None]
    is_pair = len(pictures) == 2
    before = _render(old, _mark(old, new, "removed") if is_pair else {})
    after = _render(new, _mark(new, old, "added") if is_pair else {})
    if is_pair and _render(old, {}) == _render(new, {}):
        return PolicyPictures()
    is_too_large = max(len(before), len(after)) > MAX_PICTURE_LENGTH or any(
        len(each.edges) > MAX_EDGES for each in pictures
    )
    return PolicyPictures(is_too_large=True) if is_too_large else PolicyPictures(before, after)


def _draw(
    policy: KnownPolicy | None, known: Iterable[KnownPolicy], directory: Directory
) -> Picture | None:
    return None if policy is None else draw_policies([policy], known, directory)


def _render(picture: Picture | None, marks: dict[str, Mark]) -> str:
    return "" if picture is None else mermaid.render(picture, marks)


def _mark(picture: Picture | None, other: Picture | None, lone: Mark) -> dict[str, Mark]:
    """Mark the nodes that the other picture has not, or has with another text."""
    if picture is None or other is None:
        return {}
    own = [(node, _list_keys(picture, node)) for node in picture.nodes]
    theirs = [_list_keys(other, node) for node in other.nodes]
    left = _drop_partners(own, theirs, 0)
    marks: dict[str, Mark] = {node.id: lone for node, _ in left}
    for position in (1, 2):
        rest = _drop_partners(left, theirs, position)
        marks |= {node.id: "changed" for node, keys in left if (node, keys) not in rest}
        left = rest
    return marks


def _drop_partners(
    own: list[tuple[Node, _Keys]], theirs: list[_Keys], position: int
) -> list[tuple[Node, _Keys]]:
    """Return the nodes without a partner for their key at a position; remove the partners."""
    left = []
    for node, keys in own:
        wanted = keys[position : position + 1]
        same = (each for each in theirs if each[position : position + 1] == wanted)
        partner = next(same, None) if wanted else None
        if partner is None:
            left.append((node, keys))
        else:
            theirs.remove(partner)
    return left


def _list_keys(picture: Picture, node: Node) -> _Keys:
    """List values that tell the node in another picture: its whole content, then parts of it.

    The title of a rule is its position, which is no change.
    """
    if node.kind != "rule":
        title = "" if node.kind == "policy" else node.title
        return (node.kind, node.title, node.lines), (node.kind, title)
    targets = tuple(
        (edge.kind, picture.find(edge.target).title)
        for edge in picture.list_edges(node.id)
        if edge.kind == "match"
    )
    return ("rule", node.lines, targets), ("condition", node.lines), ("targets", targets)
