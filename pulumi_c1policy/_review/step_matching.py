"""Pairs of approvals before and after a change: those that differ least."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import perm

from pulumi_c1policy._model.tree import Tree
from pulumi_c1policy._review.approval_order import compare_approvals
from pulumi_c1policy._review.differences import Difference, count_levels
from pulumi_c1policy._review.policy_links import PolicyLinks
from pulumi_c1policy._simulate import wording
from pulumi_c1policy._simulate.approval_rules import ApprovalRule, read_approval

_MAX_CANDIDATES = 5_040
"""The number of pairings that are tried; with more, steps are paired in their order."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The approvals of both sides in pairs.

    Attributes:
        pairs: The index of each old approval that has a partner, with the index of the partner.
        differences: The differences of the pairs, and the approvals without a partner.
    """

    pairs: dict[int, int]
    differences: list[Difference]


def match_approvals(old: Sequence[Tree], new: Sequence[Tree], links: PolicyLinks) -> Matching:
    """Pair the approvals of two lists so that the differences are as harmless as possible."""
    table = [[compare_approvals(one, other, links) for other in new] for one in old]
    rules = [read_approval(tree) for tree in old], [read_approval(tree) for tree in new]
    size = min(len(old), len(new))
    is_small = perm(max(len(old), len(new)), size) <= _MAX_CANDIDATES
    found = (
        [_build_matching(pairs, table, *rules) for pairs in _list_pairings(len(old), len(new))]
        if is_small
        else [_build_matching(dict(zip(range(size), range(size), strict=True)), table, *rules)]
    )
    best = min(found, key=lambda each: count_levels(each.differences))
    if is_small:
        return best
    # Another pairing may be better, so nothing is certain.
    doubtful = [
        Difference("unclear" if each.level == "weaker" else each.level, each.text)
        for each in best.differences
    ]
    return Matching(best.pairs, doubtful)


def _list_pairings(old: int, new: int) -> Iterable[dict[int, int]]:
    if old <= new:
        for chosen in permutations(range(new), old):
            yield dict(enumerate(chosen))
    else:
        for chosen in permutations(range(old), new):
            yield {one: other for other, one in enumerate(chosen)}


def _build_matching(
    pairs: dict[int, int],
    table: Sequence[Sequence[Sequence[Difference]]],
    old: Sequence[ApprovalRule],
    new: Sequence[ApprovalRule],
) -> Matching:
    found = [each for one, other in pairs.items() for each in table[one][other]]
    found += [
        Difference("weaker", f"{wording.name_approvers(rule)} no longer approves")
        for index, rule in enumerate(old)
        if index not in pairs
    ]
    found += [
        Difference("stronger", f"{wording.name_approvers(rule)} must approve as well")
        for index, rule in enumerate(new)
        if index not in pairs.values()
    ]
    return Matching(pairs, [*found, *_compare_distinctness(pairs, old, new)])


def _compare_distinctness(
    pairs: dict[int, int], old: Sequence[ApprovalRule], new: Sequence[ApprovalRule]
) -> list[Difference]:
    """Compare the pairs of steps that one person cannot approve both.

    A step with distinct approvers excludes the approvers of the steps before it.
    """
    kept = [(one, other) for one in pairs for other in pairs if one < other]
    lost = [
        (pairs[one], pairs[other])
        for one, other in kept
        if old[other].requires_distinct_approvers
        and not new[max(pairs[one], pairs[other])].requires_distinct_approvers
    ]
    text = "one person may approve several steps"
    if any(not new[other].requires_distinct_approvers for _, other in lost):
        return [Difference("weaker", text)]
    if lost:
        return [Difference("unclear", f"{text}, because the steps have another order")]
    dropped = any(
        old[one].requires_distinct_approvers and not new[other].requires_distinct_approvers
        for one, other in pairs.items()
    )
    if dropped and len(old) > 1:
        return [Difference("unclear", "a step no longer requires distinct approvers")]
    gained = any(
        new[other].requires_distinct_approvers and not old[one].requires_distinct_approvers
        for one, other in pairs.items()
    )
    if gained and len(new) > 1:
        return [Difference("stronger", "one person may not approve several steps")]
    return []
