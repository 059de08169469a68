"""Pictures of policies: one with every rule and step, or a map of the policies that hand over.

Pure. The directory names approvers, groups and apps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pulumi_c1policy._graph import step_lines
from pulumi_c1policy._graph.picture import Edge, EdgeKind, Line, Node, NodeKind, Picture
from pulumi_c1policy._simulate.directory import Directory
from pulumi_c1policy._simulate.known_policies import KnownPolicy, PolicyIndex
from pulumi_c1policy._simulate.policy_rules import RuleTarget, find_baseline, list_rules

_TYPE_PREFIX = "POLICY_TYPE_"


def draw_policies(
    chosen: Sequence[KnownPolicy], known: Iterable[KnownPolicy], directory: Directory
) -> Picture:
    """Draw policies with all their rules and steps.

    Args:
        chosen: The policies to draw. A hand-over between two of them is an edge.
        known: The policies that rules, baselines and escalations may lead to.
        directory: The names of people, groups and apps.
    """
    drawing = _Drawing(chosen, known, directory)
    for policy in chosen:
        drawing.add_policy(policy)
    return Picture(_make_title(chosen), tuple(drawing.nodes), tuple(drawing.edges))


def draw_map(chosen: Sequence[KnownPolicy], known: Iterable[KnownPolicy]) -> Picture:
    """Draw policies and how they point to each other, without their rules and steps."""
    index = PolicyIndex(known)
    nodes = _Nodes()
    starts = [nodes.add("policy", *_describe_policy(policy)) for policy in chosen]
    ids = {policy.id: start for policy, start in zip(chosen, starts, strict=True) if policy.id}
    edges: list[Edge] = []
    for policy, start in zip(chosen, starts, strict=True):
        labels: dict[tuple[str, EdgeKind, str], list[str]] = {}
        for target_id, kind, cause, label in _list_handovers(policy):
            if target_id not in ids:
                ids[target_id] = nodes.add("other", *_describe_other(target_id, index))
            labels.setdefault((ids[target_id], kind, cause), []).append(label)
        edges += [
            Edge(start, target, kind, cause + ", ".join(dict.fromkeys(found)))
            for (target, kind, cause), found in labels.items()
        ]
    return Picture("How policies point to each other", tuple(nodes.added), tuple(edges))


class _Nodes:
    """Nodes that are added one by one; each gets the next id."""

    def __init__(self) -> None:
        self.added: list[Node] = []

    def add(
        self, kind: NodeKind, title: str, lines: tuple[Line, ...] = (), policy_id: str = ""
    ) -> str:
        """Add a node, and return its id."""
        node = Node(f"n{len(self.added)}", kind, title, lines, policy_id)
        self.added.append(node)
        return node.id


class _Drawing:
    """The nodes and edges of policies with their rules and steps."""

    def __init__(
        self, chosen: Sequence[KnownPolicy], known: Iterable[KnownPolicy], directory: Directory
    ) -> None:
        self._nodes = _Nodes()
        self._index = PolicyIndex(known)
        self._directory = directory
        self._policies: dict[str, str] = {}
        self._chosen = {policy.id: policy for policy in chosen if policy.id}
        self.edges: list[Edge] = []

    @property
    def nodes(self) -> list[Node]:
        """Return the nodes so far."""
        return self._nodes.added

    def add_policy(self, policy: KnownPolicy) -> None:
        """Add a policy, its rules and what they lead to."""
        start = last = self._start(policy)
        steps: dict[tuple[str, str], str] = {}
        for rule in list_rules(policy.tree):
            node = self._nodes.add("rule", f"rules[{rule.index}]", (Line(rule.condition),))
            label = "" if last == start else "does not match"
            self.edges.append(Edge(last, node, "next", label))
            last = node
            self._add_target(last, rule.target, "match", "matches", steps)
        self._add_target(last, find_baseline(policy.tree), "baseline", "baseline", steps)

    def _start(self, policy: KnownPolicy) -> str:
        """Return the node of a policy that is drawn with its rules."""
        if not policy.id:
            return self._nodes.add("policy", *_describe_policy(policy))
        if policy.id not in self._policies:
            self._policies[policy.id] = self._nodes.add("policy", *_describe_policy(policy))
        return self._policies[policy.id]

    def _add_target(
        self,
        source: str,
        target: RuleTarget,
        kind: EdgeKind,
        label: str,
        steps: dict[tuple[str, str], str],
    ) -> None:
        if target.kind == "policy":
            self.edges.append(Edge(source, self._find_policy(target.policy_id), kind, label))
            return
        name = (target.kind, target.key)
        if name not in steps:
            steps[name] = self._add_steps(target)
        self.edges.append(Edge(source, steps[name], kind, label))

    def _add_steps(self, target: RuleTarget) -> str:
        """Add a list of steps and the policies that take over if nobody answers."""
        title = f"steps {target.key!r}"
        if target.kind == "no-baseline":
            reason = Line("the tenant rejects the request")
            return self._nodes.add("problem", "no baseline", (reason,))
        if target.kind != "steps":
            is_missing = target.kind == "missing-steps"
            text = "the policy has no such steps" if is_missing else "tenants reject an empty list"
            return self._nodes.add("problem", title, (Line(text),))
        lines = step_lines.describe_steps(target.steps, self._directory, self._index)
        node = self._nodes.add("steps", title, lines)
        for takeover in step_lines.list_takeovers(target.steps):
            other = self._find_policy(takeover.policy_id)
            self.edges.append(Edge(node, other, "escalation", str(takeover)))
        return node

    def _find_policy(self, policy_id: str) -> str:
        """Return the node of a policy that takes over."""
        if policy_id in self._chosen:
            return self._start(self._chosen[policy_id])
        if policy_id not in self._policies:
            described = _describe_other(policy_id, self._index)
            self._policies[policy_id] = self._nodes.add("other", *described)
        return self._policies[policy_id]


def _list_handovers(policy: KnownPolicy) -> Iterator[tuple[str, EdgeKind, str, str]]:
    """Yield the id of each policy that may take over, the kind of edge, a cause and a place."""
    targets = [(f"rules[{rule.index}]", rule.target) for rule in list_rules(policy.tree)]
    targets.append(("baseline", find_baseline(policy.tree)))
    for place, target in targets:
        if target.kind == "policy":
            yield target.policy_id, "handover", "", place
        for takeover in step_lines.list_takeovers(target.steps):
            yield takeover.policy_id, "escalation", f"{takeover.cause}: ", place


def _describe_policy(policy: KnownPolicy) -> tuple[str, tuple[Line, ...], str]:
    """Return the title, the lines and the id of a policy."""
    kind = str(policy.tree.get("policy_type") or "").removeprefix(_TYPE_PREFIX).lower()
    texts = (f"{kind} policy" if kind else "", str(policy.tree.get("description") or ""))
    return policy.name, tuple(Line(text) for text in texts if text), policy.id


def _describe_other(policy_id: str, index: PolicyIndex) -> tuple[str, tuple[Line, ...], str]:
    found = index.find(policy_id)
    if found is not None:
        return _describe_policy(found)
    return policy_id or "(no policy)", (Line("not among the given policies"),), policy_id


def _make_title(policies: Sequence[KnownPolicy]) -> str:
    return ", ".join(policy.name for policy in policies)
