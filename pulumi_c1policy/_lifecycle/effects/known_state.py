"""The part of the engine's state that this process has seen. No I/O.

A policy that a state holds is no leftover: when its resource is replaced, the old policy has the
same ownership annotations as the new one will have.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pulumi_c1policy._lifecycle.planning.ownership import Resource, read_resource
from pulumi_c1policy._model.tree import Tree

Phase: TypeAlias = Literal["read", "diff"]
"""The engine's call that showed a policy."""


@dataclass
class KnownState:
    """The policies that the engine has shown to this process.

    Attributes:
        ids: Their ids.
        newest: The time of creation and the id of the newest policy of each resource.
    """

    ids: set[str] = field(default_factory=set)
    newest: dict[Resource | None, tuple[str, str, str]] = field(default_factory=dict)
    _created: dict[Resource | None, str] = field(default_factory=dict)
    _holders: dict[tuple[str, Phase], set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, policy: Tree, policy_id: str) -> None:
        """Record that the state holds a policy."""
        whose = read_resource(policy)
        self.ids.add(policy_id)
        created = _split_time(policy)
        self.newest[whose] = max((*created, policy_id), self.newest.get(whose, ("", "", "")))

    def note_created(self, policy: Tree, policy_id: str) -> None:
        """Record that a create of this run has recorded a policy."""
        self.note(policy, policy_id)
        self._created[read_resource(policy)] = policy_id

    def forget(self, policy_id: str) -> None:
        """Forget a policy that the tenant no longer has.

        If it exists nevertheless, it is a leftover for the resource that is created again.
        """
        self.ids.discard(policy_id)

    def note_holder(self, policy_id: str, urn: str, phase: Phase) -> None:
        """Record the resource under which the engine shows a policy."""
        if urn:
            self._holders[policy_id, phase].add(urn)

    def release(self, policy_id: str, urn: str, phase: Phase) -> None:
        """Undo `hold`, for a resource that is about to be replaced."""
        self._holders[policy_id, phase].discard(urn)

    def find_rivals(self, policy_id: str, urn: str) -> list[str]:
        """Find the URNs of the other resources that hold the policy of the resource `urn`."""
        read, compared = (self._holders[policy_id, phase] for phase in ("read", "diff"))
        if read:
            # With an alias, the engine reads under the old URN and compares under both.
            return sorted(read - {urn}) if len(read) > 1 and urn else []
        return sorted(compared - {urn}) if urn else []

    def is_declared(self, policy_id: str) -> bool:
        """Return whether a resource of the program holds the policy, as far as the run knows."""
        return bool(self._holders.get((policy_id, "diff")))

    def list_dropped(self) -> set[str]:
        """List the ids of the policies that the run seems to delete.

        The state holds them, and the engine has compared none of them with the program.
        """
        return {each for each in [*self.ids] if not self.is_declared(each)}

    def find_replacement(self, policy: Tree, policy_id: str) -> str:
        """Return the id of the policy that replaces this one in the state, or ""."""
        whose = read_resource(policy)
        new = self._created.get(whose) or self.newest.get(whose, ("", "", ""))[2]
        return new if whose and new != policy_id and new in self.ids else ""

    def is_older(self, policy: Tree) -> bool:
        """Return whether a policy is older than its resource's policy in the state.

        An unfinished replacement leaves a newer policy. A replacement that failed to delete leaves
        an older one: the engine still remembers that, and will delete it.
        """
        created = _split_time(policy)
        return created < self.newest.get(read_resource(policy), ("", "", ""))[:2]

    def get_id(self, whose: Resource) -> str:
        """Return the id of the newest policy of a resource in the state, or ""."""
        return self.newest.get(whose, ("", "", ""))[2]


def _split_time(policy: Tree) -> tuple[str, str]:
    """Split the time of creation, so that times compare whatever their number of digits."""
    seconds, _, fraction = str(policy.get("created_at") or "").rstrip("Z").partition(".")
    return seconds, fraction
