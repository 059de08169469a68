"""Whose approvals a change of policies alters, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pulumi_c1policy._simulate.policies import KnownPolicy
from pulumi_c1policy._simulate.results import Simulation


@dataclass(frozen=True, slots=True)
class Impact:
    """What becomes of one person's request before and after a change.

    Attributes:
        policy: The policy, as it is called after the change, or was before.
        subject: The person.
        before: What became of the request; None where there was no such policy.
        after: What becomes of it; None where there is no such policy any more.
    """

    policy: str
    subject: str
    before: Simulation | None
    after: Simulation | None

    @property
    def is_changed(self) -> bool:
        """Whether the request goes another way."""
        before, after = (found and found.course for found in (self.before, self.after))
        return before != after


def pairs(
    before: Iterable[KnownPolicy], after: Iterable[KnownPolicy]
) -> list[tuple[KnownPolicy | None, KnownPolicy | None]]:
    """The policies before and after a change, each beside the one that it is, or was.

    They are matched by their id, then by the resource that keeps them, then by their display name;
    a name that several have matches nothing.
    """
    old, new = list(before), list(after)
    found: list[tuple[KnownPolicy | None, KnownPolicy | None]] = []
    keys: list[Callable[[KnownPolicy], str]] = [
        lambda policy: policy.id,
        lambda policy: policy.resource,
        lambda policy: str(policy.tree.get("display_name") or ""),
    ]
    for key in keys:
        for one in list(new):
            same = [other for other in old if key(one) and key(other) == key(one)]
            twins = [other for other in new if key(other) == key(one)]
            if len(same) == len(twins) == 1:
                found.append((same[0], one))
                old.remove(same[0])
                new.remove(one)
    found += [(None, one) for one in new] + [(other, None) for other in old]
    return sorted(found, key=lambda pair: (pair[1] or pair[0] or KnownPolicy({})).name)
