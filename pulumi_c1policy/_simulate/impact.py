"""The effect of a change of policies on the request of a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pulumi_c1policy._simulate.known_policies import KnownPolicy
from pulumi_c1policy._simulate.simulation_result import Simulation


@dataclass(frozen=True, slots=True)
class Impact:
    """The result of a person's request before and after a change.

    Attributes:
        policy: The name of the policy after the change; before it if the policy is removed.
        subject: The email or the id of the person.
        before: The result before the change; None if the policy did not exist.
        after: The result after the change; None if the policy no longer exists.
    """

    policy: str
    subject: str
    before: Simulation | None
    after: Simulation | None

    @property
    def shown_subject(self) -> str:
        """Return the email of the person, or the display name with the id."""
        found = self.after or self.before
        return found.shown_subject if found else self.subject

    @property
    def is_changed(self) -> bool:
        """Return whether the request has other steps or another end."""
        before, after = (found and found.course for found in (self.before, self.after))
        return before != after


def pair_policies(
    before: Iterable[KnownPolicy], after: Iterable[KnownPolicy]
) -> list[tuple[KnownPolicy | None, KnownPolicy | None]]:
    """Pair the policies before a change with those after it.

    Policies are matched by id, then by the resource that manages them, then by display name. A name
    that several policies have matches none of them.

    Returns:
        The pairs, sorted by name; None in the place of a policy that does not exist.
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
