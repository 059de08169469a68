"""Policies that hand requests to each other: chains of them, as far as the program shows them. Pure.

A chain has no cycle, one type, and at most five links. What a program does not declare is not known
here, and is left to the tenant to judge.
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
    """A link to another policy of the same program, known before that one has an id.

    Attributes:
        path: The input that names the other policy.
        name: The other resource.
        kind: Its policy type; "" where that is unknown.
        depth: The length of the longest chain below it.
        certain: The input is that policy's id itself; else it was made of it.
    """

    path: Path
    name: str
    kind: str
    depth: int
    certain: bool


@dataclass
class Chains:
    """The links that the program's policies have, seen one policy after the other.

    Attributes:
        types: The type of each policy that was seen, by its id.
        links: The ids to which it hands requests.
    """

    types: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)

    def note(self, policy_id: str, policy: Mapping[str, Any]) -> None:
        """Take note of what the program wants a policy to be."""
        self.types[policy_id] = str(policy.get("policy_type"))
        self.links[policy_id] = [target for _, target in outcomes(policy)]

    def findings(self, policy: Mapping[str, Any], links: Iterable[Link] = ()) -> list[Finding]:
        """Check the policies to which `policy` hands requests.

        Args:
            policy: The checked inputs; ids may be unknown.
            links: What the program's side knows of the others.
        """
        found, kind = [], policy.get("policy_type")
        depths: dict[str, int] = {}
        for path, target in outcomes(policy):
            other = self.types.get(target, kind)
            depth = self._depth(target, depths)
            found += _findings(path, f"the policy {target}", kind, other, depth, certain=True)
        known = {finding.path for finding in found}
        for link in links:
            if link.path not in known:
                what = f"the policy {link.name!r}"
                found += _findings(
                    link.path, what, kind, link.kind or kind, link.depth, certain=link.certain
                )
        return found

    def circle(self, policy_id: str, policy: Mapping[str, Any]) -> list[Path]:
        """Where `policy` hands a request to another that hands it back."""
        return [
            path
            for path, target in outcomes(policy)
            if target != policy_id and self._reaches(target, policy_id)
        ]

    def _depth(self, policy_id: str, depths: dict[str, int]) -> int:
        """The length of the longest chain below a policy; `depths` keeps those that are known."""
        if policy_id not in depths:
            depths[policy_id] = 0  # A circle is another failure.
            below = self.links.get(policy_id, ())
            depths[policy_id] = max((1 + self._depth(t, depths) for t in below), default=0)
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


def _findings(
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
            f"{points} {what} and makes a chain of more than {MAX_DEPTH} policies; point to a later "
            "policy of the chain, or to steps with `step_key`"
        )
        return [Finding(path, "long-chain", text, severity)]
    return []


def outcomes(policy: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The policies to which a policy hands requests: where it says so, and their ids."""
    rules = policy.get("rules")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        target = rule.get("policy_id") if isinstance(rule, dict) else None
        if isinstance(target, str) and target:
            yield ("rules", index, "policy_id"), target
    baseline = policy.get("baseline_policy_id")
    if isinstance(baseline, str) and baseline:
        yield ("baseline_policy_id",), baseline
