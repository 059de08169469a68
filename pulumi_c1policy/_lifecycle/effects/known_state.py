"""The part of the engine's state that it has shown us in this process. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pulumi_c1policy._lifecycle.planning.ownership import Resource, resource
from pulumi_c1policy._model.tree import Tree

Phase: TypeAlias = Literal["read", "diff"]
"""The engine's call that shows a policy."""


@dataclass
class Known:
    """The policies that the engine has shown us in this process.

    A policy that a state holds is nobody's leftover: when its resource is replaced, the old policy
    carries the same annotations as the new one will.
    """

    ids: set[str] = field(default_factory=set)
    newest: dict[Resource | None, tuple[str, str, str]] = field(default_factory=dict)
    """The time and the id of the newest policy of each resource."""
    _holders: dict[tuple[str, Phase], set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, policy: Tree, policy_id: str) -> None:
        """Take note of a policy that is in the state, and of its id."""
        whose = resource(policy)
        self.ids.add(policy_id)
        self.newest[whose] = max((*_age(policy), policy_id), self.newest.get(whose, ("", "", "")))

    def forget(self, policy_id: str) -> None:
        """Forget the id of a policy that the tenant declared gone.

        Should it exist all the same, it is a leftover for the resource that is created anew.
        """
        self.ids.discard(policy_id)

    def hold(self, policy_id: str, urn: str, phase: Phase) -> None:
        """Take note of the resource under which the engine shows a policy."""
        if urn:
            self._holders[policy_id, phase].add(urn)

    def release(self, policy_id: str, urn: str, phase: Phase) -> None:
        """Take back a note, as of a resource that is about to be replaced."""
        self._holders[policy_id, phase].discard(urn)

    def rivals(self, policy_id: str, urn: str) -> list[str]:
        """Return the URNs of the resources that hold a policy beside the one with this URN."""
        read, compared = (self._holders[policy_id, phase] for phase in ("read", "diff"))
        if read:
            # With an alias, the engine reads under the old name and compares under both.
            return sorted(read - {urn}) if len(read) > 1 and urn else []
        return sorted(compared - {urn}) if urn else []

    def is_older(self, policy: Tree) -> bool:
        """Return whether the resource's policy in the state was created after this one.

        What an unfinished replacement left is newer. An older one is what an earlier replacement
        failed to delete: the engine still remembers it, and will delete it.
        """
        return _age(policy) < self.newest.get(resource(policy), ("", "", ""))[:2]

    def id_of(self, whose: Resource) -> str:
        """Return the id of the newest policy of a resource in the state, or ""."""
        return self.newest.get(whose, ("", "", ""))[2]


def _age(policy: Tree) -> tuple[str, str]:
    """The time of a policy's creation, for comparisons whatever the number of its digits."""
    seconds, _, fraction = str(policy.get("created_at") or "").rstrip("Z").partition(".")
    return seconds, fraction
