"""All ways of requests through a policy, and through the policies that it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi_c1policy._review.outcome_order import Outcome, read_outcome
from pulumi_c1policy._simulate.known_policies import KnownPolicy, PolicyIndex
from pulumi_c1policy._simulate.policy_rules import RuleTarget, find_baseline, list_rules

_MAX_HANDOVERS = 5
"""The number of policies that may take over; the simulator has the same limit."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A condition with a value.

    Attributes:
        condition: The expression.
        holds: Whether it matches.
    """

    condition: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """The requests for which all tests hold, and their outcome.

    Attributes:
        tests: The conditions on the way.
        outcome: The outcome.
        place: The rule or the baseline that decides: `rules[0]`, `baseline`.
    """

    tests: tuple[Assumption, ...]
    outcome: Outcome
    place: str


def list_branches(
    policy: KnownPolicy,
    policies: PolicyIndex,
    tests: tuple[Assumption, ...] = (),
    before: tuple[str, ...] = (),
) -> Iterator[Branch]:
    """Yield the branches of a policy. Every request takes exactly one of them.

    Args:
        policy: The policy that decides.
        policies: The policies that may take over.
        tests: The conditions on the way to this policy.
        before: The ids of the policies on the way, this one excluded.
    """
    for rule in list_rules(policy.tree):
        matched = (*tests, Assumption(rule.condition, holds=True))
        yield from _follow(policy, rule.target, policies, matched, before, f"rules[{rule.index}]")
        tests = (*tests, Assumption(rule.condition, holds=False))
    yield from _follow(policy, find_baseline(policy.tree), policies, tests, before, "baseline")


def _follow(
    policy: KnownPolicy,
    target: RuleTarget,
    policies: PolicyIndex,
    tests: tuple[Assumption, ...],
    before: tuple[str, ...],
    place: str,
) -> Iterator[Branch]:
    if target.kind != "policy":
        yield Branch(tests, read_outcome(target), place)
        return
    chain = (*before, policy.id)
    next_policy = policies.find(target.policy_id)
    if target.policy_id in chain:
        yield Branch(tests, Outcome("undefined", "policy-cycle"), place)
    elif len(chain) > _MAX_HANDOVERS:
        yield Branch(tests, Outcome("undefined", "too-many-policies"), place)
    elif next_policy is None:
        yield Branch(tests, Outcome("elsewhere", target.policy_id), place)
    else:
        for each in list_branches(next_policy, policies, tests, chain):
            yield Branch(each.tests, each.outcome, f"{place}, {next_policy.name}: {each.place}")
