"""One HTML page with the pictures of policies before and after a change, beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from pulumi_c1policy._graph import page_parts
from pulumi_c1policy._graph.page_parts import MAP_NAME
from pulumi_c1policy._graph.picture import Picture
from pulumi_c1policy._graph.picture_changes import NO_MARKS, Mark, Marks, mark_changes
from pulumi_c1policy._graph.xml_text import make

_TITLE = "Changes of ConductorOne policies"
_MARKS: tuple[tuple[Mark, str], ...] = (
    ("added", "only after the change"),
    ("removed", "only before the change"),
    ("changed", "on both sides, with other content"),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A policy, or the map, before and after a change.

    Attributes:
        before: The picture before the change; None if the policy is new.
        after: The picture after it; None if the policy is deleted.
        policy_id: The id of the policy; "" for none.
    """

    before: Picture | None
    after: Picture | None
    policy_id: str = ""

    @property
    def title(self) -> str:
        """The title of the picture after the change, or of the one before it."""
        picture = self.after or self.before
        return picture.title if picture else ""

    @property
    def mark(self) -> Mark | None:
        """The mark of the whole policy; None if its pictures do not differ."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "changed" if any(self.mark_sides()) else None

    def mark_sides(self) -> tuple[Marks, Marks]:
        """Mark the differences; a new or deleted policy has none."""
        if self.before is None or self.after is None:
            return NO_MARKS, NO_MARKS
        return mark_changes(self.before, self.after)


def render(overview: Comparison | None, policies: Sequence[Comparison]) -> str:
    """Render a page with what differs.

    Args:
        overview: The map before and after the change; None for none.
        policies: The policies, also those whose pictures do not differ.

    Raises:
        MissingExtraError: The extra `graph` is not installed.
    """
    shown = [each for each in policies if each.mark]
    anchors = {each.policy_id: f"policy-{at}" for at, each in enumerate(shown) if each.policy_id}
    entries = [(f"policy-{at}", f"{each.title} ({each.mark})") for at, each in enumerate(shown)]
    sections = [
        _make_section(f"policy-{at}", "policy", each, anchors) for at, each in enumerate(shown)
    ]
    if overview is not None and overview.mark:
        entries.insert(0, (MAP_NAME, overview.title))
        sections.insert(0, _make_section(MAP_NAME, "map", overview, anchors))
    introduction = [make("p", _count(len(shown), len(policies) - len(shown))), _make_legend()]
    return page_parts.render_page(_TITLE, introduction, entries, sections)


def _count(changed: int, others: int) -> str:
    """Return how many policies the page shows, and how many it leaves out."""
    text = "1 policy differs." if changed == 1 else f"{changed} policies differ."
    if others:
        text += f" Policies with the same picture before and after the change: {others}."
    return text


def _make_legend() -> ET.Element:
    entries = [make("li", page_parts.make_mark(mark), meaning) for mark, meaning in _MARKS]
    return make("ul", *entries, class_="legend")


def _make_section(
    name: str, kind: str, compared: Comparison, anchors: Mapping[str, str]
) -> ET.Element:
    mark = [page_parts.make_mark(compared.mark)] if compared.mark else []
    heading = make("h2", *mark, compared.title, id=f"{name}-heading")
    before, after = compared.mark_sides()

    def make_side(side: str, picture: Picture | None, marks: Marks) -> ET.Element:
        own = f"{name}-{side.lower()}"
        if picture is None:
            views = [make("p", "The policy does not exist.")]
        else:
            views = page_parts.make_views(picture, own, anchors, marks, is_map=kind == "map")
        has_other_name = picture is not None and picture.title != compared.title
        text = f"{side}: {picture.title}" if picture and has_other_name else side
        title = make("h3", text, id=f"{own}-heading")
        named = f"{own}-heading"
        return make("div", title, *views, class_="side", role="group", aria_labelledby=named)

    return make(
        "section",
        heading,
        make(
            "div",
            make_side("Before", compared.before, before),
            make_side("After", compared.after, after),
            class_="sides",
        ),
        id=name,
        class_=kind,
        aria_labelledby=f"{name}-heading",
    )
