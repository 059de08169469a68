"""The findings that a change adds: those of `c1policy validate` that the old policy had not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_c1policy._cel.cel_library import CheckerUnavailableError
from pulumi_c1policy._findings.finding import Finding
from pulumi_c1policy._lifecycle.checks import expression_checks, policy_checks
from pulumi_c1policy._lifecycle.checks.chains import Chains
from pulumi_c1policy._lifecycle.planning.pruning import prune_inputs
from pulumi_c1policy._review.pairing import PolicyPair, PolicySet
from pulumi_c1policy._simulate.known_policies import KnownPolicy


@dataclass(frozen=True, slots=True)
class ChainPair:
    """The chains of policies before and after a change.

    Attributes:
        old: The chains before the change.
        new: The chains after it.
    """

    old: Chains
    new: Chains


def collect_chains(policies: PolicySet) -> ChainPair:
    """Collect the references between the policies of each side, once for all policies."""
    return ChainPair(_collect(policies.old), _collect(policies.new))


def list_added_findings(pair: PolicyPair, chains: ChainPair) -> list[Finding]:
    """List the findings about a policy after the change that it did not have before.

    The path does not count, because a rule that moves keeps its findings. Without the `cel` extra,
    expressions are not checked.
    """
    if pair.new is None:
        return []
    before = [] if pair.old is None else _check(pair.old, chains.old)
    known = Counter(map(_make_key, before))
    added = []
    for finding in _check(pair.new, chains.new):
        key = _make_key(finding)
        if known[key]:
            known[key] -= 1
        else:
            added.append(finding)
    return added


def _make_key(finding: Finding) -> tuple[str, str, str]:
    return finding.severity, finding.rule, finding.message


def _collect(policies: Iterable[KnownPolicy]) -> Chains:
    chains = Chains()
    for each in policies:
        if each.id:
            chains.note(each.id, each.tree)
    return chains


def _check(policy: KnownPolicy, chains: Chains) -> list[Finding]:
    inputs = prune_inputs(policy.tree)
    found = [*policy_checks.check(inputs), *chains.check(policy.tree)]
    try:
        return found + expression_checks.check_offline(inputs)
    except CheckerUnavailableError:
        return found
