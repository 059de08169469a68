"""Chains of policies that hand requests to each other, as far as the program declares them. Pure.

A chain has no cycle, one policy type, and at most five links. Policies that the program does not
declare are unknown here; the tenant checks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_c1policy._findings.finding import Finding, Severity
from pulumi_c1policy._model.paths import Path

MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another policy of the same program, which may have no id yet.

    Attributes:
        path: The input that names the other policy.
        name: The other resource.
        kind: Its policy type; "" where that is unknown.
        depth: The length of the longest chain below it.
        certain: The input is that policy's id itself; otherwise it was computed from the id.
    """

    path: Path
    name: str
    kind: str
    depth: int
    certain: bool


@dataclass
class Chains:
    """The links between the program's policies, collected policy by policy.

    Attributes:
        types: The policy type by the policy's id.
        links: The ids to which a policy hands requests, by its id.
    """

    types: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)

    def note(self, policy_id: str, policy: Mapping[str, Any]) -> None:
        """Record the desired inputs of a policy."""
        self.types[policy_id] = str(policy.get("policy_type"))
        self.links[policy_id] = [target for _, target in find_references(policy)]

    def check(self, policy: Mapping[str, Any], links: Iterable[Link] = ()) -> list[Finding]:
        """Check the policies to which `policy` hands requests.

        Args:
            policy: The checked inputs; ids may be unknown.
            links: The links that the program itself found.
        """
        found, kind = [], policy.get("policy_type")
        depths: dict[str, int] = {}
        for path, target in find_references(policy):
            other = self.types.get(target, kind)
            depth = self._measure_depth(target, depths)
            found += _check_link(path, f"the policy {target}", kind, other, depth, certain=True)
        known = {finding.path for finding in found}
        for link in links:
            if link.path not in known:
                what = f"the policy {link.name!r}"
                found += _check_link(
                    link.path, what, kind, link.kind or kind, link.depth, certain=link.certain
                )
        return found

    def find_cycle(self, policy_id: str, policy: Mapping[str, Any]) -> list[Path]:
        """Return the paths at which a policy hands requests to others that hand them back."""
        return [
            path
            for path, target in find_references(policy)
            if target != policy_id and self._reaches(target, policy_id)
        ]

    def _measure_depth(self, policy_id: str, depths: dict[str, int]) -> int:
        """Return the length of the longest chain below a policy; `depths` caches results."""
        if policy_id not in depths:
            depths[policy_id] = 0  # Another check reports cycles.
            below = self.links.get(policy_id, ())
            depths[policy_id] = max((1 + self._measure_depth(t, depths) for t in below), default=0)
        return depths[policy_id]

    def _reaches(self, start: str, goal: str) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            below = set(self.links.get(waiting.pop(), ())) - seen
            if goal in below:
                return True
            seen |= below
            waiting += below
        return False


def _check_link(
    path: Path, what: str, kind: object, other: object, depth: int, *, certain: bool
) -> list[Finding]:
    severity: Severity = "error" if certain else "warning"
    points = "points to" if certain else "seems to point to"
    if isinstance(kind, str) and other != kind:
        text = (
            f"{points} {what}, whose type is {other}; a policy hands requests only to policies of "
            f"its own type, {kind}"
        )
        return [Finding(path, "other-type", text, severity)]
    if depth >= MAX_DEPTH:
        text = (
            f"{points} {what} and makes a chain of more than {MAX_DEPTH} links; point to a "
            "later policy of the chain, or to steps with `step_key`"
        )
        return [Finding(path, "long-chain", text, severity)]
    return []


def find_references(policy: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Find the policies to which a policy hands requests: the path and the id of each."""
    rules = policy.get("rules")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        target = rule.get("policy_id") if isinstance(rule, dict) else None
        if isinstance(target, str) and target:
            yield ("rules", index, "policy_id"), target
    baseline = policy.get("baseline_policy_id")
    if isinstance(baseline, str) and baseline:
        yield ("baseline_policy_id",), baseline
