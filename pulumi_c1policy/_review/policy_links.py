"""The policies to which escalations and agents lead, before and after a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi_c1policy._lifecycle.planning.diff import compare
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Value
from pulumi_c1policy._simulate.known_policies import PolicyIndex

LINK_FIELDS = ("policy_id", "baseline_policy_id", "policy_ids")
"""The fields that name policies."""
NO_EFFECT = frozenset(
    ["display_name", "description", "annotations", "reassign_tasks_to_delegates"]
) | {name for name, field in POLICY.fields.items() if field.output_only}
"""Fields that do not change what happens to a request."""


@dataclass(frozen=True, slots=True)
class PolicyLinks:
    """The policies of both sides, by id.

    Attributes:
        old: The policies before the change.
        new: The policies after it.
    """

    old: PolicyIndex
    new: PolicyIndex

    def are_same(self, policy_id: str) -> bool:
        """Return whether a policy, and every policy it leads to, is the same on both sides."""
        waiting, seen = [policy_id], set[str]()
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            one, other = self.old.find(current), self.new.find(current)
            if one is None and other is None:
                continue
            if one is None or other is None:
                return False
            changes = compare(POLICY, one.tree, other.tree)
            if any(change.field not in NO_EFFECT for change in changes):
                return False
            waiting += list_links(other.tree)
        return True


def list_links(value: Value) -> Iterator[str]:
    """Yield the ids of the policies to which a policy, a step or another part leads."""
    if isinstance(value, list):
        for item in value:
            yield from list_links(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in LINK_FIELDS and item:
                yield from [item] if isinstance(item, str) else map(str, item)
            else:
                yield from list_links(item)
