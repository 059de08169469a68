"""A picture of policies as data: nodes with text, and edges between them.

The texts are those of the policies. Each renderer escapes them for its format. This module imports
nothing of this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

NodeKind: TypeAlias = Literal["policy", "rule", "steps", "other", "problem"]
"""The kinds of node.

- `policy`: a policy whose rules are in the picture, or any policy of a map.
- `rule`: a rule; its lines are its condition.
- `steps`: a list of steps; its lines are the steps.
- `other`: a policy whose rules are not in the picture.
- `problem`: a missing or empty list of steps, or a missing baseline.
"""

EdgeKind: TypeAlias = Literal["next", "match", "baseline", "escalation", "handover"]
"""The kinds of edge.

- `next`: the rule that is evaluated next.
- `match`: the target of a rule that matches.
- `baseline`: the target of a request that no rule matches.
- `escalation`: a policy that may take over from a step: nobody answers, or an agent decides so.
- `handover`: in a map, a policy that takes over.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a node.

    Attributes:
        text: Its text.
        depth: 1 for a line that belongs to the line above it, else 0.
    """

    text: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A node.

    Attributes:
        id: Its id in the picture: a letter and digits.
        kind: Its kind.
        title: Its title.
        lines: Its lines.
        policy_id: The id of the policy that the node shows; "" for none.
    """

    id: str
    kind: NodeKind
    title: str
    lines: tuple[Line, ...] = ()
    policy_id: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge.

    Attributes:
        source: The id of the node where it begins.
        target: The id of the node where it ends.
        kind: Its kind.
        label: Its text; "" for none.
    """

    source: str
    target: str
    kind: EdgeKind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture.

    Attributes:
        title: Its title.
        nodes: Its nodes.
        edges: Its edges. The rules of a policy are a chain of `next` edges.
    """

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def find(self, node_id: str) -> Node:
        """Return the node with an id."""
        return next(node for node in self.nodes if node.id == node_id)

    def list_edges(self, source: str) -> list[Edge]:
        """List the edges that begin at a node."""
        return [edge for edge in self.edges if edge.source == source]
