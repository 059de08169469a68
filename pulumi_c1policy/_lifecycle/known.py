"""What the engine has shown us of its state, in this process. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_c1policy._lifecycle.ownership import Resource, resource
from pulumi_c1policy._model.tree import Tree


@dataclass
class Known:
    """What the engine has shown us of its state in this process.

    A policy that a state holds is nobody's leftover: when its resource is replaced, the old policy
    carries the same marks as the new one will.
    """

    ids: set[str] = field(default_factory=set)
    newest: dict[Resource | None, tuple[str, str]] = field(default_factory=dict)

    def note(self, policy: Tree, policy_id: str) -> None:
        """Take note of a policy that is in the state, and of its id."""
        whose = resource(policy)
        self.ids.add(policy_id)
        self.newest[whose] = max(_age(policy), self.newest.get(whose, ("", "")))

    def is_older(self, policy: Tree) -> bool:
        """Whether the resource's policy in the state was created after this one.

        What an unfinished replacement left is newer. An older one is what an earlier replacement
        failed to delete: the engine still remembers it, and will delete it.
        """
        return _age(policy) < self.newest.get(resource(policy), ("", ""))


def _age(policy: Tree) -> tuple[str, str]:
    """When a policy was created, to be compared: the tenant writes as many digits as it likes."""
    seconds, _, fraction = str(policy.get("created_at") or "").rstrip("Z").partition(".")
    return seconds, fraction
