"""Pictures of a policy before and after a change, with marks where they differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pulumi_c1policy._graph import mermaid
from pulumi_c1policy._graph.picture import Picture
from pulumi_c1policy._graph.picture_changes import mark_changes
from pulumi_c1policy._graph.policy_pictures import draw_policies
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import KnownPolicy

MAX_PICTURE_LENGTH: Final = 50_000
"""The length of a picture that Mermaid draws by default (`maxTextSize`), in characters."""

MAX_EDGES: Final = 500
"""The number of edges that Mermaid draws by default (`maxEdges`)."""


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
    if old is None or new is None:
        before, after = ("" if each is None else mermaid.render(each) for each in (old, new))
    elif mermaid.render(old) == mermaid.render(new):
        return PolicyPictures()
    else:
        marks = mark_changes(old, new)
        before, after = mermaid.render(old, marks[0]), mermaid.render(new, marks[1])
    is_too_large = max(len(before), len(after)) > MAX_PICTURE_LENGTH or any(
        len(each.edges) > MAX_EDGES for each in (old, new) if each is not None
    )
    return PolicyPictures(is_too_large=True) if is_too_large else PolicyPictures(before, after)


def _draw(
    policy: KnownPolicy | None, known: Iterable[KnownPolicy], directory: Directory
) -> Picture | None:
    return None if policy is None else draw_policies([policy], known, directory)
