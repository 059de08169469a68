"""The read and the deletion of a policy whose state cannot be read.

The live policy takes the place of the record. Its ownership annotations show whether it belongs to
the resource; only then is it deleted. An update is refused until a refresh has read the policy.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from pulumi_c1policy._lifecycle.effects import operations
from pulumi_c1policy._lifecycle.effects.lifecycle_run import Run
from pulumi_c1policy._lifecycle.planning import refusals
from pulumi_c1policy._lifecycle.planning.decisions import DEFAULTS, LifecycleOptions
from pulumi_c1policy._lifecycle.planning.ownership import (
    OWNERSHIP_KEYS,
    PERSON,
    describe_manager,
    read_ownership,
)
from pulumi_c1policy._lifecycle.planning.policy_kind import select_managed
from pulumi_c1policy._lifecycle.planning.prior import Origin, Prior, record_answer
from pulumi_c1policy._lifecycle.planning.pruning import prune, strip
from pulumi_c1policy._lifecycle.planning.state_codec import LOST_OWNERSHIP, TAKEN_BY
from pulumi_c1policy._model.policy import POLICY
from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy.errors import StateError

_WORKSPACE = "iac_workspace"
_UNKNOWN_OWNERSHIP: Tree = {"managed_by": ""}
"""The lost annotations of a resource whose annotations are unknown; no policy has these."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The facts about a resource whose state cannot be read.

    Attributes:
        problem: The error about its state.
        ownership: The ownership annotations that its policy has; empty if they are unknown.
        any_organization: The workspace in `ownership` lacks an organization, which a policy's
            workspace may begin with.
        keys: The annotation keys that remain in the state.
    """

    problem: StateError
    ownership: Tree
    any_organization: bool = False
    keys: frozenset[str] = frozenset()

    def covers(self, policy: Tree) -> bool:
        """Return whether the ownership annotations of a policy name this very resource."""
        found, ours = read_ownership(policy), self.ownership
        if not (len(found) == len(ours) == len(OWNERSHIP_KEYS)):
            return False
        workspaces = {found[_WORKSPACE]}
        if self.any_organization:
            workspaces.add(found[_WORKSPACE].partition("/")[2])
        rest = all(found[key] == ours[key] for key in OWNERSHIP_KEYS if key != _WORKSPACE)
        return rest and ours[_WORKSPACE] in workspaces


def make_claim(problem: StateError, state: Tree, by_urn: Tree) -> Claim:
    """Make the claim of a resource on its policy.

    Args:
        problem: The error about its state.
        state: The remains of its state.
        by_urn: The ownership annotations that follow from its URN, without an organization; empty
            if the URN is unknown. They overrule the state.
    """
    notes = state.get("annotations")
    keys = frozenset(map(str, notes)) if isinstance(notes, dict) else frozenset[str]()
    remaining = _read_remaining_ownership(state)
    if not by_urn:
        return Claim(problem, remaining, keys=keys)
    claim = Claim(problem, by_urn, any_organization=True, keys=keys)
    if remaining and claim.covers({"annotations": remaining}):
        return Claim(problem, remaining, keys=keys)
    return claim


def _read_remaining_ownership(state: Tree) -> Tree:
    """Return the resource's ownership annotations that remain in its state."""
    if lost := read_ownership({"annotations": state.get(LOST_OWNERSHIP)}):
        return lost
    # After a takeover, the policy's annotations are those of its new manager.
    return {} if state.get(TAKEN_BY) or state.get(LOST_OWNERSHIP) else read_ownership(state)


def recover(live: Tree, claim: Claim, origin: Origin) -> Prior:
    """Make a record from the live policy (decoded) alone.

    A policy that the claim does not cover counts as taken over, so that it is neither changed nor
    deleted without a decision.
    """
    managed = select_managed({"annotations": dict.fromkeys(claim.keys)}, live)
    new_prior = record_answer(strip(POLICY, prune(POLICY, managed)), live, origin=origin)
    if claim.covers(live):
        return new_prior
    taken_by = describe_manager(claim.ownership, read_ownership(live)) or PERSON
    lost = claim.ownership or _UNKNOWN_OWNERSHIP
    return dataclasses.replace(new_prior, taken_by=taken_by, lost_ownership=lost)


def read(run: Run, policy_id: str, prior: Prior | Claim | None) -> Prior | None:
    """Read the policy as it is now; see `operations.read`."""
    if not isinstance(prior, Claim):
        return operations.read(run, policy_id, prior)
    # Without a record, nothing shows whether a page is older than the last write.
    run.reads.forget(policy_id)
    found = operations.read(run, policy_id, None)
    return None if found is None else recover(found.outputs, prior, found.origin)


def delete(
    connect: Callable[[], Run],
    policy_id: str,
    prior: Prior | Claim,
    options: LifecycleOptions = DEFAULTS,
) -> str | None:
    """Delete the policy; see `operations.delete`.

    Returns:
        None, or a warning that the policy was left in the tenant. A policy whose state cannot be
        read is left, unless a fresh look shows that its annotations name this very resource.
    """
    if not isinstance(prior, Claim):
        return operations.delete(connect, policy_id, prior, options)
    run = connect()
    found = read(run, policy_id, prior)
    if found is None:
        return None
    if found.taken_by and not found.is_builtin:
        ownership = read_ownership(found.outputs)
        return refusals.warn_of_unreadable_delete(prior.problem.summary, ownership)
    run.reads.forget(policy_id)
    return operations.delete(lambda: run, policy_id, found, options)
