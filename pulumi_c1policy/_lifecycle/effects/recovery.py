"""Reading and deleting a policy whose recorded state cannot be read.

The live policy takes the place of the record. Its ownership annotations tell whether it belongs to
the resource: only then is it deleted. An update is refused until the state is read anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from pulumi_c1policy._lifecycle.effects import operations
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
from pulumi_c1policy._lifecycle.planning import guards
from pulumi_c1policy._lifecycle.planning.managed_view import view
from pulumi_c1policy._lifecycle.planning.merge import prune, strip
from pulumi_c1policy._lifecycle.planning.ownership import MARKS, PERSON, keeper, marks
from pulumi_c1policy._lifecycle.planning.record import (
    LOST_MARKS,
    TAKEN_BY,
    Origin,
    Recorded,
    record,
)
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy.errors import StateError

_WORKSPACE = "iac_workspace"
_UNKNOWN: Tree = {"managed_by": ""}
"""The lost annotations of a resource of which nothing is known; no policy has these."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of a resource whose recorded state cannot be read.

    Attributes:
        problem: The error about its state.
        marks: The ownership annotations that its policy carries; empty where unknown.
        any_organization: The workspace in `marks` lacks the organization, which may stand before it.
        keys: The annotation keys that its state still names.
    """

    problem: StateError
    marks: Tree
    any_organization: bool = False
    keys: frozenset[str] = frozenset()

    def is_own(self, policy: Tree) -> bool:
        """Whether the ownership annotations of a policy name this very resource."""
        found, ours = marks(policy), self.marks
        if not (len(found) == len(ours) == len(MARKS)):
            return False
        workspaces = {found[_WORKSPACE]}
        if self.any_organization:
            workspaces.add(found[_WORKSPACE].partition("/")[2])
        rest = all(found[key] == ours[key] for key in MARKS if key != _WORKSPACE)
        return rest and ours[_WORKSPACE] in workspaces


def claim(problem: StateError, state: Tree, named: Tree) -> Claim:
    """The claim of a resource on its policy.

    Args:
        problem: The error about its state.
        state: What is left of its state.
        named: The ownership annotations that follow from its URN, without an organization; empty where
            the URN is unknown. They overrule what the state says.
    """
    notes = state.get("annotations")
    keys = frozenset(map(str, notes)) if isinstance(notes, dict) else frozenset[str]()
    if not named:
        return Claim(problem, _left(state), keys=keys)
    by_urn = Claim(problem, named, any_organization=True, keys=keys)
    left = _left(state)
    if left and by_urn.is_own({"annotations": left}):
        return Claim(problem, left, keys=keys)
    return by_urn


def _left(state: Tree) -> Tree:
    """The resource's ownership annotations that are left in its state."""
    if lost := marks({"annotations": state.get(LOST_MARKS)}):
        return lost
    # While somebody else manages the policy, its annotations are theirs.
    return {} if state.get(TAKEN_BY) or state.get(LOST_MARKS) else marks(state)


def recover(live: Tree, claim: Claim, origin: Origin) -> Recorded:
    """The record of a live policy (decoded) of which no record can be read.

    A policy that does not name the resource counts as taken over, so that it is neither changed nor
    deleted unasked.
    """
    seen = view({"annotations": dict.fromkeys(claim.keys)}, live)
    recorded = record(strip(POLICY, prune(POLICY, seen)), live, origin=origin)
    if claim.is_own(live):
        return recorded
    taken_by = keeper(claim.marks, marks(live)) or PERSON
    return dataclasses.replace(recorded, taken_by=taken_by, lost_marks=claim.marks or _UNKNOWN)


def read(run: Run, policy_id: str, prior: Recorded | Claim | None) -> Recorded | None:
    """The policy as it is now; see `operations.read`."""
    if not isinstance(prior, Claim):
        return operations.read(run, policy_id, prior)
    # Nothing tells whether a page is older than our own last write.
    run.reads.forget(policy_id)
    found = operations.read(run, policy_id, None)
    return None if found is None else recover(found.outputs, prior, found.origin)


def delete(connect: Callable[[], Run], policy_id: str, prior: Recorded | Claim) -> str | None:
    """Delete the policy; see `operations.delete`.

    Returns:
        None, or a sentence why the policy was left in the tenant. A policy whose state cannot be read is
        left there unless a fresh look shows that it names this very resource.
    """
    if not isinstance(prior, Claim):
        return operations.delete(connect, policy_id, prior)
    run = connect()
    found = read(run, policy_id, prior)
    if found is None:
        return None
    if found.taken_by and not found.builtin:
        return guards.unreadable_delete(prior.problem.summary, marks(found.outputs))
    run.reads.forget(policy_id)
    return operations.delete(lambda: run, policy_id, found)
