"""The differences between the pictures of a policy before and after a change. Pure.

The ids of nodes count from 0 in each picture, so nodes are compared by what they show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from pulumi_c1policy._graph.picture import Edge, Node, Picture

Mark: TypeAlias = Literal["added", "removed", "changed"]
"""The difference of a node, a line or an edge from the other picture."""

SIGNS: Mapping[Mark, str] = {"added": "+", "removed": "−", "changed": "±"}  # noqa: RUF001 (minus)
"""A sign for each mark, where there is no space for the word."""

# A step or a rule that only gets another number is the same one.
_STEP_NUMBER = re.compile(r"^\d+\. ")
_LABEL_NUMBER = re.compile(r"^step \d+: |(?<=rules)\[\d+\]")


@dataclass(frozen=True, slots=True)
class Marks:
    """The parts of a picture that differ from the other picture.

    Attributes:
        nodes: The marks of nodes, by id: `removed` in the picture before the change, `added` in the
            one after it, or `changed` if both pictures have the node, with other text.
        lines: The marks of the lines of changed nodes, by the id of the node and the index of the
            line. A rule has one line, and no marks of lines.
        edges: The marks of edges that the other picture does not have: `removed` or `added`.
    """

    nodes: Mapping[str, Mark] = field(default_factory=dict)
    lines: Mapping[tuple[str, int], Mark] = field(default_factory=dict)
    edges: Mapping[Edge, Mark] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.nodes or self.edges)


NO_MARKS = Marks()
"""The marks of a picture that is not compared."""


def mark_changes(old: Picture, new: Picture) -> tuple[Marks, Marks]:
    """Mark what a change removes from one picture and adds in the other.

    A rule is the same rule if it has the same condition, in the same order. Its number, and the
    numbers of steps, do not count.

    Returns:
        The marks of the picture before the change, and of the picture after it.
    """
    pairs = list(_pair_nodes(old, new))
    changed = [(one, other) for one, other in pairs if _describe(one) != _describe(other)]
    removed_lines: dict[tuple[str, int], Mark] = {}
    added_lines: dict[tuple[str, int], Mark] = {}
    for one, other in changed:
        removed, added = _compare_lines(one, other)
        removed_lines |= {(one.id, index): "removed" for index in removed}
        added_lines |= {(other.id, index): "added" for index in added}
    new_ids = {one.id: other.id for one, other in pairs}
    old_ids = {other.id: one.id for one, other in pairs}
    changed_old, changed_new = {one.id for one, _ in changed}, {other.id for _, other in changed}
    return (
        Marks(
            _mark_nodes(old, "removed", new_ids, changed_old),
            removed_lines,
            _mark_edges(old, "removed", new_ids, new),
        ),
        Marks(
            _mark_nodes(new, "added", old_ids, changed_new),
            added_lines,
            _mark_edges(new, "added", old_ids, old),
        ),
    )


def _mark_nodes(
    picture: Picture, mark: Mark, partners: Mapping[str, str], changed: Set[str]
) -> dict[str, Mark]:
    """Mark the nodes of a picture; `partners` has the ids of the same nodes in the other one."""
    marks: dict[str, Mark] = {}
    for node in picture.nodes:
        if node.id not in partners:
            marks[node.id] = mark
        elif node.id in changed:
            marks[node.id] = "changed"
    return marks


def _mark_edges(
    picture: Picture, mark: Mark, partners: Mapping[str, str], other: Picture
) -> dict[Edge, Mark]:
    """Mark the edges of a picture that the other picture does not have."""
    known = {_describe_edge(edge, edge.source, edge.target) for edge in other.edges}
    return {
        edge: mark
        for edge in picture.edges
        if _describe_edge(edge, partners.get(edge.source), partners.get(edge.target)) not in known
    }


def _describe_edge(edge: Edge, source: str | None, target: str | None) -> tuple[object, ...]:
    return source, target, edge.kind, _LABEL_NUMBER.sub("", edge.label)


def _pair_nodes(old: Picture, new: Picture) -> Iterator[tuple[Node, Node]]:
    """Yield each node that both pictures have, with its partner."""
    for one, other in _pair_policies(old, new):
        yield one, other
        rules, steps = _list_contents(old, one)
        new_rules, new_steps = _list_contents(new, other)
        yield from _pair_rules(rules, new_rules)
        yield from ((steps[title], new_steps[title]) for title in steps if title in new_steps)


def _pair_policies(old: Picture, new: Picture) -> list[tuple[Node, Node]]:
    """Pair the nodes of policies by id, or in their order by name if they have no id."""
    before, after = _group_policies(old), _group_policies(new)
    pairs = [pair for key in before for pair in zip(before[key], after.get(key, ()), strict=False)]
    drawn = [[node for node in picture.nodes if node.kind == "policy"] for picture in (old, new)]
    if [len(nodes) for nodes in drawn] == [1, 1]:
        # The policy that both show may have another id and another name.
        starts = (drawn[0][0], drawn[1][0])
        pairs = [starts, *(pair for pair in pairs if not {*starts} & {*pair})]
    return pairs


def _group_policies(picture: Picture) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in picture.nodes:
        if node.kind in ("policy", "other"):
            found.setdefault(node.policy_id or node.title, []).append(node)
    return found


def _list_contents(picture: Picture, policy: Node) -> tuple[list[Node], dict[str, Node]]:
    """Return the rules of a policy in their order, and its lists of steps by title."""
    rules: list[Node] = []
    steps: dict[str, Node] = {}
    at = [policy.id]
    while at:
        edges = picture.list_edges(at.pop())
        for node, edge in [(picture.find(edge.target), edge) for edge in edges]:
            if edge.kind == "next":
                rules.append(node)
                at.append(node.id)
            elif node.kind in ("steps", "problem"):
                steps[node.title] = node
    return rules, steps


def _pair_rules(old: Sequence[Node], new: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield the same rules, and the rules at one place that differ in their condition."""
    conditions, new_conditions = ([rule.lines for rule in rules] for rules in (old, new))
    matcher = SequenceMatcher(None, conditions, new_conditions, autojunk=False)
    for operation, start, end, new_start, new_end in matcher.get_opcodes():
        if operation in ("equal", "replace"):
            yield from zip(old[start:end], new[new_start:new_end], strict=False)


def _describe(node: Node) -> tuple[object, ...]:
    """Return what a node shows, without the number of a rule and the text of another policy."""
    match node.kind:
        case "rule":
            return ("rule", node.lines)
        case "other":
            return ("policy", node.title)
        case kind:
            return (kind, node.title, node.lines)


def _compare_lines(old: Node, new: Node) -> tuple[list[int], list[int]]:
    """Return the indices of the lines that only one node has: the old one, and the new one."""
    removed: list[int] = []
    added: list[int] = []
    if old.kind == "rule":
        return removed, added
    matcher = SequenceMatcher(None, _list_texts(old), _list_texts(new), autojunk=False)
    for operation, start, end, new_start, new_end in matcher.get_opcodes():
        if operation != "equal":
            removed += range(start, end)
            added += range(new_start, new_end)
    return removed, added


def _list_texts(node: Node) -> list[tuple[str, int]]:
    """List the lines of a node without the numbers of steps, and their depths."""
    if node.kind != "steps":
        return [(line.text, line.depth) for line in node.lines]
    return [(_STEP_NUMBER.sub("", line.text), line.depth) for line in node.lines]
