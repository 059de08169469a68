"""The weakest and the strictest policies, which decide a comparison with an unknown policy."""

from __future__ import annotations

from itertools import islice

from pulumi_c1policy._review.branches import list_branches
from pulumi_c1policy._review.outcome_order import Outcome
from pulumi_c1policy._simulate.known_policies import KnownPolicy, PolicyIndex

_MAX_BRANCHES = 400


def demands_nothing(policy: KnownPolicy, policies: PolicyIndex) -> bool:
    """Return whether every request gets through a policy without steps and further actions."""
    if policy.tree.get("post_actions"):
        return False
    outcomes = _list_outcomes(policy, policies)
    return all(each.kind == "completed" and not each.steps for each in outcomes)


def rejects_everything(policy: KnownPolicy, policies: PolicyIndex) -> bool:
    """Return whether a policy rejects every request."""
    return all(each.kind == "rejected" for each in _list_outcomes(policy, policies))


def _list_outcomes(policy: KnownPolicy, policies: PolicyIndex) -> list[Outcome]:
    """List the outcomes of all ways; the end of a long list is not known."""
    found = [each.outcome for each in islice(list_branches(policy, policies), _MAX_BRANCHES)]
    return found if len(found) < _MAX_BRANCHES else [Outcome("undefined")]
