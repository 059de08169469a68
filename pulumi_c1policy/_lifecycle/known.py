"""What the engine has shown us of its state, in this process. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_c1policy._lifecycle.ownership import marks
from pulumi_c1policy._model.tree import Tree


@dataclass
class Known:
    """What the engine has shown us of its state in this process.

    A policy that a state holds is nobody's leftover: when its resource is replaced, the old policy
    carries the same marks as the new one will.
    """

    ids: set[str] = field(default_factory=set)
    resources: dict[str, set[str]] = field(default_factory=dict)

    def note(self, policy: Tree, policy_id: str = "") -> None:
        """Take note of a resource that is in the state, by its marks, and of its policy's id."""
        found = marks(policy)
        held = self.resources.setdefault(repr(sorted(found.items())), set())
        if policy_id:
            held.add(policy_id)
            self.ids.add(policy_id)

    def is_replacement(self, desired: Tree) -> bool:
        """Whether the resource is in the state already, under an id that nobody told us."""
        return self.resources.get(repr(sorted(marks(desired).items()))) == set()
